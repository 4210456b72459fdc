/// The latest events of a realm, for watches that resume; bounded by number and bytes.
struct History: Sendable {
    private let limits: StoreLimits
    private var events: [Event] = []
    /// The position of the oldest event that is kept.
    private var start = 0
    private var weight = 0
    /// Every event after this revision is here.
    private(set) var compacted: Revision

    init(limits: StoreLimits, compacted: Revision) { (self.limits, self.compacted) = (limits, compacted) }

    /// Adds the next event and drops old ones that exceed the limits.
    mutating func append(_ event: Event) {
        events.append(event)
        weight += event.weight
        while events.count - start > limits.historyEvents || weight > limits.historyBytes {
            weight -= events[start].weight
            compacted = events[start].revision
            start += 1
        }
        // Moving the rest down only when half is empty keeps the cost per event constant.
        if start > 256, start > events.count / 2 {
            events.removeSubrange(..<start)
            start = 0
        }
    }

    /// The events after the revision, oldest first.
    /// - Throws: `StorageError.compacted` when some of them are gone.
    func events(after revision: Revision, prefix: String) throws(StorageError) -> [Event] {
        guard revision >= compacted else { throw .compacted(oldest: compacted) }
        var (low, high) = (start, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return events[low...].filter { $0.entry.key.begins(with: prefix) }
    }
}
