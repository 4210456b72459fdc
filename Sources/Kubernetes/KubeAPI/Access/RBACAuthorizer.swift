package import Storage
import Synchronization

/// Allows what the stored roles and bindings grant. Source: upstream's RBAC authoriser.
///
/// The documents are arranged once and again after a change of any of them, so that a check costs microseconds.
package final class RBACAuthorizer: Authorizer, RuleResolver {
    private struct State {
        var index: RBACIndex?
        /// The newest change of roles and bindings that the index knows of.
        var revision: Revision = -1
    }
    private let realm: Realm
    /// The newest change of roles and bindings.
    package let changes: ChangeMark
    private let state = Mutex(State())

    /// Follows the roles of the realm from now on.
    package init(realm: Realm) { (self.realm, changes) = (realm, realm.mark(prefix: RBACIndex.prefix)) }

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        let index = current()
        let grant = index.first(attributes.user, attributes.namespace) { grant in grant.rules.contains { $0.allows(attributes) } }
        if let grant { return .allow(reason: "RBAC: allowed by \(grant.binding) to \(grant.subject)") }
        let missing = index.grants(for: attributes.user, namespace: attributes.namespace).compactMap(\.missing)
        return .noOpinion(reason: missing.isEmpty ? "" : "RBAC: \(Self.aggregate(missing))")
    }

    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        let grants = current().grants(for: user, namespace: namespace)
        return ResolvedRules(grants.flatMap(\.rules), errors: grants.compactMap(\.missing))
    }

    /// The rules of a role; nil when there is none of that kind and name.
    package func rules(ofRole kind: String, _ name: String, namespace: String) -> [AccessRule]? {
        current().rules(kind: kind, name: name, namespace: namespace)
    }

    private func current() -> RBACIndex {
        state.withLock { state in
            // Read before the documents: a change that comes in between only means one more rebuild.
            let revision = changes.revision
            if let index = state.index, state.revision == revision { return index }
            let index = RBACIndex(realm.snapshot())
            (state.index, state.revision) = (index, revision)
            return index
        }
    }

    /// Several errors in one text, as upstream writes them.
    private static func aggregate(_ errors: [String]) -> String {
        var unique: [String] = []
        for error in errors where !unique.contains(error) { unique.append(error) }
        return unique.count == 1 ? unique[0] : "[" + unique.joined(separator: ", ") + "]"
    }
}
