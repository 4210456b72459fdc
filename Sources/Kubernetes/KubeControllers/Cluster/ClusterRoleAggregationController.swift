import Control
package import Documents
package import KubeModel
package import Reconcile

/// Gives ClusterRoles that aggregate others the others' rules. Source: kubernetes, pkg/controller/clusterroleaggregation.
package struct ClusterRoleAggregationController: Controller {
    package typealias Primary = ClusterRoleFields
    package static let name = "clusterrole-aggregation-controller"
    package static let watches = [
        Watch(prefix: ClusterRoleFields.kind.prefix) { change, world in
            let roles = [change.old, change.new].compactMap { $0 }
            return world.list(ClusterRole.self).filter { role in
                selectors(role).contains { selector in roles.contains { selector.matches(document: $0) } }
            }.map(\.key)
        }
    ]
    package static let writes: Set<Kind> = [ClusterRoleFields.kind]
    package init() {}

    private static func selectors(_ role: ClusterRole) -> [LabelSelector] {
        role.value["aggregationRule"]["clusterRoleSelectors"].items.map(LabelSelector.init)
    }

    package func reconcile(_ role: ClusterRole, in world: World) throws -> Plan {
        guard !role.value["aggregationRule"].isNull else { return Plan() }
        var rules: [Value] = []
        for selector in Self.selectors(role) {
            for other in world.list(ClusterRole.self) where other.name != role.name && other.matches(selector) {
                for rule in other.value["rules"].items where !rules.contains(rule) { rules.append(rule) }
            }
        }
        if rules == role.value["rules"].items { return Plan() }
        var updated = role
        updated.value["rules"] = .array(rules)
        return Plan([.update(ClusterRoleFields.kind, updated.value)])
    }
}
