import Control
import Network
import Storage
import Synchronization

/// The running watches of a server: ends them in time and sends their bookmarks.
final class WatchRegistry: Sendable {
    private struct State {
        var streams: [Int: WatchStream] = [:]
        var next = 0
        var barrier: WatchHandle?
    }
    private let state = Mutex(State())
    private let asleep = Mutex<[any GatheringWriter]>([])

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
            return state.next
        }
    }
    /// Forgets a stream.
    func remove(_ number: Int) { _ = state.withLock { $0.streams.removeValue(forKey: number) } }

    /// Ends what is over and sends bookmarks that are due. Called about once a second.
    ///
    /// A bookmark promises that every event up to its revision was delivered. Events are delivered in order, so a watch of everything
    /// after the last revision but one is told of that one only when all streams have had it: it serves as a barrier.
    func tick(_ realm: Realm, now: Timestamp) {
        let streams = state.withLock { $0.streams }
        for stream in streams.values { stream.tick(now) }
        let due = streams.values.filter { $0.deadline > now && $0.wantsBookmark(now) }
        let head = realm.head
        guard !due.isEmpty, head > 0 else { return }
        let reached = Atomic(false)
        let barrier = try? realm.watch(prefix: "", after: head - 1) { _ in
            guard !reached.exchange(true, ordering: .relaxed) else { return }
            for stream in due { stream.bookmark(head) }
        }
        state.withLock { $0.barrier = barrier }
    }

    /// Ends every watch.
    func endAll() {
        let streams = state.withLock { state in
            defer { (state.streams, state.barrier) = ([:], nil) }
            return state.streams
        }
        for stream in streams.values { stream.end() }
    }
}
