import Synchronization

/// A running watch; it ends when cancelled or when the handle goes away.
package final class WatchHandle: Sendable {
    private let stop: Mutex<(@Sendable () -> Void)?>
    init(stop: @escaping @Sendable () -> Void) { self.stop = Mutex(stop) }
    deinit { cancel() }

    /// Ends the watch: no further call of the sink begins after this returns, though one may be under way on another thread.
    package func cancel() {
        let stop = stop.withLock { stop in
            defer { stop = nil }
            return stop
        }
        stop?()
    }
}

/// One watcher of a realm.
final class Watch: Sendable {
    let prefix: String
    /// Only this part of the prefix.
    let topic: TopicText?
    /// Events up to this revision are not the watcher's concern.
    let after: Revision
    let table: WatchTable
    let sink: @Sendable ([Event]) -> Void
    let cancelled = Atomic(false)

    init(prefix: String, topic: TopicText?, after: Revision, table: WatchTable, sink: @escaping @Sendable ([Event]) -> Void) {
        (self.prefix, self.topic, self.after, self.table, self.sink) = (prefix, topic, after, table, sink)
    }

    /// What the reader holds to end the watch.
    func handle(_ publisher: Publisher) -> WatchHandle {
        WatchHandle {
            self.cancelled.store(true, ordering: .releasing)
            self.table.forget()
            publisher.append(.stop(self))
            publisher.flush()
        }
    }

    func deliver(_ events: [Event]) {
        guard !events.isEmpty, !cancelled.load(ordering: .acquiring) else { return }
        guard let first = events.first, first.revision <= after else { return sink(events) }
        let rest = events.filter { $0.revision > after }
        if !rest.isEmpty { sink(rest) }
    }
}
