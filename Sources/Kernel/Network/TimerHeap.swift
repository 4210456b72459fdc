/// Something that is due at a time of the loop's.
protocol Due {
    /// In the loop's milliseconds.
    var deadline: UInt64 { get }
}

/// Entries in the order in which they come due.
struct TimerHeap<Entry: Due> {
    private var entries: [Entry] = []

    /// The earliest deadline.
    var next: UInt64? { entries.first?.deadline }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child].deadline < entries[(child - 1) / 2].deadline {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes and returns the earliest entry when it is due.
    mutating func popDue(_ now: UInt64) -> Entry? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child].deadline < entries[least].deadline {
                least = child
            }
            if least == parent { return first }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}

/// When a channel may be due. It names the channel without keeping it alive; stale ones are skipped.
struct ChannelDue: Due {
    let deadline: UInt64
    let descriptor: Int32
    let generation: UInt32
}
