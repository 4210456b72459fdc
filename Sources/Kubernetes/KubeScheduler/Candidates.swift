/// Nodes that take a pod, and the score of each; kept from one pod to the next for the sake of its memory.
struct Candidates {
    private(set) var slots: ContiguousArray<Int32> = []
    /// At first what the nodes' own resources give, in the end what all plugins do.
    var scores: ContiguousArray<Int> = []

    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    mutating func removeAll(reserving count: Int) {
        slots.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
        slots.reserveCapacity(count)
        scores.reserveCapacity(count)
    }
    /// Adds up to `most` nodes at once: the body writes slots and scores to the buffers and tells how many.
    mutating func append(
        atMost most: Int, _ body: (_ slots: UnsafeMutableBufferPointer<Int32>, _ scores: UnsafeMutableBufferPointer<Int>) -> Int
    ) {
        let before = slots.count
        slots.append(contentsOf: repeatElement(0, count: most))
        scores.append(contentsOf: repeatElement(0, count: most))
        let added = slots.withUnsafeMutableBufferPointer { slots in
            scores.withUnsafeMutableBufferPointer {
                body(UnsafeMutableBufferPointer(rebasing: slots[before...]), UnsafeMutableBufferPointer(rebasing: $0[before...]))
            }
        }
        slots.removeLast(most - added)
        scores.removeLast(most - added)
    }
    mutating func append(_ slot: Int32, score: Int) {
        slots.append(slot)
        scores.append(score)
    }

    /// The node with the highest score; of those that have it each is as likely as the others. Nil without nodes.
    func best(_ draw: (Range<Int>) -> Int) -> Int32? {
        scores.withUnsafeBufferPointer { scores in
            var (most, equals) = (Int.min, 0)
            for score in scores where score >= most {
                if score > most { (most, equals) = (score, 0) }
                equals += 1
            }
            guard equals > 0 else { return nil }
            var left = equals == 1 ? 0 : draw(0..<equals)
            for (index, score) in scores.enumerated() where score == most {
                if left == 0 { return slots[index] }
                left -= 1
            }
            return nil
        }
    }
}
