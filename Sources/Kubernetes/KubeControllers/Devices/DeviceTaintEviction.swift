import Control
package import Documents
import KubeModel
package import Reconcile

/// What a driver offers of devices.
typealias ResourceSlice = View<ResourceSliceFields>
/// The fields of that. Source: ResourceSlice of Kubernetes 1.36.
struct ResourceSliceFields: KindFields {
    static let kind = Kind(
        group: "resource.k8s.io", version: "v1", "ResourceSlice", prefix: "resource.k8s.io/resourceslices/", namespaced: false)
    let metadata = Field<Self, View<MetadataFields>>("metadata")
}

/// Removes pods whose claims have devices with NoExecute taints, at once or when their toleration ends.
///
/// Source: kubernetes, pkg/controller/devicetainteviction. DeviceTaintRules are an API that is off in 1.36.
package struct DeviceTaintEvictionController: Controller {
    package typealias Primary = ResourceClaimFields
    package static let name = "device-taint-eviction-controller"
    package static let watches = [
        Watch(prefix: ResourceSliceFields.kind.prefix) { change, world in
            let pools = [change.nodes.old, change.nodes.new].compactMap { $0.flatMap(pool(of:)) }
            return Set(pools).flatMap { world.keys(users.name, $0) }
        },
        Watch(prefix: PodFields.kind.prefix) { change, world in
            // A pod that gets its node may be one that was reserved for before its device was tainted.
            guard !change.keepsSpec, let pod = change.nodes.new, change.nodes.old?["spec"]?["nodeName"] == nil,
                pod["spec"]?["nodeName"] != nil
            else {
                return []
            }
            return DeviceReleaseController.claims(of: pod)
        },
    ]
    package static let indexes = [users, evicting, slices]
    /// Only claims with devices of pools in which a device repels.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard let claim = change.nodes.new else { return false }
        return pools(of: claim).contains { world.count(evicting.name, $0) > 0 }
    }
    package static let writes: Set<Kind> = [PodFields.kind, EventFields.kind]
    /// Claims by the pools of their devices.
    private static let users = WorldIndex("claims by pool", of: ResourceClaimFields.kind) { Array(Set(pools(of: $0))) }
    /// Slices with devices that have NoExecute taints, by pool.
    private static let evicting = WorldIndex("pools that evict", of: ResourceSliceFields.kind) { slice in
        let evicts =
            slice["spec"]?["devices"]?.items.contains { device in
                device["taints"]?.items.contains { $0["effect"]?.string == "NoExecute" } ?? false
            } ?? false
        return evicts ? pool(of: slice).map { [$0] } ?? [] : []
    }
    /// All slices by pool.
    private static let slices = WorldIndex("slices by pool", of: ResourceSliceFields.kind) { slice in pool(of: slice).map { [$0] } ?? [] }
    package init() {}

    private static func pool(of slice: Node) -> String? {
        guard let spec = slice["spec"], let driver = spec["driver"]?.string, let pool = spec["pool"]?["name"]?.string else { return nil }
        return "\(driver)/\(pool)"
    }
    private static func pools(of claim: Node) -> [String] {
        let results = claim["status"]?["allocation"]?["devices"]?["results"]?.items ?? []
        return results.map { "\($0["driver"]?.string ?? "")/\($0["pool"]?.string ?? "")" }
    }

    package func reconcile(_ claim: ResourceClaim, in world: World) throws -> Plan {
        let status = claim.value["status"]
        guard !status["reservedFor"].items.isEmpty, let deadline = deadline(of: status["allocation"], world) else { return Plan() }
        if deadline > world.now { return Plan(revisit: deadline - world.now) }
        var plan = Plan()
        for user in status["reservedFor"].items where user["resource"].string == "pods" {
            guard let pod = world.get(Pod.self, user["name"].string ?? "", in: claim.namespace), pod.uid == user["uid"].string,
                !pod.isDeleting, !pod.isTerminated, !pod.nodeName.isEmpty
            else { continue }
            let reason: Value = [
                "reason": "DeletionByDeviceTaintManager", "message": "Device Taint manager: deleting due to NoExecute taint",
            ]
            plan.changes += [pod.telling("DisruptionTarget", "True", reason, now: world.now), pod.deletion()]
            plan.tell(.normal("DeviceTaintManagerEviction", "Marking for deletion"), about: pod, from: "device-taint-eviction", in: world)
        }
        return plan
    }

    /// When pods have to leave a claim's devices; nil when they may stay.
    private func deadline(of allocation: Value, _ world: World) -> Timestamp? {
        var soonest: Timestamp?
        for result in allocation["devices"]["results"].items {
            for taint in taints(of: result, world) {
                let tolerations = result["tolerations"].items.filter { tolerates($0, taint) }
                if tolerations.isEmpty { return Timestamp(seconds: 0) }
                let limits = tolerations.compactMap { $0["tolerationSeconds"].int }
                guard let shortest = limits.min(), let added = taint["timeAdded"].string.flatMap(Timestamp.init) else { continue }
                let end = added + .seconds(max(0, shortest))
                soonest = min(soonest ?? end, end)
            }
        }
        return soonest
    }
    private func taints(of result: Value, _ world: World) -> [Value] {
        let pool = "\(result["driver"].string ?? "")/\(result["pool"].string ?? "")"
        guard world.count(Self.evicting.name, pool) > 0 else { return [] }
        let slices = world.indexed(ResourceSlice.self, Self.slices.name, pool).map { $0.value["spec"] }
        let newest = slices.map { $0["pool"]["generation"].int ?? 0 }.max()
        let devices = slices.filter { $0["pool"]["generation"].int ?? 0 == newest }.flatMap { $0["devices"].items }
        let taints = devices.filter { $0["name"] == result["device"] }.flatMap { $0["taints"].items }
        return taints.filter { $0["effect"] == "NoExecute" }
    }
    private func tolerates(_ toleration: Value, _ taint: Value) -> Bool {
        func text(_ value: Value) -> String { value.string ?? "" }
        guard text(toleration["effect"]).isEmpty || toleration["effect"] == taint["effect"] else { return false }
        guard text(toleration["key"]).isEmpty || toleration["key"] == taint["key"] else { return false }
        if toleration["operator"].string == "Exists" { return true }
        return !text(toleration["key"]).isEmpty && text(toleration["value"]) == text(taint["value"])
    }
}
