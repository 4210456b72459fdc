/// The terms that pods on nodes have about others, each once, with the number of pods that have it in each domain.
struct TermTable {
    final class Row {
        let term: PodShape.PodTerm
        let topology: Topology
        var tally = DomainTally()
        init(_ term: PodShape.PodTerm, _ topology: Topology) { (self.term, self.topology) = (term, topology) }
    }
    private(set) var rows: [Row] = []
    private var places: [PodShape.PodTerm: Int32] = [:]
    /// Rows by the namespaces whose pods they may select; those that select namespaces by labels aside.
    private var named: [String: [Int32]] = [:]
    private var open: [Int32] = []
    /// Places and matches of another epoch are void.
    private var epoch = 0
    private var empty = 0

    /// Whether no pod on a node has a term.
    var isEmpty: Bool { rows.count == empty }

    /// Where these terms stand; rows are made for those that are new.
    mutating func places(of terms: [PodShape.PodTerm], known: inout KnownMatches, _ topologies: TopologyTable) -> [Int32] {
        if known.epoch == epoch { return known.matches }
        known = KnownMatches(epoch: epoch, seen: 0, matches: terms.map { place(of: $0) { topologies[$0] } })
        return known.matches
    }
    private mutating func place(of term: PodShape.PodTerm, _ topology: (String) -> Topology) -> Int32 {
        if let place = places[term] { return place }
        let place = Int32(rows.count)
        rows.append(Row(term, topology(term.topologyKey)))
        empty += 1
        places[term] = place
        if term.selection.namespaceSelector != nil {
            open.append(place)
        } else {
            for namespace in term.selection.namespaces { named[namespace, default: []].append(place) }
        }
        return place
    }

    mutating func add(_ change: Int32, at place: Int32, slot: Int32) {
        let row = rows[Int(place)]
        let wasEmpty = row.tally.isZero
        row.tally.add(change, row.topology.domain(slot: slot), of: row.topology.count)
        if wasEmpty != row.tally.isZero { empty += wasEmpty ? -1 : 1 }
    }

    /// The rows whose terms select pods of the group.
    func matches(_ group: PodGroup, _ known: inout KnownMatches, _ namespaces: NamespaceLabels) -> [Int32] {
        guard !isEmpty else { return [] }
        if known.epoch != epoch { known = KnownMatches(epoch: epoch) }
        guard known.seen < rows.count else { return known.matches }
        let seen = Int32(known.seen)
        for place in (named[group.namespace] ?? []).reversed() {
            guard place >= seen else { break }
            if rows[Int(place)].term.selection.selects(group, namespaces) { known.matches.append(place) }
        }
        for place in open.reversed() {
            guard place >= seen else { break }
            if rows[Int(place)].term.selection.selects(group, namespaces) { known.matches.append(place) }
        }
        known.seen = rows.count
        return known.matches
    }

    /// Labels of namespaces have changed.
    mutating func rematch() {
        guard !open.isEmpty else { return }
        epoch += 1
    }
    /// Drops rows that no pod has any more, once they are most. Places are void then.
    mutating func sweep() {
        guard rows.count > 256, empty > rows.count / 2 else { return }
        let kept = rows.filter { !$0.tally.isZero }
        (rows, places, named, open, empty) = ([], [:], [:], [], 0)
        for row in kept {
            let place = self.place(of: row.term) { _ in row.topology }
            rows[Int(place)] = row
        }
        empty = 0
        epoch += 1
    }
}
