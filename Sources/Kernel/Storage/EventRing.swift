/// Events in the order of their revisions, of which the oldest are let go.
struct EventRing: Sendable {
    private var events: [Event] = []
    /// The position of the oldest event that is kept.
    private var start = 0

    var isEmpty: Bool { start == events.count }
    /// The oldest event that is kept.
    var first: Event? { isEmpty ? nil : events[start] }
    var count: Int { events.count - start }

    mutating func append(_ event: Event) { events.append(event) }

    /// Lets go of the oldest event, if there is one.
    mutating func removeFirst() {
        guard !isEmpty else { return }
        start += 1
        // Moving the rest down only when half is gone keeps the cost per event constant.
        if start * 2 > events.count {
            events.removeSubrange(..<start)
            start = 0
        }
    }

    /// The events after the revision, oldest first.
    func events(after revision: Revision) -> ArraySlice<Event> {
        var (low, high) = (start, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return events[low...]
    }
}
