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

/// The watchers of one realm, by prefix. Only the publisher touches it, one delivery at a time.
final class WatchTable: @unchecked Sendable {
    private var watches: [Substring: WatchGroup] = [:]
    /// How many prefixes there are of each length: an event looks up the lengths in use, however many watchers there are.
    private var lengths: [(length: Int, prefixes: Int)] = []
    /// How many watches have begun, even if they are not in the table yet, and have not been cancelled.
    private let expected = Atomic(0)
    private let finishers = Mutex<[@Sendable () -> Void]>([])

    /// Whether events need to be delivered at all.
    var isWatched: Bool { expected.load(ordering: .relaxed) > 0 }
    /// A watch begins; called inside the realm's lock, so that no later event is missed.
    func expect() { expected.add(1, ordering: .relaxed) }
    /// A watch has been cancelled.
    func forget() { expected.subtract(1, ordering: .relaxed) }

    /// Has a closure called behind every delivery, when all its watchers have had their events.
    func whenDelivered(_ body: @escaping @Sendable () -> Void) { finishers.withLock { $0.append(body) } }
    /// All watchers have had the events of a delivery.
    func finishDelivery() { for finisher in finishers.withLock({ $0 }) { finisher() } }

    func add(_ watch: Watch) {
        let prefix = Substring(watch.prefix)
        if watches[prefix] == nil { count(watch.prefix.utf8.count, 1) }
        watches[prefix, default: WatchGroup()].add(watch)
    }

    func remove(_ watch: Watch) {
        let prefix = Substring(watch.prefix)
        guard watches[prefix]?.remove(watch) == true, watches[prefix]?.isEmpty == true else { return }
        watches[prefix] = nil
        count(watch.prefix.utf8.count, -1)
    }

    private func count(_ length: Int, _ change: Int) {
        if let index = lengths.firstIndex(where: { $0.length == length }) {
            lengths[index].prefixes += change
            if lengths[index].prefixes == 0 { lengths.remove(at: index) }
        } else {
            lengths.append((length, change))
            lengths.sort { $0.length < $1.length }
        }
    }

    /// Gives every watcher the events of its prefix, in order and in one batch.
    func deliver(_ events: [Event]) {
        guard !watches.isEmpty else { return }
        var batches: [Substring: [Event]] = [:]
        for event in events {
            let bytes = event.entry.key.utf8
            for (length, _) in lengths where length <= bytes.count {
                let prefix = event.entry.key[..<bytes.index(bytes.startIndex, offsetBy: length)]
                if watches[prefix] != nil { batches[prefix, default: []].append(event) }
            }
        }
        for (prefix, batch) in batches.sorted(by: { $0.key < $1.key }) {
            watches[prefix]?.deliver(batch)
        }
    }
}
