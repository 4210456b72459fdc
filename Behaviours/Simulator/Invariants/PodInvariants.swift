import Documents
import KubeModel

/// A pod is bound once and stays where it is; a uid is never seen again under another key.
struct BoundOnce: Invariant {
    private var nodes: [String: String] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        guard change.kind == "core/pods", !change.after.isNull, let uid = change.after["metadata"]["uid"].string else { return }
        let node = change.after.nodeName
        guard let known = nodes[uid], !known.isEmpty else {
            nodes[uid] = node
            return
        }
        guard known == node else { throw Violation("\(change.key) was bound to \(known) and is bound to \(node.isEmpty ? "none" : node)") }
    }
}

/// The requests of a node's pods never exceed what it has to give.
struct NodesHold: Invariant {
    private struct Need {
        var (cpu, memory, pods) = (0, 0, 0)
    }
    private var pods: [String: (node: String, need: Need)] = [:]
    private var loads: [String: Need] = [:]
    private var rooms: [String: Need] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        switch change.kind {
        case "core/nodes":
            let allocatable = change.after["status"]["allocatable"]
            rooms[change.key.lastPart] = change.after.isNull || allocatable.isNull ? nil : Self.need(allocatable)
        case "core/pods":
            let former = pods.removeValue(forKey: change.key)
            if let former { add(former.need, to: former.node, -1) }
            guard !change.after.nodeName.isEmpty, !change.after.isTerminated else { return }
            let (node, need) = (change.after.nodeName, Self.need(of: change.after))
            pods[change.key] = (node, need)
            add(need, to: node, 1)
            // Only a binding can be wrong: a node may also shrink under its pods.
            guard former == nil, let load = loads[node], let room = rooms[node] else { return }
            guard load.cpu <= room.cpu, load.memory <= room.memory, load.pods <= room.pods else {
                throw Violation("\(change.key) over-commits \(node): \(load) of \(room)")
            }
        default: return
        }
    }

    private mutating func add(_ need: Need, to node: String, _ sign: Int) {
        var load = loads[node] ?? Need()
        load.cpu += sign * need.cpu
        load.memory += sign * need.memory
        load.pods += sign * need.pods
        loads[node] = load
    }
    private static func need(of pod: Value) -> Need {
        var need = Need()
        for container in pod["spec"]["containers"].items {
            let requests = Self.need(container["resources"]["requests"])
            need.cpu += requests.cpu
            need.memory += requests.memory
        }
        need.pods = 1
        return need
    }
    private static func need(_ list: Value) -> Need {
        var need = Need()
        (need.cpu, need.memory) = (amount(list["cpu"], milli: true), amount(list["memory"], milli: false))
        need.pods = amount(list["pods"], milli: false)
        return need
    }
    private static func amount(_ value: Value, milli: Bool) -> Int {
        guard let quantity = Quantity(value) else { return 0 }
        return milli ? quantity.milli : quantity.units
    }
}

/// No two pods have one address at the same time, and neither have two services.
struct UniqueAddresses: Invariant {
    private var owners: [String: String] = [:]
    private var held: [String: [String]] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        guard ["core/pods", "core/services"].contains(change.kind) else { return }
        for address in held.removeValue(forKey: change.key) ?? [] where owners[address] == change.key { owners[address] = nil }
        let addresses = change.kind == "core/pods" ? Self.pod(change.after) : Self.service(change.after)
        for address in addresses {
            if let owner = owners[address] { throw Violation("\(address) belongs to \(owner) and to \(change.key)") }
            owners[address] = change.key
        }
        held[change.key] = addresses
    }
    private static func pod(_ pod: Value) -> [String] {
        guard !pod.isTerminated, pod["spec"]["hostNetwork"].bool != true, let address = pod["status"]["podIP"].string else { return [] }
        return [address]
    }
    private static func service(_ service: Value) -> [String] {
        let address = service["spec"]["clusterIP"].string.flatMap { $0.isEmpty || $0 == "None" ? nil : $0 }
        let ports = service["spec"]["ports"].items.compactMap { port in
            port["nodePort"].int.map { "node port \($0)/\(port["protocol"].string ?? "TCP")" }
        }
        return (address.map { [$0] } ?? []) + ports
    }
}

extension Value {
    /// Whether a pod has come to its end.
    var isTerminated: Bool { isNull || ["Succeeded", "Failed"].contains(self["status"]["phase"].string) }
}
extension String {
    /// What stands behind the last slash.
    var lastPart: String { split(separator: "/").last.map(String.init) ?? self }
}
