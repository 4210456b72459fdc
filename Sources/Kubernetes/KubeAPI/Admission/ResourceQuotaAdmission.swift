import Control
import Documents
import KubeModel
import Storage
import Synchronization

/// Refuses what would pass a namespace's quota. Source: upstream's ResourceQuota plugin.
///
/// Use is counted in the snapshot. Creations that were let pass and are not in the snapshot yet count too, so that creations at
/// the same time cannot pass the quota together.
final class ResourceQuotaAdmission: AdmissionPlugin {
    private struct Reservation {
        let key: String
        let object: Value
        let deadline: Timestamp
    }
    private let clock: any WallClock
    private let reservations = Mutex<[String: [Reservation]]>([:])
    init(clock: any WallClock) { self.clock = clock }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard request.operation == .create, request.subresource.isEmpty, !request.namespace.isEmpty else { return }
        let quotas = request.snapshot.range(prefix: "core/resourcequotas/\(request.namespace)/").map(\.value)
        guard !quotas.isEmpty else { return }
        let now = clock.now
        let checked = request
        let key = request.kind.key(request.namespace, request.name)
        try reservations.withLock { reservations in
            let standing = (reservations[checked.namespace] ?? []).filter { $0.deadline > now && checked.snapshot.get($0.key) == nil }
            for quota in quotas { try Self.check(quota, checked, reserved: standing.map { ($0.key, $0.object) }) }
            guard !checked.dryRun else { return }
            // A creation that fails after this point gives its share back after that time.
            let reservation = Reservation(key: key, object: checked.object, deadline: now + .seconds(5))
            reservations[checked.namespace] = standing + [reservation]
        }
    }

    private static func check(_ quota: Value, _ request: AdmissionRequest, reserved: [(key: String, object: Value)]) throws {
        let name = quota["metadata"]["name"].string ?? ""
        let hard = Amounts(quota["spec"]["hard"])
        let own = QuotaUsage.of(request.object, group: request.kind.group, resource: request.resource)
        guard QuotaScopes.match(quota["spec"], request.object, isPod: request.isFor("", "pods", .create)) else { return }
        if request.isFor("", "pods", .create) { try requireAmounts(hard, request, name) }
        var exceeded: [(resource: String, requested: Quantity, used: Quantity, limit: Quantity)] = []
        for (resource, limit) in hard.sorted {
            guard let requested = own[resource], requested.sign > 0 else { continue }
            let used = QuotaUsage.used(resource, quota["spec"], request.namespace, request.snapshot, reserved: reserved)
            if limit < used + requested { exceeded.append((resource, requested, used, limit)) }
        }
        guard !exceeded.isEmpty else { return }
        func list(_ amount: ((resource: String, requested: Quantity, used: Quantity, limit: Quantity)) -> Quantity) -> String {
            exceeded.map { "\($0.resource)=\(amount($0).text)" }.joined(separator: ",")
        }
        let text = "requested: \(list { $0.requested }), used: \(list { $0.used }), limited: \(list { $0.limit })"
        throw request.forbidden("exceeded quota: \(name), \(text)")
    }

    /// Where a quota limits cpu or memory, every container must state it.
    private static func requireAmounts(_ hard: Amounts, _ request: AdmissionRequest, _ name: String) throws {
        let containers = request.object["spec"].podContainers
        var missing: [String] = []
        for (resource, _) in hard.sorted {
            let parts = resource.split(separator: ".", maxSplits: 1).map(String.init)
            let (field, what) = parts.count == 2 ? (parts[0], parts[1]) : ("requests", resource)
            guard ["cpu", "memory"].contains(what), ["requests", "limits"].contains(field) else { continue }
            let silent = containers.filter { $0["resources"][field][what].isNull }.compactMap { $0["name"].string }
            if !silent.isEmpty { missing.append("\(resource) for: \(silent.sorted().joined(separator: ","))") }
        }
        guard missing.isEmpty else { throw request.forbidden("failed quota: \(name): must specify \(missing.joined(separator: "; "))") }
    }
}
