import Documents
import KubeModel
import Storage
import Synchronization

/// Gives Services their addresses and node ports.
///
/// What is taken follows from the stored Services at start, so nothing is lost or leaked by a crash; from then on every write of a
/// Service goes through here. The choice is the first free one from a place that the Service's name gives, so that it repeats.
/// Source: upstream's service allocators, which keep the lower part of either range for addresses that users ask for.
final class ServiceAllocator: Sendable {
    private struct State {
        /// The owner's key of each address and node port that is taken.
        var addresses: [UInt32: String] = [:]
        var ports: [Int: String] = [:]
    }
    private let range: AddressRange
    private let ports: ClosedRange<Int>
    private let state: Mutex<State>

    init(addresses: AddressRange, ports: ClosedRange<Int>, snapshot: Snapshot) {
        (range, self.ports) = (addresses, ports)
        var taken = State()
        snapshot.forEach(prefix: Self.prefix) { entry in
            let (addresses, ports) = Self.held(entry.value, addresses)
            for address in addresses { taken.addresses[address] = entry.key }
            for port in ports { taken.ports[port] = entry.key }
        }
        state = Mutex(taken)
    }
    static let prefix = "core/services/"

    private static func held(_ service: Value, _ range: AddressRange) -> (addresses: Set<UInt32>, ports: Set<Int>) {
        let texts = service["spec"]["clusterIPs"].items.compactMap(\.string) + [service["spec"]["clusterIP"].string ?? ""]
        var ports = Set(service["spec"]["ports"].items.compactMap { $0["nodePort"].int })
        if let check = service["spec"]["healthCheckNodePort"].int { ports.insert(check) }
        return (Set(texts.compactMap(range.offset)), ports.subtracting([0]))
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
        var service = document
        var taken = Taken()
        let errors = state.withLock { fill(&service, key: target.key, in: &$0, &taken) }
        do {
            guard errors.isEmpty else { throw KubeStatus.invalid(target.info, target.name, errors) }
            let written = try await body(service)
            if dryRun {
                release(addresses: taken.addresses, ports: taken.ports, key: target.key)
            } else {
                let (before, after) = (Self.held(old, range), Self.held(service, range))
                release(
                    addresses: before.addresses.subtracting(after.addresses), ports: before.ports.subtracting(after.ports), key: target.key)
            }
            return written
        } catch {
            release(addresses: taken.addresses, ports: taken.ports, key: target.key)
            throw error
        }
    }

    /// Frees what a deleted Service held.
    func release(_ service: Value, _ target: Target) {
        guard target.info.storage.prefix == Self.prefix else { return }
        let held = Self.held(service, range)
        release(addresses: held.addresses, ports: held.ports, key: target.key)
    }
    private func release(addresses: Set<UInt32>, ports: Set<Int>, key: String) {
        state.withLock { state in
            for address in addresses where state.addresses[address] == key { state.addresses[address] = nil }
            for port in ports where state.ports[port] == key { state.ports[port] = nil }
        }
    }

    private func fill(_ service: inout Value, key: String, in state: inout State, _ taken: inout Taken) -> [FieldError] {
        let type = service["spec"]["type"].string ?? "ClusterIP"
        guard type != "ExternalName" else { return [] }
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
                guard let offset = freeAddress(seed: key, in: state) else {
                    return [.invalid(FieldPath("spec", "clusterIPs"), .null, "failed to allocate IP for service: range is full")]
                }
                text = range.address(offset)
            }
            let path = FieldPath("spec", "clusterIPs")
            guard let offset = range.offset(text) else {
                let reason =
                    "failed to allocate IP \(text): the provided IP (\(text)) is not in the valid range. "
                    + "The range of valid IPs is \(range.text)"
                return [.invalid(path, [.string(text)], reason)]
            }
            guard state.addresses[offset] == nil || state.addresses[offset] == key else {
                return [.invalid(path, [.string(text)], "failed to allocate IP \(text): provided IP is already allocated")]
            }
            if state.addresses.updateValue(key, forKey: offset) == nil { taken.addresses.insert(offset) }
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
                } else if let owner = state.ports[asked], owner != key || mine[asked]?.contains(transport) == true {
                    errors.append(.invalid(path, .int(Int64(asked)), "provided port is already allocated"))
                } else {
                    if state.ports.updateValue(key, forKey: asked) == nil { taken.ports.insert(asked) }
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
        let last = range.size - 2
        guard last >= 2 else { return nil }
        let reserved = min(max(16, range.size / 16), 256)
        let lower = min(reserved, last)
        if lower < last {
            let count = last - lower
            let start = UInt32(truncatingIfNeeded: Self.hash(seed)) % count
            for step in 0..<count {
                let offset = lower + 1 + (start + step) % count
                if state.addresses[offset] == nil { return offset }
            }
        }
        return (2...lower).first { state.addresses[$0] == nil }
    }
    private func freePort(seed: String, in state: State) -> Int? {
        let reserved = min(max(16, ports.count / 32), 128)
        let count = ports.count - reserved
        if count > 0 {
            let start = Int(Self.hash(seed) % UInt64(count))
            for step in 0..<count {
                let port = ports.lowerBound + reserved + (start + step) % count
                if state.ports[port] == nil { return port }
            }
        }
        return ports.first { state.ports[$0] == nil }
    }
    /// FNV-1a, which gives the same place in every run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
