import Control
import Documents
import KubeModel
import Storage
import Synchronization

/// Refuses what would pass a namespace's quota. Source: upstream's ResourceQuota plugin.
///
/// Use is counted in a snapshot. Creations that were let pass and are not in the snapshot yet count too, so that creations at
/// the same time cannot pass the quota together. The snapshot is taken with the account of those creations: the request's own may be
/// older than one by which a creation has left the account. Where several servers admit,
/// those are documents.
final class ResourceQuotaAdmission: AdmissionPlugin {
    private struct Reservation {
        let key: String
        let object: Value
        let deadline: Timestamp
    }
    private let realm: Realm
    private let clock: any WallClock
    private let reservations = Mutex<[String: [Reservation]]>([:])
    private let random: RandomSource
    /// What other servers see; nil where there are none.
    private let shared: QuotaReservations?
    init(realm: Realm, clock: any WallClock, random: RandomSource, shared: QuotaReservations?) {
        (self.realm, self.clock, self.random, self.shared) = (realm, clock, random, shared)
    }

    func concerns(_ request: AdmissionRequest) -> Bool { !request.namespace.isEmpty && Self.mayRaiseUse(request) }

    /// That there is no quota; where there is one, it counts.
    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        let prefix = "core/resourcequotas/\(request.namespace)/"
        return request.snapshot.count(prefix: prefix) == 0 ? [.prefix(prefix)] : nil
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        let quotas = request.snapshot.range(prefix: "core/resourcequotas/\(request.namespace)/").map(\.value)
        guard !quotas.isEmpty else { return }
        let now = clock.now
        let checked = request
        let key = request.kind.key(request.namespace, request.name)
        if let shared, !request.dryRun, request.operation == .create { return try await admit(&request, key, quotas, shared) }
        try reservations.withLock { reservations in
            let snapshot = realm.snapshot()
            let standing = (reservations[checked.namespace] ?? []).filter { $0.deadline > now && snapshot.get($0.key) == nil }
            for quota in quotas { try Self.check(quota, checked, snapshot, reserved: standing.map { ($0.key, $0.object) }, now) }
            guard !checked.dryRun, checked.operation == .create else { return }
            // A creation that fails after this point gives its share back after that time.
            let reservation = Reservation(key: key, object: checked.object, deadline: now + .seconds(5))
            reservations[checked.namespace] = standing + [reservation]
        }
    }

    private func admit(_ request: inout AdmissionRequest, _ key: String, _ quotas: [Value], _ shared: QuotaReservations) async throws {
        let place: QuotaReservations.Place
        do throws(StorageError) {
            place = try await shared.reserve(request.object, key: key, namespace: request.namespace, id: random.uuid())
        } catch { throw KubeStatus.serviceUnavailable("the quota cannot be reserved: \(error)") }
        do { for quota in quotas { try Self.check(quota, request, place.snapshot, reserved: place.earlier, clock.now) } } catch {
            await shared.release(place.entry)
            throw error
        }
        request.premise = Premise(place.entry)
    }

    /// Creations of anything, and updates that can raise the use: of services, claims, device claims, and pods that are resized.
    private static func mayRaiseUse(_ request: AdmissionRequest) -> Bool {
        switch request.operation {
        case .create: return request.subresource.isEmpty
        case .update:
            if request.kind.group == "resource.k8s.io" { return request.subresource.isEmpty && request.resource == "resourceclaims" }
            guard request.kind.group.isEmpty else { return false }
            if request.resource == "pods" { return request.subresource == "resize" }
            return request.subresource.isEmpty && ["services", "persistentvolumeclaims"].contains(request.resource)
        default: return false
        }
    }

    private static func check(
        _ quota: Value, _ request: AdmissionRequest, _ snapshot: Snapshot, reserved: [(key: String, object: Value)], _ now: Timestamp
    ) throws {
        let name = quota["metadata"]["name"].string ?? ""
        let hard = Amounts(quota["spec"]["hard"])
        let (group, resource) = (request.kind.group, request.resource)
        guard QuotaScopes.match(quota["spec"], request.object, group: group, resource: resource) else { return }
        if group.isEmpty, resource == "pods" { try requireAmounts(hard, request, name) }
        let surroundings = surroundings(snapshot)
        func use(_ object: Value) -> Amounts { QuotaUsage.of(object, group: group, resource: resource, now: now, in: surroundings) }
        let own = use(request.object)
        let before = request.old.isNull ? Amounts() : use(request.old)
        let counted = request.old.isNull || QuotaScopes.match(quota["spec"], request.old, group: group, resource: resource)
        var wanted: [(name: String, requested: Quantity)] = []
        for (name, _) in hard.sorted {
            let requested = (own[name] ?? .zero) - (counted ? before[name] ?? .zero : .zero)
            if requested.sign > 0 { wanted.append((name, requested)) }
        }
        guard !wanted.isEmpty else { return }
        let used = used(wanted.map(\.name), quota["spec"], request, snapshot, reserved, now)
        let exceeded = wanted.filter { name, requested in (hard[name] ?? .zero) < (used[name] ?? .zero) + requested }
        guard !exceeded.isEmpty else { return }
        func list(_ amount: ((name: String, requested: Quantity)) -> Quantity?) -> String {
            exceeded.map { "\($0.name)=\((amount($0) ?? .zero).text)" }.joined(separator: ",")
        }
        let text = "requested: \(list { $0.requested }), used: \(list { used[$0.name] }), limited: \(list { hard[$0.name] })"
        throw request.forbidden("exceeded quota: \(name), \(text)")
    }

    /// What the namespace uses of these resources, with what is reserved.
    private static func used(
        _ names: [String], _ spec: Value, _ request: AdmissionRequest, _ snapshot: Snapshot, _ reserved: [(key: String, object: Value)],
        _ now: Timestamp
    ) -> Amounts {
        var sources: [QuotaUsage.Source: [String]] = [:]
        for name in names { for source in QuotaUsage.sources(of: name) { sources[source, default: []].append(name) } }
        var total = Amounts()
        for (source, names) in sources {
            let (group, resource) = (source.group, source.resource)
            let prefix = QuotaUsage.prefix(group: group, resource: resource, namespace: request.namespace)
            var objects = reserved.filter { $0.key.hasPrefix(prefix) }.map(\.object)
            snapshot.forEach(prefix: prefix) { objects.append($0.value) }
            total += QuotaUsage.total(
                names, of: spec, group: group, resource: resource, objects, now: now, in: surroundings(snapshot))
        }
        return total
    }
    private static func surroundings(_ snapshot: Snapshot) -> QuotaSurroundings {
        QuotaSurroundings(
            deviceClass: { snapshot.get("resource.k8s.io/deviceclasses/\($0)")?.value },
            pod: { snapshot.get(PodFields.kind.key($0, $1))?.value },
            claims: { namespace in
                snapshot.range(prefix: "resource.k8s.io/resourceclaims/\(namespace)/").map(\.value)
            })
    }

    /// Where a quota limits cpu or memory, every container must state it.
    private static func requireAmounts(_ hard: Amounts, _ request: AdmissionRequest, _ name: String) throws {
        let spec = request.object["spec"]
        var missing: [String] = []
        for (resource, _) in hard.sorted {
            let parts = resource.split(separator: ".", maxSplits: 1).map(String.init)
            let (field, what) = parts.count == 2 ? (parts[0], parts[1]) : ("requests", resource)
            guard ["cpu", "memory"].contains(what), ["requests", "limits"].contains(field) else { continue }
            // What the pod states as a whole holds for its containers.
            guard spec["resources"][field][what].isNull else { continue }
            let silent = spec.podContainers.filter { $0["resources"][field][what].isNull }.compactMap { $0["name"].string }
            if !silent.isEmpty { missing.append("\(resource) for: \(silent.sorted().joined(separator: ","))") }
        }
        guard missing.isEmpty else { throw request.forbidden("failed quota: \(name): must specify \(missing.joined(separator: "; "))") }
    }
}
