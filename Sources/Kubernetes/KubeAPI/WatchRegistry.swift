import Control
import KubeModel
import Network
import Storage
import Synchronization

/// The running watches of a server: ends them in time and sends their bookmarks.
final class WatchRegistry: Sendable {
    private struct State {
        var streams: [Int: WatchStream] = [:]
        /// When each is to be looked at again; apart, for to go through these touches no stream.
        var dues: [Int: Timestamp] = [:]
        /// Those that have ended, until their clients have taken what waits for them.
        var ended: [WatchStream] = []
        var ticks = 0
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
            state.dues[state.next] = stream.due
            running.store(state.streams.count, ordering: .relaxed)
            return state.next
        }
    }
    /// Forgets a stream.
    func remove(_ number: Int) {
        state.withLock { state in
            state.streams[number] = nil
            state.dues[number] = nil
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
        let streams = takeDue(now)
        for stream in streams { stream.tick(now) }
        let due = streams.filter { $0.deadline > now && $0.wantsBookmark(now) }
        let head = realm.head
        guard !due.isEmpty, head > 0 else { return }
        let barrier = behind(realm) { for stream in due { stream.bookmark(head) } }
        state.withLock { $0.barrier = barrier }
    }

    /// A stream has ended, and is to be looked at until it is gone.
    func note(ended stream: WatchStream) { state.withLock { $0.ended.append(stream) } }

    /// The streams that are to be looked at: those that have ended or with something due. Now and then it is all, and when much seems to
    /// wait: they may have taken some of it. A hundred thousand that rest are not asked each.
    private func takeDue(_ now: Timestamp) -> [WatchStream] {
        let isCrowded = waiting.load(ordering: .relaxed) > limit / 4
        return state.withLock { state in
            state.ticks += 1
            let isRound = isCrowded || state.ticks % Self.round == 0
            var found = isRound ? [] : state.ended.filter { !$0.isDetached }
            state.ended.removeAll { $0.isOver(now) }
            for number in state.dues.compactMap({ isRound || $0.value <= now ? $0.key : nil }) {
                guard let stream = state.streams[number] else { continue }
                found.append(stream)
                state.dues[number] = stream.due
            }
            return found
        }
    }
    /// After how many ticks all are looked at.
    private static let round = 16

    /// Ends every watch.
    func endAll() {
        let streams = state.withLock { state in
            defer { (state.streams, state.dues, state.barrier, state.farewell) = ([:], [:], nil, nil) }
            return state.streams
        }
        for stream in streams.values { stream.end() }
        state.withLock { $0.ended = [] }
    }
}
