/// The domains of a topology key by number, and in which each node is; kept up to date with the nodes.
final class Topology {
    let key: String
    private var numbers: [String: Int32] = [:]
    /// By the nodes' slots; -1 for those outside of all domains.
    private(set) var domains: [Int32] = []
    /// How many domains there have ever been; none is given up while the topology is in use.
    var count: Int { numbers.count }

    init(_ key: String) { self.key = key }

    /// Looks at a node's labels anew; those of a node that is gone put it outside.
    func update(_ node: SchedulingNode) {
        let slot = Int(node.slot)
        while domains.count <= slot { domains.append(-1) }
        guard node.isReal, let name = node.domain(key) else {
            domains[slot] = -1
            return
        }
        let number = numbers[name] ?? Int32(numbers.count)
        numbers[name] = number
        domains[slot] = number
    }
    func domain(slot: Int32) -> Int32 { slot < domains.count ? domains[Int(slot)] : -1 }
    /// Tells the domain of each of the slots, -1 for none, with the slot's index.
    @inline(__always)
    func visit(_ slots: ContiguousArray<Int32>, _ body: (_ slot: Int32, _ index: Int, _ domain: Int32) -> Void) {
        domains.withUnsafeBufferPointer { domains in
            slots.withUnsafeBufferPointer { slots in
                for index in slots.indices { body(slots[index], index, slots[index] < domains.count ? domains[Int(slots[index])] : -1) }
            }
        }
    }
    /// How many domains these nodes are in.
    func domains(of slots: ContiguousArray<Int32>) -> Int {
        var (seen, found) = (Array(repeating: false, count: count), 0)
        for slot in slots {
            let domain = domain(slot: slot)
            guard domain >= 0, !seen[Int(domain)] else { continue }
            seen[Int(domain)] = true
            found += 1
            if found == count { break }
        }
        return found
    }
}

/// The topologies in use, and the real nodes by slot.
final class TopologyTable {
    private var topologies: [String: Topology] = [:]
    private(set) var nodes: [Int32: SchedulingNode] = [:]

    /// The domains of a topology key; looked for once, then kept up to date.
    subscript(key: String) -> Topology {
        if let known = topologies[key] { return known }
        let topology = Topology(key)
        for node in nodes.values { topology.update(node) }
        topologies[key] = topology
        return topology
    }
    /// Takes over a node's labels, or that it is gone.
    func update(_ node: SchedulingNode) {
        nodes[node.slot] = node.isReal ? node : nil
        for topology in topologies.values { topology.update(node) }
    }
}

/// How many pods of a kind each domain of a topology has, and the fewest of any.
final class DomainCounter {
    let counted: CountedPods
    let topology: Topology
    private(set) var counts: [Int32] = []
    /// How many nodes of each domain count; a domain without any is none.
    private var nodes: [Int32] = []
    private var isIncluded: [Bool] = []
    /// The number of domains that count.
    private(set) var size = 0
    private var fewest: Int32 = 0
    /// How many domains have the fewest pods; 0 when that has to be found out.
    private var fewestDomains = 0

    init(_ counted: CountedPods, _ topology: Topology) { (self.counted, self.topology) = (counted, topology) }

    /// The node comes into view, before its pods are counted.
    func include(_ node: SchedulingNode) {
        let slot = Int(node.slot)
        while isIncluded.count <= slot { isIncluded.append(false) }
        let domain = topology.domain(slot: node.slot)
        guard domain >= 0, node.isReal, counted.eligibility.isEveryNode || counted.eligibility.includes(node) else { return }
        isIncluded[slot] = true
        grow(domain)
        nodes[Int(domain)] += 1
        if nodes[Int(domain)] == 1 {
            size += 1
            fewestDomains = 0
        }
    }
    /// The node goes out of view, after its pods were taken off.
    func exclude(_ slot: Int32) {
        guard slot < isIncluded.count, isIncluded[Int(slot)] else { return }
        isIncluded[Int(slot)] = false
        let domain = Int(topology.domain(slot: slot))
        nodes[domain] -= 1
        if nodes[domain] == 0 {
            size -= 1
            fewestDomains = 0
        }
    }
    private func grow(_ domain: Int32) {
        while counts.count <= domain {
            counts.append(0)
            nodes.append(0)
        }
    }

    func add(_ change: Int32, slot: Int32) {
        guard slot < isIncluded.count, isIncluded[Int(slot)] else { return }
        let domain = Int(topology.domain(slot: slot))
        let before = counts[domain]
        counts[domain] = before + change
        guard fewestDomains > 0 else { return }
        if before == fewest { fewestDomains -= 1 }
        if counts[domain] < fewest {
            (fewest, fewestDomains) = (counts[domain], 1)
        } else if counts[domain] == fewest {
            fewestDomains += 1
        }
    }

    /// The fewest pods of any domain; 0 without domains.
    var least: Int {
        guard size > 0 else { return 0 }
        if fewestDomains == 0 {
            fewest = .max
            for (domain, count) in counts.enumerated() where nodes[domain] > 0 {
                if count < fewest { (fewest, fewestDomains) = (count, 1) } else if count == fewest { fewestDomains += 1 }
            }
        }
        return Int(fewest)
    }
    /// The count of the node's domain; nil for a node outside of all domains.
    func count(slot: Int32) -> Int? {
        let domain = topology.domain(slot: slot)
        guard domain >= 0 else { return nil }
        return domain < counts.count ? Int(counts[Int(domain)]) : 0
    }
    /// Tells the count of each slot's domain, those outside of all domains aside, with the slot's index.
    @inline(__always) func visit(_ slots: ContiguousArray<Int32>, _ body: (_ index: Int, _ count: Int) -> Void) {
        counts.withUnsafeBufferPointer { counts in
            topology.visit(slots) { _, index, domain in
                if domain >= 0 { body(index, domain < counts.count ? Int(counts[Int(domain)]) : 0) }
            }
        }
    }
    var isZero: Bool { counts.allSatisfy { $0 == 0 } }
}

/// Amounts by domain: few in a table of their own, many as a row.
struct DomainTally {
    private var sparse = SlotCounts()
    private var dense: [Int32] = []
    private var nonZero = 0

    init() {}
    /// Amounts of domains as they stand, zeros among them.
    init(_ amounts: [Int32]) { dense = amounts }

    /// Whether all that was added is taken off again.
    var isZero: Bool { nonZero == 0 }

    mutating func add(_ change: Int32, _ domain: Int32, of domains: Int) {
        guard domain >= 0, change != 0 else { return }
        if dense.isEmpty {
            sparse.add(change, slot: domain)
            nonZero = sparse.count
            if domains <= 256 || nonZero > domains / 8 {
                dense = Array(repeating: 0, count: domains)
                for (domain, amount) in sparse { dense[Int(domain)] = amount }
                sparse = SlotCounts()
            }
            return
        }
        while dense.count <= domain { dense.append(0) }
        let before = dense[Int(domain)]
        dense[Int(domain)] = before + change
        if before == 0, change != 0 { nonZero += 1 } else if before + change == 0, before != 0 { nonZero -= 1 }
    }
    subscript(domain: Int32) -> Int {
        guard domain >= 0 else { return 0 }
        if dense.isEmpty { return Int(sparse[domain]) }
        return domain < dense.count ? Int(dense[Int(domain)]) : 0
    }
}
