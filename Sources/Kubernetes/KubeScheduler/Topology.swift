/// The domains of a topology key by number, and in which each node is. Nodes with other labels need a new one.
struct Topology {
    let count: Int
    /// Whether every node is in a domain.
    let isComplete: Bool
    /// By the nodes' slots; -1 for those outside of all domains.
    private let domains: [Int]

    init(_ key: String, _ nodes: [SchedulingNode]) {
        var numbers: [String: Int] = [:]
        var domains = Array(repeating: -1, count: (nodes.map(\.slot).max() ?? -1) + 1)
        var isComplete = true
        for node in nodes {
            guard let name = node.domain(key) else {
                isComplete = false
                continue
            }
            let number = numbers[name] ?? numbers.count
            numbers[name] = number
            domains[node.slot] = number
        }
        (count, self.isComplete, self.domains) = (numbers.count, isComplete, domains)
    }
    func domain(_ node: SchedulingNode) -> Int? { domain(slot: node.slot) }
    func domain(slot: Int) -> Int? {
        guard slot < domains.count, domains[slot] >= 0 else { return nil }
        return domains[slot]
    }
    /// How many domains these nodes are in.
    func number(of nodes: [SchedulingNode]) -> Int {
        var seen = Array(repeating: false, count: count)
        for node in nodes { if let domain = domain(node) { seen[domain] = true } }
        return seen.count { $0 }
    }
}

/// A number for each domain of a topology.
struct DomainCounts {
    let topology: Topology
    private(set) var counts: [Int]

    init(_ topology: Topology) { (self.topology, counts) = (topology, Array(repeating: 0, count: topology.count)) }

    /// The number of the node's domain; nil when it is in none.
    subscript(node: SchedulingNode) -> Int? { topology.domain(node).map { counts[$0] } }
    subscript(domain: Int) -> Int {
        get { counts[domain] }
        set { counts[domain] = newValue }
    }
    mutating func add(_ change: Int, slot: Int) {
        if let domain = topology.domain(slot: slot) { counts[domain] += change }
    }
    var isZero: Bool { counts.allSatisfy { $0 == 0 } }
}

/// The terms that pods on nodes have about others, each once, with the weight that it has on each node by slot.
struct TermTally {
    private(set) var terms: [SchedulingPod.PodTerm: [Int: Int]] = [:]

    mutating func add(_ term: SchedulingPod.PodTerm, _ change: Int, _ node: SchedulingNode) {
        let weight = terms[term, default: [:]][node.slot, default: 0] + change
        terms[term, default: [:]][node.slot] = weight == 0 ? nil : weight
        if terms[term]?.isEmpty == true { terms[term] = nil }
    }
}
