import Control
package import Documents
package import KubeModel
package import Reconcile

/// Tells in each quota's status what its namespace uses. Source: kubernetes, pkg/controller/resourcequota.
package struct ResourceQuotaController: Controller {
    package typealias Primary = ResourceQuotaFields
    package static let name = "resourcequota-controller"
    /// Objects of a namespace with quotas wake these when their use changes.
    package static let watches = [
        Watch(prefix: "", needsPrimaries: true) { change, world in
            // How claims to devices count depends on the classes.
            if change.key.hasPrefix("resource.k8s.io/deviceclasses/") { return world.list(ResourceQuota.self).map(\.key) }
            let namespace = change.namespace
            guard !namespace.isEmpty else { return [] }
            let quotas = world.keys(ResourceQuotaFields.kind, in: namespace)
            guard !quotas.isEmpty, let source = source(of: change.key) else { return [] }
            guard let old = change.old, let new = change.new else { return quotas }
            return standing(old, source, world) == standing(new, source, world) ? [] : quotas
        }
    ]
    package static let writes: Set<Kind> = [ResourceQuotaFields.kind]
    package init() {}

    package func reconcile(_ quota: ResourceQuota, in world: World) throws -> Plan {
        var plan = Plan()
        let hard = Amounts(quota.value["spec"]["hard"])
        var used = Amounts()
        for (source, names) in Self.sources(of: hard) {
            let prefix = "\(source.group.isEmpty ? "core" : source.group)/\(source.resource)/"
            let objects = world.keys(prefix: prefix, in: quota.namespace).compactMap(world.value)
            used += QuotaUsage.total(
                names, of: quota.value["spec"], group: source.group, resource: source.resource, objects, now: world.now,
                in: Self.surroundings(world))
            guard source == QuotaUsage.Source("", "pods") else { continue }
            for deadline in objects.compactMap(QuotaUsage.deadline) where deadline >= world.now {
                plan.revisit(in: deadline - world.now + .seconds(1))
            }
        }
        let present = quota.value["status"]
        guard Amounts(present["hard"]) != hard || Amounts(present["used"]) != used else { return plan }
        var updated = quota
        updated.value["status"] = ["hard": hard.value, "used": used.value]
        plan.changes = [.updateStatus(ResourceQuotaFields.kind, updated.value)]
        return plan
    }

    /// The resources of a quota by what uses them; those that nothing uses have no use.
    private static func sources(of hard: Amounts) -> [(key: QuotaUsage.Source, value: [String])] {
        var sources: [QuotaUsage.Source: [String]] = [:]
        for (name, _) in hard.sorted { for source in QuotaUsage.sources(of: name) { sources[source, default: []].append(name) } }
        return sources.sorted { ($0.key.group, $0.key.resource) < ($1.key.group, $1.key.resource) }
    }
    private static func source(of key: String) -> QuotaUsage.Source? {
        let parts = key.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count == 3 else { return nil }
        return QuotaUsage.Source(parts[0] == "core" ? "" : parts[0], parts[1])
    }
    private static func surroundings(_ world: World) -> QuotaSurroundings {
        QuotaSurroundings(
            deviceClass: { world.value("resource.k8s.io/deviceclasses/\($0)") },
            pod: { world.value(PodFields.kind.key($0, $1)) },
            claims: { world.keys(ResourceClaimFields.kind, in: $0).compactMap(world.value) })
    }
    /// What quotas see of an object: its use, for pods and claims what scopes look at, and which claim has a pod's devices.
    private static func standing(_ object: Value, _ source: QuotaUsage.Source, _ world: World) -> [Value] {
        let usage = QuotaUsage.of(
            object, group: source.group, resource: source.resource, now: world.now, in: surroundings(world)
        ).value
        guard source.group.isEmpty, source.resource == "pods" || source.resource == "persistentvolumeclaims" else { return [usage] }
        let (spec, status) = (object["spec"], object["status"])
        return [
            usage, object["metadata"]["deletionTimestamp"], spec["activeDeadlineSeconds"], spec["priorityClassName"],
            spec["volumeAttributesClassName"], status["currentVolumeAttributesClassName"], status["modifyVolumeStatus"],
            status["extendedResourceClaimStatus"]["resourceClaimName"],
        ]
    }
}
