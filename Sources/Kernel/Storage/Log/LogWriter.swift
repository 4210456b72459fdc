import Control
import Glibc

/// How a log is laid out.
package struct LogConfiguration: Sendable {
    /// The size of a segment file. A segment is written to its end, then the next begins.
    package var segmentBytes = 16 << 20
    /// About the most that one group commit writes.
    package var frameBytes = 1 << 20
    /// How long the writer lets writes gather after a group of several: fewer and larger groups cost less, and a writer alone never waits.
    package var gatheringMicroseconds: UInt32 = 800
    /// About the most that compaction adds to one group commit.
    package var copyBytes = 256 << 10
    /// So many segments are never compacted.
    package var leastSegments = 4
    /// How many threads read at the start.
    package var recoveryThreads = 4
    /// Whether writing, housekeeping and delivery have threads of their own; without, everything happens on the threads that call,
    /// which makes simulations deterministic.
    package var isThreaded = true
    /// Begins the work of the writer, of housekeeping and of delivery where they have no threads: a simulation calls back later, so that
    /// writes wait for the disk. Nil does it at once.
    package var begin: WorkStart?
    package init() {}
}

/// Has work done, now or later.
package typealias WorkStart = @Sendable (_ work: @escaping @Sendable () -> Void) -> Void

typealias JournalContinuation = CheckedContinuation<Result<Void, StorageError>, Never>

/// What the writer is asked to do.
enum LogItem: Sendable {
    case record(JournalRecord, Realm)
    case create(Realm, JournalContinuation)
    case destroy(Realm, JournalContinuation)
    /// What a segment holds, for its compaction.
    case compact(UInt64, [CompactionCandidate])
    /// Compaction goes on although nobody writes.
    case proceed
    case end
}

/// What the writer asks of the housekeeper, who may be slow.
enum LogChore: Sendable {
    /// Have a file ready for the next segment.
    case prepare
    /// Read the segment for compaction; when that fails, take all that lives in the realms.
    case load(UInt64, SegmentFile, [Realm])
    /// Take back the file of a segment that is not needed any more.
    case release(SegmentFile)
}

/// Writes frames: one thread's, which takes all that was asked since the last frame, makes it durable at once and publishes it.
final class LogWriter: @unchecked Sendable {
    let configuration: LogConfiguration
    private let pool: SegmentPool
    /// Nil once the log is closed.
    private var ask: ((LogChore) -> Void)?
    private(set) var realms: [RealmID: Realm] = [:]
    private(set) var nextRealm: RealmID
    private var segments: [UInt64: SegmentFile]
    private(set) var oldest: UInt64
    private var newest: UInt64
    /// Where the newest segment goes on.
    private var offset: Int
    private var nextFrame: UInt64
    private var frame: FrameBuilder
    private var compaction: Compaction?
    /// Whether a compaction is under way or asked for.
    private var isCompacting = false
    /// Why nothing can be written any more.
    private var broken: StorageError?
    /// Whether the last frame failed; said once.
    private var isRefusing = false
    private let log = Log("store")

    init(_ recovered: RecoveredLog, pool: SegmentPool, configuration: LogConfiguration, ask: @escaping (LogChore) -> Void) {
        (self.pool, self.configuration, self.ask) = (pool, configuration, ask)
        (nextRealm, segments, oldest, newest) = (recovered.nextRealm, recovered.segments, recovered.oldest, recovered.newest)
        (offset, nextFrame) = (recovered.end, recovered.nextFrame)
        frame = FrameBuilder(capacity: configuration.frameBytes)
    }

    /// Takes over the recovered realms, before the first `process`.
    func adopt(_ recovered: [Realm]) { for realm in recovered { realms[realm.id] = realm } }

    /// Does all that is asked, frame by frame. Returns whether it wants to go on with `proceed`.
    func process(_ items: [LogItem]) -> Bool {
        var rest = items[...]
        while let first = rest.first {
            switch first {
            case .compact(let segment, let candidates):
                // One that was given up may have been asked for again, and then comes twice.
                if segment == oldest, compaction == nil { compaction = Compaction(candidates) }
                rest.removeFirst()
            case .end:
                broken = broken ?? .unavailable("the store is closed")
                ask = nil
                rest.removeFirst()
            default: break
            }
            if let broken {
                fail(rest, broken, final: true)
                return false
            }
            frame.clear()
            let isLastCopy = compaction?.append(to: &frame, from: self) ?? false
            let taken = rest.prefix(append(rest))
            do throws(LogFailure) {
                if frame.records > 0 { try write() }
            } catch {
                (compaction, isCompacting) = (nil, false)
                if error.isFinal || !isRefusing {
                    log.error(error.isFinal ? "the store serves reads only from now on" : "writes are refused", ["reason": error.text])
                }
                isRefusing = true
                if error.isFinal { broken = error.reason }
                fail(rest, error.reason, final: error.isFinal)
                return false
            }
            isRefusing = false
            acknowledge(taken)
            if isLastCopy { finishCompaction() }
            rest = rest.dropFirst(taken.count)
        }
        return compaction != nil
    }

    /// Adds items to the frame up to its size, or up to one that needs a look first, and returns their number.
    private func append(_ items: ArraySlice<LogItem>) -> Int {
        var count = 0
        for item in items {
            guard frame.length < configuration.frameBytes || count == 0 else { break }
            switch item {
            case .record(let record, let realm): frame.append(record, realm: realm.id)
            case .create(let realm, _): frame.append(LogRecord(realm, .create))
            case .destroy(let realm, _): frame.append(LogRecord(realm, .destroy))
            case .proceed: break
            case .compact, .end: return count
            }
            count += 1
        }
        return count
    }

    /// Tells those concerned that the items are durable.
    private func acknowledge(_ items: ArraySlice<LogItem>) {
        var order: [Realm] = []
        var records: [RealmID: [JournalRecord]] = [:]
        for item in items {
            switch item {
            case .record(let record, let realm):
                if records[realm.id] == nil { order.append(realm) }
                records[realm.id, default: []].append(record)
            case .create(let realm, let continuation):
                realms[realm.id] = realm
                nextRealm = max(nextRealm, realm.id + 1)
                continuation.resume(returning: .success(()))
            case .destroy(let realm, let continuation):
                realms[realm.id] = nil
                continuation.resume(returning: .success(()))
            case .compact, .proceed, .end: break
            }
        }
        for realm in order { realm.committed(records[realm.id] ?? []) }
    }

    /// Tells those concerned that the items will never be durable; `final` ends writing for all realms.
    private func fail(_ items: ArraySlice<LogItem>, _ error: StorageError, final: Bool) {
        var concerned = final ? realms : [:]
        for item in items {
            switch item {
            case .record(_, let realm): concerned[realm.id] = realm
            case .create(_, let continuation), .destroy(_, let continuation): continuation.resume(returning: .failure(error))
            case .compact, .proceed, .end: break
            }
        }
        for realm in concerned.values { realm.failed(error, final: final) }
    }
}

// Segments.
extension LogWriter {
    /// Makes the frame durable, in a new segment when the present one has no room.
    private func write() throws(LogFailure) {
        let length = LogFormat.padded(frame.length)
        if offset + length > segments[newest]?.bytes ?? 0 { try roll() }
        guard let file = segments[newest], offset + length <= file.bytes else { throw LogFailure("a group of records is too large") }
        try put(frame.finish(segment: newest, number: nextFrame), to: file.file, at: offset)
    }

    private func put(_ bytes: UnsafeRawBufferPointer, to file: any DiskFile, at position: Int) throws(LogFailure) {
        do throws(DiskError) {
            try file.write(bytes, at: position)
            try file.sync()
        } catch {
            // What is on the disk now is unknown, and a second sync could report success wrongly.
            throw LogFailure(error, isFinal: true)
        }
        offset = position + bytes.count
        nextFrame += 1
    }

    /// Begins a new segment with a catalogue of the realms.
    private func roll() throws(LogFailure) {
        var catalogue = FrameBuilder(capacity: LogFormat.blockBytes)
        appendCatalogue(to: &catalogue, oldest: oldest)
        guard LogFormat.padded(catalogue.length) <= configuration.segmentBytes / 2 else {
            throw LogFailure("too many realms for a segment")
        }
        let file: SegmentFile
        do throws(DiskError) { file = try pool.take() } catch { throw LogFailure(error, isFinal: false) }
        try put(catalogue.finish(segment: newest + 1, number: nextFrame), to: file.file, at: 0)
        newest += 1
        segments[newest] = file
        ask?(.prepare)
        considerCompaction()
    }

    func appendCatalogue(to frame: inout FrameBuilder, oldest: UInt64) {
        var head = LogRecord(kind: .catalogue, realm: nextRealm, revision: Revision(oldest))
        head.gap = realms.count
        frame.append(head)
        for realm in realms.values.sorted(by: { $0.id < $1.id }) { frame.append(LogRecord(realm, .realm)) }
    }

    /// Asks for a compaction of the oldest segment when the log is more than about twice what lives in it.
    private func considerCompaction() {
        let live = realms.values.reduce(0) { $0 + $1.weight }
        let most = max(configuration.leastSegments, 2 * live / configuration.segmentBytes + 3)
        guard !isCompacting, segments.count > most, let file = segments[oldest] else { return }
        isCompacting = true
        ask?(.load(oldest, file, Array(realms.values)))
    }

    /// The oldest segment is not needed any more: what lived in it has been copied, and the log says so.
    private func finishCompaction() {
        let file = segments.removeValue(forKey: oldest)
        oldest += 1
        (compaction, isCompacting) = (nil, false)
        if let file { ask?(.release(file)) }
        considerCompaction()
    }
}

/// Why a frame was not written.
struct LogFailure: Error {
    let text: String
    /// Whether nothing may be written any more.
    let isFinal: Bool
    var reason: StorageError { .unavailable(text) }
    init(_ error: DiskError, isFinal: Bool) { (text, self.isFinal) = ("the log cannot be written: \(error)", isFinal) }
    init(_ text: String) { (self.text, isFinal) = (text, false) }
}

extension LogRecord {
    /// A record about a realm itself.
    init(_ realm: Realm, _ kind: RecordKind) {
        self.init(kind: kind, realm: realm.id, revision: realm.head, created: realm.birth.nanoseconds)
        key = realm.name
    }
}
