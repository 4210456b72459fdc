import Documents
import KubeModel
import Storage
import Synchronization

/// Gives Services their addresses and node ports.
///
/// What is taken follows from the stored Services at start, so nothing is lost or leaked by a crash; from then on every write of a
/// Service goes through here. Where several servers do that, durable claims tell what is taken, and only what is under way is kept here.
/// The choice is the first free one from a place that the Service's name gives, so that it repeats.
/// Source: upstream's service allocators, which keep the lower part of either range for addresses that users ask for.
final class ServiceAllocator: Sendable {
    private struct State {
        /// The owner's key of each address and node port that is taken.
        var addresses: [UInt32: String] = [:]
        var ports: [Int: String] = [:]
        /// The claims of all servers, while something is chosen; nil where this server alone gives away.
        var claims: Snapshot?
        /// What is stored, while something is chosen.
        var stored: Snapshot?

        func owner(address: UInt32) -> String? {
            let text = AddressRange.text(address)
            return addresses[address] ?? claims.flatMap { ServiceClaims.owner(ServiceClaims.key(address: text), in: $0) }
                ?? stored.flatMap { ServiceRanges.stranger(at: text, in: $0) }
        }
        func owner(port: Int) -> String? { ports[port] ?? claims.flatMap { ServiceClaims.owner(ServiceClaims.key(port: port), in: $0) } }
    }
    private let range: AddressRange
    private let realm: Realm
    /// The range of node ports, which a cluster's settings may change.
    private let portRange: @Sendable () -> ClosedRange<Int>
    private var ports: ClosedRange<Int> { portRange() }
    private let state: Mutex<State>
    /// What other servers see; nil where there are none.
    private let claims: ServiceClaims?
    /// How often a choice is made anew when other servers were faster.
    private static let attempts = 64

    init(addresses: AddressRange, ports: @escaping @Sendable () -> ClosedRange<Int>, realm: Realm, claims: ServiceClaims? = nil) {
        (range, portRange, self.realm, self.claims) = (addresses, ports, realm, claims)
        var taken = State()
        guard claims == nil else {
            state = Mutex(taken)
            return
        }
        realm.snapshot().forEach(prefix: Self.prefix) { entry in
            let held = Self.held(entry.value)
            for address in held.addresses { taken.addresses[address] = entry.key }
            for port in held.ports { taken.ports[port] = entry.key }
        }
        state = Mutex(taken)
    }
    static let prefix = "core/services/"

    /// Addresses and node ports of one Service.
    private struct Held {
        let addresses: Set<UInt32>
        let ports: Set<Int>
        init(_ addresses: Set<UInt32>, _ ports: Set<Int>) { (self.addresses, self.ports) = (addresses, ports) }
        func subtracting(_ other: Held) -> Held { Held(addresses.subtracting(other.addresses), ports.subtracting(other.ports)) }
    }
    private static func held(_ service: Value) -> Held {
        let texts = service["spec"]["clusterIPs"].items.compactMap(\.string) + [service["spec"]["clusterIP"].string ?? ""]
        var ports = Set(service["spec"]["ports"].items.compactMap { $0["nodePort"].int })
        if let check = service["spec"]["healthCheckNodePort"].int { ports.insert(check) }
        return Held(Set(texts.compactMap(AddressRange.number)), ports.subtracting([0]))
    }

    /// What one write took and nobody had before.
    private struct Taken {
        var addresses: Set<UInt32> = []
        var ports: Set<Int> = []
    }

    /// Runs `body` with addresses and ports filled in and reserved; what the outcome does not need is free again afterwards.
    /// Documents of other kinds pass through.
    /// - Throws: `KubeStatus` Invalid for an address that cannot be had, else what `body` throws.
    func reserving(
        _ document: Value, old: Value, _ target: Target, dryRun: Bool, _ body: (Value) async throws -> Written
    ) async throws -> Written {
        guard target.info.storage.prefix == Self.prefix else { return try await body(document) }
        let (service, taken) = try await reserve(document, target, dryRun: dryRun)
        let own = Held(taken.addresses, taken.ports)
        do {
            let written = try await body(service)
            // Claims hold without this server's memory.
            if dryRun || claims != nil { release(own, key: target.key) }
            if !dryRun { await free(Self.held(old).subtracting(Self.held(service)), key: target.key) }
            return written
        } catch {
            release(own, key: target.key)
            // What may have been written all the same keeps its claims; the upkeep sees what became of it.
            if !dryRun, let status = error as? KubeStatus, status.code < 500 { await unclaim(own, key: target.key) }
            throw error
        }
    }

    /// Fills in and reserves; where other servers do the same, claims durably, and chooses again where they were faster.
    private func reserve(_ document: Value, _ target: Target, dryRun: Bool) async throws -> (Value, Taken) {
        for _ in 0..<Self.attempts {
            var service = document
            var taken = Taken()
            let errors = state.withLock { state in
                (state.claims, state.stored) = (claims?.realm.snapshot(), realm.snapshot())
                defer { (state.claims, state.stored) = (nil, nil) }
                return fill(&service, key: target.key, in: &state, &taken)
            }
            let own = Held(taken.addresses, taken.ports)
            guard errors.isEmpty else {
                release(own, key: target.key)
                throw KubeStatus.invalid(target.info, target.name, errors)
            }
            if dryRun { return (service, taken) }
            if try await claim(own, target) { return (service, taken) }
            release(own, key: target.key)
        }
        throw KubeStatus.conflict(target.info, target.name)
    }
    /// Claims all of it, or nothing and returns false.
    private func claim(_ held: Held, _ target: Target) async throws -> Bool {
        guard let claims else { return true }
        do throws(StorageError) {
            for key in keys(held) {
                guard try await claims.take(key, for: target.key) else {
                    await unclaim(held, key: target.key)
                    return false
                }
            }
            return true
        } catch {
            release(held, key: target.key)
            throw APIServer.status(error, target)
        }
    }
    private func keys(_ held: Held) -> [String] {
        held.addresses.map { ServiceClaims.key(address: AddressRange.text($0)) } + held.ports.map(ServiceClaims.key)
    }
    /// The claims that a stored Service needs.
    func claims(of service: Value) -> [String] { keys(Self.held(service)) }
    private func unclaim(_ held: Held, key: String) async {
        guard let claims else { return }
        for claim in keys(held) { await claims.release(claim, of: key) }
    }
    private func free(_ held: Held, key: String) async {
        release(held, key: key)
        await unclaim(held, key: key)
    }

    /// Frees what a deleted Service held.
    func release(_ service: Value, _ target: Target) async {
        guard target.info.storage.prefix == Self.prefix else { return }
        await free(Self.held(service), key: target.key)
    }
    private func release(_ held: Held, key: String) {
        state.withLock { state in
            for address in held.addresses where state.addresses[address] == key { state.addresses[address] = nil }
            for port in held.ports where state.ports[port] == key { state.ports[port] = nil }
        }
    }

    private func fill(_ service: inout Value, key: String, in state: inout State, _ taken: inout Taken) -> [FieldError] {
        let type = service["spec"]["type"].string ?? "ClusterIP"
        guard type != "ExternalName" else { return [] }
        let problems = ServiceFamilies.errors(service)
        guard problems.isEmpty else { return problems }
        var errors = address(&service, key: key, in: &state, &taken)
        if type == "NodePort" || type == "LoadBalancer" {
            if service["spec"]["allocateLoadBalancerNodePorts"] != false || type == "NodePort" {
                errors += nodePorts(&service, key: key, in: &state, &taken)
            }
            if type == "LoadBalancer", service["spec"]["externalTrafficPolicy"] == "Local",
                (service["spec"]["healthCheckNodePort"].int ?? 0) == 0,
                let port = freePort(seed: key + "/health", in: state)
            {
                state.ports[port] = key
                taken.ports.insert(port)
                service["spec"]["healthCheckNodePort"] = .int(Int64(port))
            }
        }
        return errors
    }

    private func address(_ service: inout Value, key: String, in state: inout State, _ taken: inout Taken) -> [FieldError] {
        var text = service["spec"]["clusterIP"].string ?? service["spec"]["clusterIPs"][0].string ?? ""
        if text != "None" {
            if text.isEmpty {
                guard let number = freeAddress(seed: key, in: state) else {
                    return [.invalid(FieldPath("spec", "clusterIPs"), .null, "failed to allocate IP for service: range is full")]
                }
                text = AddressRange.text(number)
            }
            let path = FieldPath("spec", "clusterIPs")
            let owner = AddressRange.number(text).flatMap(state.owner)
            // Who has an address keeps it while its range is to go.
            guard let number = AddressRange.number(text), owner == key || ranges(state).contains(where: { $0.offset(text) != nil }) else {
                let reason =
                    "failed to allocate IP \(text): the provided IP (\(text)) is not in the valid range. "
                    + "The range of valid IPs is \(range.text)"
                return [.invalid(path, [.string(text)], reason)]
            }
            guard owner == nil || owner == key else {
                return [.invalid(path, [.string(text)], "failed to allocate IP \(text): provided IP is already allocated")]
            }
            state.addresses[number] = key
            if owner == nil { taken.addresses.insert(number) }
        }
        service["spec"]["clusterIP"] = .string(text)
        service["spec"]["clusterIPs"] = [.string(text)]
        if service["spec"]["ipFamilies"].items.isEmpty { service["spec"]["ipFamilies"] = ["IPv4"] }
        if service["spec"]["ipFamilyPolicy"].isNull { service["spec"]["ipFamilyPolicy"] = "SingleStack" }
        return []
    }

    private func nodePorts(_ service: inout Value, key: String, in state: inout State, _ taken: inout Taken) -> [FieldError] {
        var errors: [FieldError] = []
        var list = service["spec"]["ports"].items
        /// One number may serve several protocols of the same Service.
        var mine: [Int: Set<String>] = [:]
        for index in list.indices {
            let transport = list[index]["protocol"].string ?? "TCP"
            let path = FieldPath("spec", "ports").index(index).child("nodePort")
            if let asked = list[index]["nodePort"].int, asked != 0 {
                if !ports.contains(asked) {
                    let text =
                        "provided port is not in the valid range. The range of valid ports is \(ports.lowerBound)-\(ports.upperBound)"
                    errors.append(.invalid(path, .int(Int64(asked)), text))
                } else if let owner = state.owner(port: asked), owner != key || mine[asked]?.contains(transport) == true {
                    errors.append(.invalid(path, .int(Int64(asked)), "provided port is already allocated"))
                } else {
                    if state.owner(port: asked) == nil { taken.ports.insert(asked) }
                    state.ports[asked] = key
                    mine[asked, default: []].insert(transport)
                }
            } else if let port = freePort(seed: "\(key)/\(index)", in: state) {
                state.ports[port] = key
                taken.ports.insert(port)
                mine[port, default: []].insert(transport)
                list[index]["nodePort"] = .int(Int64(port))
            } else {
                errors.append(.invalid(path, 0, "failed to allocate a nodePort: range is full"))
            }
        }
        service["spec"]["ports"] = .array(list)
        return errors
    }

    /// A free address from the upper part of the range, else from the lower; never the network's, the first, or the broadcast address.
    private func freeAddress(seed: String, in state: State) -> UInt32? {
        for range in ranges(state) {
            if let number = freeAddress(of: range, seed: seed, in: state) { return number }
        }
        return nil
    }
    private func ranges(_ state: State) -> [AddressRange] { [range] + (state.stored.map(ServiceRanges.further) ?? []) }
    private func freeAddress(of range: AddressRange, seed: String, in state: State) -> UInt32? {
        let last = range.size - 2
        guard last >= 2 else { return nil }
        let reserved = min(max(16, range.size / 16), 256)
        let lower = min(reserved, last)
        if lower < last {
            let count = last - lower
            let start = UInt32(truncatingIfNeeded: Self.hash(seed)) % count
            for step in 0..<count {
                let offset = lower + 1 + (start + step) % count
                if state.owner(address: range.base + offset) == nil { return range.base + offset }
            }
        }
        return (2...lower).first { state.owner(address: range.base + $0) == nil }.map { range.base + $0 }
    }
    private func freePort(seed: String, in state: State) -> Int? {
        let reserved = min(max(16, ports.count / 32), 128)
        let count = ports.count - reserved
        if count > 0 {
            let start = Int(Self.hash(seed) % UInt64(count))
            for step in 0..<count {
                let port = ports.lowerBound + reserved + (start + step) % count
                if state.owner(port: port) == nil { return port }
            }
        }
        return ports.first { state.owner(port: $0) == nil }
    }
    /// FNV-1a, which gives the same place in every run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
