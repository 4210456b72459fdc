import Synchronization

/// The journal in a directory: one segmented log for all realms of the process.
final class LogJournal: Journal {
    private let writer: Worker<LogItem>
    private let housekeeper: Worker<LogChore>
    private let adopt: @Sendable ([Realm]) -> Void
    private let lock: Mutex<(any Sendable)?>
    private let isThreaded: Bool

    /// Goes on with what was recovered; `lock` is held until `close`.
    init(_ recovered: RecoveredLog, disk: any Disk, lock: any Sendable, configuration: LogConfiguration) throws(LogError) {
        let used = Array(recovered.segments.values) + recovered.free
        let pool = SegmentPool(disk: disk, segmentBytes: configuration.segmentBytes, used: used)
        do throws(DiskError) {
            for file in recovered.free { try pool.release(file) }
            try pool.prepare()
        } catch {
            // On a full disk what is there can be read all the same, and writes go on when there is space.
            guard error.isFull, recovered.newest > 0 else { throw .disk(error) }
        }
        let mailbox = Mailbox()
        let housekeeper = LogJournal.worker("store-keep", configuration) { (chores: [LogChore]) in
            for chore in chores { LogJournal.perform(chore, pool, mailbox) }
        }
        let state = LogWriter(recovered, pool: pool, configuration: configuration) { chore in
            housekeeper.append(chore)
            housekeeper.flush()
        }
        let writer = LogJournal.worker("store-write", configuration, gathering: configuration.gatheringMicroseconds) { (items: [LogItem]) in
            if state.process(items) { mailbox.post(.proceed) }
        }
        mailbox.worker.withLock { $0 = writer }
        (self.writer, self.housekeeper) = (writer, housekeeper)
        adopt = { state.adopt($0) }
        self.lock = Mutex(lock)
        isThreaded = configuration.isThreaded
    }

    private static func worker<Item: Sendable>(
        _ name: String, _ configuration: LogConfiguration, gathering: UInt32 = 0, _ body: @escaping @Sendable ([Item]) -> Void
    ) -> Worker<Item> {
        configuration.isThreaded ? Worker(thread: name, gathering: gathering, body) : Worker(inline: body, begin: configuration.begin)
    }

    /// Does a chore. One that fails is no harm: the writer makes a file itself when it has none, and a file that is not taken back now
    /// is taken back when the log is opened next.
    private static func perform(_ chore: LogChore, _ pool: SegmentPool, _ mailbox: Mailbox) {
        switch chore {
        case .prepare: _ = try? pool.prepare()
        case .load(let segment, let file, let realms): mailbox.post(.compact(segment, Compaction.candidates(of: file, realms: realms)))
        case .release(let file): _ = try? pool.release(file)
        }
    }

    /// Takes over the recovered realms, before anything is appended.
    func take(_ realms: [Realm]) { adopt(realms) }

    func append(_ record: JournalRecord, from realm: Realm) { writer.append(.record(record, realm)) }
    func flush() { writer.flush() }

    func withdraw(_ realm: RealmID) {
        writer.removeAll { item in
            if case .record(_, let owner) = item { owner.id == realm } else { false }
        }
    }

    func create(_ realm: Realm) async throws(StorageError) {
        try await withCheckedContinuation { continuation in
            writer.append(.create(realm, continuation))
            writer.flush()
        }.get()
    }

    func destroy(_ realm: Realm) async throws(StorageError) {
        try await withCheckedContinuation { continuation in
            writer.append(.destroy(realm, continuation))
            writer.flush()
        }.get()
    }

    func close() async {
        let (writer, housekeeper) = (writer, housekeeper)
        let end: @Sendable () -> Void = {
            writer.append(.end)
            writer.stop()
            housekeeper.stop()
        }
        if isThreaded { await onThread("store-close", end) } else { end() }
        lock.withLock { $0 = nil }
    }
}

/// The way back from the housekeeper to the writer, which refers to the housekeeper.
private final class Mailbox: Sendable {
    let worker = Mutex<Worker<LogItem>?>(nil)
    func post(_ item: LogItem) {
        guard let worker = worker.withLock({ $0 }) else { return }
        worker.append(item)
        worker.flush()
    }
}
