import Control
import KubeModel
import Network
import Storage
import Synchronization

/// The running watches of a server: ends them in time and sends their bookmarks.
final class WatchRegistry: Sendable {
    private struct State {
        var streams: [Int: WatchStream] = [:]
        var next = 0
        var barrier: WatchHandle?
        var farewell: WatchHandle?
    }
    private let state = Mutex(State())
    private let asleep = Mutex<[any GatheringWriter]>([])
    /// Bytes that wait for watchers and that nobody else has.
    private let waiting = Atomic(0)
    private let running = Atomic(0)
    private let limit: Int

    /// - Parameter backlog: how many bytes may wait for all watchers together.
    init(backlog: Int) { limit = backlog }

    /// Counts what more (or less) waits for a watcher, of whom so much waits altogether. Returns whether that is more than there is room
    /// for: all have more than they may, and he has more than his share.
    func account(_ change: Int, of own: Int) -> Bool {
        let all = waiting.add(change, ordering: .relaxed).newValue
        return all > limit && own > limit / max(1, running.load(ordering: .relaxed))
    }

    /// How many watches run.
    var count: Int { state.withLock { $0.streams.count } }

    /// Leaves the waking of a writer until all watchers have their events.
    func wakeLater(_ writer: any GatheringWriter) { asleep.withLock { $0.append(writer) } }
    /// Wakes those who got something.
    func wakeAll() {
        let writers = asleep.withLock { asleep in
            defer { asleep = [] }
            return asleep
        }
        for writer in writers { writer.wake() }
    }

    /// Adds a stream that follows the realm already; returns its number.
    func add(_ stream: WatchStream) -> Int {
        state.withLock { state in
            state.next += 1
            state.streams[state.next] = stream
            running.store(state.streams.count, ordering: .relaxed)
            return state.next
        }
    }
    /// Forgets a stream.
    func remove(_ number: Int) {
        state.withLock { state in
            state.streams[number] = nil
            running.store(state.streams.count, ordering: .relaxed)
        }
    }

    /// Ends the watches of kinds that are served no longer, behind the events that there are for them.
    func endThose(_ realm: Realm, where gone: (KindInfo) -> Bool) {
        let streams = state.withLock { $0.streams.values.filter { gone($0.kind) } }
        guard !streams.isEmpty else { return }
        let last = behind(realm) { for stream in streams { stream.end() } }
        state.withLock { $0.farewell = last }
    }

    /// Calls when all watchers have had every event up to now.
    ///
    /// Events are delivered in order, so a watch of everything after the last revision but one is told of that one only when all streams
    /// have had it: it serves as a barrier.
    private func behind(_ realm: Realm, _ body: @escaping @Sendable () -> Void) -> WatchHandle? {
        let reached = Atomic(false)
        return try? realm.watch(prefix: "", after: realm.head - 1) { _ in
            if !reached.exchange(true, ordering: .relaxed) { body() }
        }
    }

    /// Ends what is over and sends bookmarks that are due. Called about once a second.
    ///
    /// A bookmark promises that every event up to its revision was delivered.
    func tick(_ realm: Realm, now: Timestamp) {
        let streams = state.withLock { $0.streams }
        for stream in streams.values { stream.tick(now) }
        let due = streams.values.filter { $0.deadline > now && $0.wantsBookmark(now) }
        let head = realm.head
        guard !due.isEmpty, head > 0 else { return }
        let barrier = behind(realm) { for stream in due { stream.bookmark(head) } }
        state.withLock { $0.barrier = barrier }
    }

    /// Ends every watch.
    func endAll() {
        let streams = state.withLock { state in
            defer { (state.streams, state.barrier, state.farewell) = ([:], nil, nil) }
            return state.streams
        }
        for stream in streams.values { stream.end() }
    }
}
