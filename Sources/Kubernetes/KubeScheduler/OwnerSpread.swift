import Glibc

/// The short way of the system's spread constraints over the pods of an owner.
struct OwnerSpread {
    private let crowd: OwnerCrowd
    private let zones: Topology
    private let slots: ContiguousArray<Int32>

    /// The spread of an owner's pods over nodes and zones, for the nodes of these slots.
    init(_ crowd: OwnerCrowd, _ zones: Topology, _ slots: ContiguousArray<Int32>) {
        (self.crowd, self.zones, self.slots) = (crowd, zones, slots)
    }

    /// Adds to each node's score what it has for having fewer of the pods, and its zone.
    func add(weight: Int, to totals: inout ContiguousArray<Int>) {
        let zoneWeight = log(Double(zones.domains(of: slots) + 2))
        let hostWeight = log(Double(slots.count + 2))
        // One more than there are zones: those outside of all come last.
        let zoneCrowd = (0...zones.count).map { $0 == zones.count ? 0 : Double(crowd.zones[Int32($0)]) * zoneWeight + 4 }
        let empty = zoneCrowd.map { Int(($0 + 2).rounded()) }
        var near = ContiguousArray<Int>(repeating: 0, count: slots.count)
        var (least, most) = (Int.max, 0)
        crowd.staying.withView { counts in
            near.withUnsafeMutableBufferPointer { near in
                zones.visit(slots) { slot, index, domain in
                    let (zone, count) = (domain < 0 ? zoneCrowd.count - 1 : Int(domain), counts[slot])
                    let all = count == 0 ? empty[zone] : Int((Double(count) * hostWeight + 2 + zoneCrowd[zone]).rounded())
                    near[index] = all
                    (least, most) = (min(least, all), max(most, all))
                }
            }
        }
        SpreadScores(near, least: least, most: most).add(weight: weight, to: &totals)
    }
}

/// What a crowd is worth: the least becomes 100, in proportion to the largest. Source: PodTopologySpread's NormalizeScore.
struct SpreadScores {
    private let crowd: ContiguousArray<Int>
    private let least: Int
    private let most: Int

    init(_ crowd: ContiguousArray<Int>) { self.init(crowd, least: crowd.min() ?? 0, most: crowd.max() ?? 0) }
    /// The same, where the least and the largest are known.
    init(_ crowd: ContiguousArray<Int>, least: Int, most: Int) { (self.crowd, self.least, self.most) = (crowd, least, most) }

    subscript(index: Int) -> Int { worth(crowd[index]) }
    private func worth(_ crowd: Int) -> Int { most > 0 ? 100 * (most + least - crowd) / most : 100 }

    /// Adds each one's worth to a score of its own.
    func add(weight: Int, to totals: inout ContiguousArray<Int>) {
        // Most crowds are of few sizes: their worth is worked out once.
        let sizes = max(0, most - least)
        let table = ContiguousArray((0...min(sizes, 1023)).map { weight * worth(least + $0) })
        totals.withUnsafeMutableBufferPointer { totals in
            table.withUnsafeBufferPointer { table in
                crowd.withUnsafeBufferPointer { crowd in
                    for index in totals.indices {
                        let size = crowd[index] &- least
                        totals[index] &+= size < table.count ? table[size] : weight &* worth(crowd[index])
                    }
                }
            }
        }
    }
}
