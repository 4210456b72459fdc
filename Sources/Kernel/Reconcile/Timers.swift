import Control

/// Things with a deadline, earliest first; each has one deadline at most.
struct Timers<ID: Hashable & Sendable>: Sendable {
    private var deadlines: [ID: Timestamp] = [:]
    /// A binary heap; an item whose deadline is not the one in `deadlines` is void.
    private var heap: [(deadline: Timestamp, id: ID)] = []

    /// Sets or replaces the deadline.
    mutating func set(_ id: ID, _ deadline: Timestamp) {
        guard deadlines[id] != deadline else { return }
        deadlines[id] = deadline
        heap.append((deadline, id))
        siftUp(heap.count - 1)
        if heap.count > 64, heap.count > 4 * deadlines.count { rebuild() }
    }
    /// Forgets the deadline.
    mutating func cancel(_ id: ID) { deadlines[id] = nil }
    /// The deadline, nil when there is none.
    func deadline(of id: ID) -> Timestamp? { deadlines[id] }

    /// The earliest deadline.
    var next: Timestamp? {
        mutating get {
            while let first = heap.first, deadlines[first.id] != first.deadline { removeFirst() }
            return heap.first?.deadline
        }
    }
    /// Removes and returns something that is due.
    mutating func popDue(_ now: Timestamp) -> ID? {
        guard let next, next <= now, let id = heap.first?.id else { return nil }
        removeFirst()
        deadlines[id] = nil
        return id
    }

    private mutating func rebuild() {
        let live = deadlines
        heap = []
        for (id, deadline) in live {
            heap.append((deadline, id))
            siftUp(heap.count - 1)
        }
    }
    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].deadline < heap[$1].deadline }), heap[least].deadline < heap[index].deadline
            else {
                return
            }
            heap.swapAt(index, least)
            index = least
        }
    }
    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, heap[index].deadline < heap[(index - 1) / 2].deadline {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
}
