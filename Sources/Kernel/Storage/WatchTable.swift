import Synchronization

/// The watchers of one realm, by prefix. Only the publisher touches it, one delivery at a time.
final class WatchTable: @unchecked Sendable {
    /// The watchers of what is in one part of the keys: a kind, as a rule.
    private struct Part {
        var groups: [Substring: WatchGroup] = [:]
        /// How many prefixes there are of each length: an event looks up the lengths in use, however many watchers there are.
        var lengths: [(length: Int, prefixes: Int)] = []

        mutating func count(_ length: Int, _ change: Int) {
            if let index = lengths.firstIndex(where: { $0.length == length }) {
                lengths[index].prefixes += change
                if lengths[index].prefixes == 0 { lengths.remove(at: index) }
            } else {
                lengths.append((length, change))
                lengths.sort { $0.length < $1.length }
            }
        }
    }
    /// By the part of the keys that a prefix lies in; those that reach over several are under the empty one.
    private var parts: [Substring: Part] = [:]
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
        let (part, prefix) = (watch.prefix.keyPart ?? "", watch.prefix[...])
        if parts[part]?.groups[prefix] == nil { parts[part, default: Part()].count(prefix.utf8.count, 1) }
        parts[part]?.groups[prefix, default: WatchGroup()].add(watch)
    }

    func remove(_ watch: Watch) {
        let (part, prefix) = (watch.prefix.keyPart ?? "", watch.prefix[...])
        guard parts[part]?.groups[prefix]?.remove(watch) == true, parts[part]?.groups[prefix]?.isEmpty == true else { return }
        parts[part]?.groups[prefix] = nil
        parts[part]?.count(prefix.utf8.count, -1)
        if parts[part]?.groups.isEmpty == true { parts[part] = nil }
    }

    /// Gives every watcher the events of its prefix, in order and in one batch.
    func deliver(_ events: [Event]) {
        guard !parts.isEmpty else { return }
        var batches: [Substring: [Event]] = [:]
        for event in events {
            note(event, parts[""], &batches)
            if let part = event.entry.key.keyPart { note(event, parts[part], &batches) }
        }
        for (prefix, batch) in batches.sorted(by: { $0.key < $1.key }) {
            parts[String(prefix).keyPart ?? ""]?.groups[prefix]?.deliver(batch)
        }
        for event in events { event.forgetFrame() }
    }

    private func note(_ event: Event, _ part: Part?, _ batches: inout [Substring: [Event]]) {
        guard let part else { return }
        let bytes = event.entry.key.utf8
        for (length, _) in part.lengths where length <= bytes.count {
            let prefix = event.entry.key[..<bytes.index(bytes.startIndex, offsetBy: length)]
            if part.groups[prefix] != nil { batches[prefix, default: []].append(event) }
        }
    }
}
