package import Control
import Synchronization

/// One key space with its own revisions: a cluster, or the region.
///
/// Writes are checked against the newest sequenced state, numbered, and given to the journal; what is durable is published to the
/// index, the history and the watches, in the order of revisions. Reads see durable state only.
package final class Realm: Sendable {
    package let name: String
    /// When the realm was made.
    package let birth: Timestamp
    let id: RealmID
    private let backing: Backing
    private let publisher: Publisher
    private let limits: StoreLimits
    private let watches = WatchTable()
    private let state: Guarded<State>
    /// `State.head` for readers without the lock.
    private let published: Atomic<Revision>

    private struct Waiter {
        let revision: Revision
        let continuation: UnsafeContinuation<Result<Entry, StorageError>, Never>
    }

    private struct State {
        var index: Index
        /// The newest durable revision.
        var head: Revision
        /// The newest revision given to a write.
        var sequenced: Revision
        /// What the journal has not committed yet: the newest record of each key, and who waits for which revision.
        var pending: [String: JournalRecord] = [:]
        var waiting: [Waiter] = []
        /// Who waits until everything up to a revision is durable.
        var settling: [(revision: Revision, continuation: CheckedContinuation<Void, Never>)] = []
        var history: History
        /// What was asked for by topic.
        var topics: [TopicIndex] = []
        /// The size of the index in the journal.
        var weight: Int
        /// Who wants to know of the newest change below a prefix.
        var marks: [ChangeMark] = []
        /// Why nothing can be written any more.
        var closed: StorageError?
    }

    /// A realm with the entries that the journal recovered.
    init(_ recovered: RecoveredRealm, backing: Backing, publisher: Publisher, limits: StoreLimits) {
        (name, id, birth) = (recovered.name, recovered.id, recovered.birth)
        (self.backing, self.publisher, self.limits) = (backing, publisher, limits)
        let index = Index(recovered.entries)
        let weight = recovered.entries.reduce(0) { $0 + $1.weight }
        let history = History(limits: limits, compacted: recovered.floor ?? recovered.head, settled: recovered.settled)
        published = Atomic(recovered.head)
        state = Guarded(State(index: index, head: recovered.head, sequenced: recovered.head, history: history, weight: weight))
    }

    /// The newest durable revision; 0 before the first write.
    package var head: Revision { published.load(ordering: .acquiring) }

    /// Why nothing can be written any more; nil while writes are taken.
    package var failure: StorageError? { state.withLock { $0.closed } }

    /// The realm as it is now: everything acknowledged is in it, nothing that could still be lost. Takes constant time.
    package func snapshot() -> Snapshot { state.withLock { Snapshot(revision: $0.head, index: $0.index) } }

    /// The entry of the key as a snapshot taken now would have it, without the cost of one.
    package func get(_ key: String) -> Entry? { state.withLock { $0.index.get(key) } }

    /// Calls back on the publisher's thread behind every delivery, when all watchers have had their events: what each of them began can
    /// be finished for all together.
    package func whenDelivered(_ body: @escaping @Sendable () -> Void) { watches.whenDelivered(body) }

    /// Follows the newest change below a prefix for as long as the realm lives.
    package func mark(prefix: String) -> ChangeMark {
        state.withLock { state in
            if let mark = state.marks.first(where: { $0.prefix == prefix }) { return mark }
            let mark = ChangeMark(prefix: prefix, at: state.head)
            state.marks.append(mark)
            return mark
        }
    }

    /// The realm as it is now, and the entries of a topic in it, in key order. The first to ask for a topic waits for its index.
    package func snapshot(of topic: TopicText) -> (snapshot: Snapshot, entries: [Entry]) {
        state.withLock { state in
            Realm.follow(topic.topic, in: &state)
            let keys = state.topics.first { $0.topic.name == topic.topic.name }?.keys(topic.text) ?? []
            return (Snapshot(revision: state.head, index: state.index), keys.compactMap(state.index.get))
        }
    }

    /// The present state with the events undone that came after a revision below a prefix.
    func past(at revision: Revision, prefix: String) throws(StorageError) -> Snapshot {
        let (present, events) = try state.withLock { state throws(StorageError) in
            guard revision <= state.head else { throw .compacted(oldest: state.head) }
            return (state.index, try state.history.events(after: revision, prefix: prefix))
        }
        var index = present
        index.undo(events)
        return Snapshot(revision: revision, index: index)
    }
    /// What other processes write through as well; nil where this one is alone.
    var engine: (any SharedEngine)? { if case .shared(let engine) = backing { engine } else { nil } }

    /// Files documents and events by a topic from now on.
    private static func follow(_ topic: Topic, in state: inout State) {
        guard !state.topics.contains(where: { $0.topic.name == topic.name }) else { return }
        state.topics.append(TopicIndex(topic, state.index))
        state.history.follow(topic)
    }

    /// Writes one key and returns when that is durable and published: the new entry, or for a delete the deleted entry at the
    /// revision of the deletion.
    /// - Throws: `StorageError`, for the precondition (`exists`, `absent`, `conflict`), the premise (`lapsed`), a delete of nothing (`absent`), a document
    ///   or key beyond the limit (`tooLarge`), or a journal that cannot write (`unavailable`).
    package func commit(_ write: Write) async throws(StorageError) -> Entry {
        if case .put(let document) = write.operation, document.bytes.count > limits.documentBytes {
            throw .tooLarge(bytes: document.bytes.count, limit: limits.documentBytes)
        }
        guard write.key.utf8.count <= limits.keyBytes else { throw .tooLarge(bytes: write.key.utf8.count, limit: limits.keyBytes) }
        switch backing {
        case .journal(let journal): return try await commit(write, to: journal)
        case .shared(let engine):
            if let failure { throw failure }
            return try await engine.commit(write, in: self)
        }
    }

    private func commit(_ write: Write, to journal: any Journal) async throws(StorageError) -> Entry {
        // Resumed once by `committed` or `failed`, which the journal calls for every record that it took.
        let result = await withUnsafeContinuation { continuation in
            let refused = state.withLock { state -> StorageError? in
                do throws(StorageError) {
                    let record = try Realm.sequence(write, in: &state)
                    state.waiting.append(Waiter(revision: record.entry.revision, continuation: continuation))
                    journal.append(record, from: self)
                    return nil
                } catch { return error }
            }
            if let refused { continuation.resume(returning: .failure(refused)) } else { journal.flush() }
        }
        return try result.get()
    }

    /// Writes several keys, each for itself, and returns when those that were taken are durable and published, or have failed: what
    /// `commit` of each would give, in their order.
    package func commit(_ writes: [Write]) async -> [Result<Entry, StorageError>] {
        if case .journal(let journal) = backing { return await commit(writes, to: journal) }
        return await withTaskGroup(of: Outcome.self) { group in
            for (place, write) in writes.enumerated() {
                group.addTask { [self] in Outcome(place: place, result: await attempt(write)) }
            }
            var outcomes: [Outcome] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.place < $1.place }.map(\.result)
        }
    }
    /// What became of one of several writes. A type of its own: as a tuple out of a task group it is miscompiled by Swift 6.3 with -O.
    private struct Outcome: Sendable {
        let place: Int
        let result: Result<Entry, StorageError>
    }
    private func attempt(_ write: Write) async -> Result<Entry, StorageError> {
        do throws(StorageError) { return .success(try await commit(write)) } catch { return .failure(error) }
    }

    private func commit(_ writes: [Write], to journal: any Journal) async -> [Result<Entry, StorageError>] {
        var outcomes: [Result<Entry, StorageError>] = []
        var isTaken = false
        let last = await withUnsafeContinuation { continuation in
            let (results, taken) = state.withLock { state in
                var (results, taken) = ([Result<Entry, StorageError>](), Revision?.none)
                for write in writes {
                    do throws(StorageError) {
                        if case .put(let document) = write.operation, document.bytes.count > limits.documentBytes {
                            throw .tooLarge(bytes: document.bytes.count, limit: limits.documentBytes)
                        }
                        let record = try Realm.sequence(write, in: &state)
                        journal.append(record, from: self)
                        taken = record.entry.revision
                        results.append(.success(record.entry))
                    } catch { results.append(.failure(error)) }
                }
                // Revisions become durable in their order, so the last one speaks for all.
                if let taken { state.waiting.append(Waiter(revision: taken, continuation: continuation)) }
                return (results, taken)
            }
            (outcomes, isTaken) = (results, taken != nil)
            if isTaken { journal.flush() } else { continuation.resume(returning: .failure(.unavailable("nothing was written"))) }
        }
        guard isTaken, case .failure(let error) = last else { return outcomes }
        return outcomes.map { outcome in outcome.flatMap { _ in .failure(error) } }
    }

    /// Returns when every write that was taken before is durable and published, or has failed. A writer that was refused because of
    /// another finds that one's outcome in a snapshot taken afterwards.
    package func settled() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                if state.sequenced > state.head { state.settling.append((state.sequenced, continuation)) }
                return state.sequenced <= state.head
            }
            if isSettled { continuation.resume() }
        }
    }

    /// Returns when a snapshot holds everything that any process was told is written before the call: at once where this process
    /// alone writes.
    /// - Throws: `StorageError.unavailable` when the store that is shared cannot be asked.
    package func current() async throws(StorageError) { if case .shared(let engine) = backing { try await engine.current() } }

    private static func newest(_ key: String, in state: State) -> Entry? {
        if let pending = state.pending[key] { pending.kind == .put ? pending.entry : nil } else { state.index.get(key) }
    }

    /// Checks a write against the newest state and numbers it.
    private static func sequence(_ write: Write, in state: inout State) throws(StorageError) -> JournalRecord {
        if let closed = state.closed { throw closed }
        let current = newest(write.key, in: state)
        try write.check(against: current) { newest($0, in: state) }
        let revision = state.sequenced + 1
        let record: JournalRecord
        switch (write.operation, current) {
        case (.put(let document), _):
            let created = current?.created ?? revision
            record = JournalRecord(
                kind: .put, entry: Entry(key: write.key, revision: revision, created: created, document: document))
        case (.delete, .some(let current)): record = JournalRecord(kind: .delete, entry: current.deleted(at: revision))
        case (.delete, nil): throw .absent(key: write.key)
        }
        state.sequenced = revision
        state.pending[write.key] = record
        return record
    }

    /// Calls `sink` with every event after the revision whose key begins with `prefix`, or of a topic of that prefix: in order, one batch at a time, never
    /// concurrently. A sink should hand over quickly, for it delays all other watches.
    /// - Throws: `StorageError.compacted` when events after that revision are gone.
    package func watch(
        prefix: String, topic: TopicText? = nil, after revision: Revision, sink: @escaping @Sendable ([Event]) -> Void
    ) throws(StorageError) -> WatchHandle {
        let watch = Watch(prefix: prefix, topic: topic, after: revision, table: watches, sink: sink)
        // Inside the lock, so that events published later are delivered later.
        try state.withLock { state throws(StorageError) in
            if let topic { Realm.follow(topic.topic, in: &state) }
            let missed =
                if let topic {
                    try state.history.events(after: revision, topic: topic).filter { $0.entry.key.begins(with: prefix) }
                } else { try state.history.events(after: revision, prefix: prefix) }
            watches.expect()
            publisher.append(.start(watch, missed))
        }
        publisher.flush()
        return watch.handle(publisher)
    }
}

// What the journal calls.
extension Realm {
    /// Publishes records that are durable; the journal calls this in the order of revisions, one call at a time.
    package func committed(_ records: [JournalRecord]) {
        let (finished, settled) = state.withLock { state in
            let events = records.map { Realm.publish($0, in: &state) }
            published.store(state.head, ordering: .releasing)
            if watches.isWatched { publisher.append(.events(watches, events)) }
            var finished: [(Waiter, Entry)] = []
            for record in records {
                // Another writer's record has no waiter here.
                guard finished.count < state.waiting.count else { break }
                let waiter = state.waiting[finished.count]
                if waiter.revision == record.entry.revision { finished.append((waiter, record.entry)) }
            }
            state.waiting.removeFirst(finished.count)
            let settled = state.settling.filter { $0.revision <= state.head }
            if !settled.isEmpty { state.settling.removeAll { $0.revision <= state.head } }
            return (finished, settled)
        }
        publisher.flush()
        for (_, continuation) in settled { continuation.resume() }
        for (waiter, entry) in finished { waiter.continuation.resume(returning: .success(entry)) }
    }

    /// Publishes changes that were numbered elsewhere; the engine calls this in the order of revisions, one call at a time. After a gap
    /// the changes are the differences, and watches that begin before `gap` are told to list again.
    /// - Returns: the entry of each change; for a deletion the deleted entry, nil when there was none.
    func followed(_ changes: [FollowedChange], gap: Revision? = nil) -> [Entry?] {
        let entries = state.withLock { state in
            var events: [Event] = []
            let entries = changes.map { change -> Entry? in
                guard let record = change.record(over: state.index) else { return nil }
                events.append(Realm.publish(record, in: &state))
                return record.entry
            }
            if let gap {
                state.head = max(state.head, gap)
                state.sequenced = max(state.sequenced, gap)
                state.history = History(limits: limits, compacted: state.head)
                for index in state.topics { state.history.follow(index.topic) }
            }
            published.store(state.head, ordering: .releasing)
            if watches.isWatched, !events.isEmpty { publisher.append(.events(watches, events)) }
            return entries
        }
        publisher.flush()
        return entries
    }

    private static func publish(_ record: JournalRecord, in state: inout State) -> Event {
        let entry = record.entry
        let previous = record.kind == .put ? state.index.put(entry) : state.index.remove(entry.key)
        if record.kind == .put { state.weight += entry.weight }
        if let previous { state.weight -= previous.weight }
        state.head = entry.revision
        state.sequenced = max(state.sequenced, entry.revision)
        if state.pending[entry.key]?.entry.revision == entry.revision { state.pending[entry.key] = nil }
        for mark in state.marks { mark.note(entry) }
        let event = Event(record.kind, entry, previous: previous, topics: state.topics.lazy.map(\.topic))
        for index in state.topics.indices { state.topics[index].note(event) }
        state.history.append(event)
        return event
    }

    /// Fails every write that is not committed, for none of them can be any more; `final` closes the realm for writes.
    package func failed(_ error: StorageError, final: Bool) {
        let (waiting, settling) = state.withLock { state in
            if case .journal(let journal) = backing { journal.withdraw(id) }
            defer { (state.waiting, state.settling, state.pending, state.sequenced) = ([], [], [:], state.head) }
            if final { state.closed = state.closed ?? error }
            return (state.waiting, state.settling)
        }
        for (_, continuation) in settling { continuation.resume() }
        for waiter in waiting { waiter.continuation.resume(returning: .failure(error)) }
    }

    /// What the realm's live entries weigh in the journal, in bytes.
    package var weight: Int { state.withLock { $0.weight } }
}
