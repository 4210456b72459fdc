import Control
import Documents
import KubeModel
import Network
import Storage
import Synchronization

/// One client's watch: a sink of the realm's events that writes lines into a body.
final class WatchStream: Sendable {
    private let writer: any BodyWriter
    private let gathering: (any GatheringWriter)?
    private let registry: WatchRegistry
    private let encoder: WatchEncoder
    private let clock: any WallClock
    private let backlog: Int
    private let bookmarkInterval: Duration?
    let deadline: Timestamp
    private let state: Mutex<State>

    private struct State {
        var handle: WatchHandle?
        var nextBookmark: Timestamp
        /// The newest revision that the client knows of.
        var revision: Revision
        var columnsSent = false
        var ended = false
        /// Bytes of `writer.buffered` that the registry counts.
        var counted = 0
        var detached = false
        /// Until when an ended watch may take what waits for it.
        var patience: Timestamp?
    }

    init(
        writer: any BodyWriter, encoder: WatchEncoder, revision: Revision, deadline: Timestamp, bookmarkInterval: Duration?, backlog: Int,
        clock: any WallClock, registry: WatchRegistry
    ) {
        (self.writer, self.encoder, self.deadline, self.clock) = (writer, encoder, deadline, clock)
        (gathering, self.registry) = (writer as? any GatheringWriter, registry)
        (self.bookmarkInterval, self.backlog) = (bookmarkInterval, backlog)
        let next = bookmarkInterval.map { min(clock.now + $0, deadline - .seconds(2)) } ?? deadline
        state = Mutex(State(nextBookmark: next, revision: revision))
    }

    /// Writes what is there before anything else, and the bookmark that ends it when that was asked for.
    func begin(with entries: [Entry], endBookmark: Bool) {
        let now = clock.now
        for entry in entries { writer.write(encoder.initial(entry, now: now, columns: firstTime())) }
        if endBookmark { writer.write(encoder.bookmark(state.withLock { $0.revision }, endOfInitialEvents: true)) }
    }

    /// Ties the stream to the realm's watch, which ends with it.
    func attach(_ handle: WatchHandle) {
        let ended = state.withLock { state in
            state.handle = handle
            return state.ended
        }
        if ended { handle.cancel() }
    }

    /// Takes events from the realm, in order.
    func deliver(_ events: [Event]) {
        let now = clock.now
        for event in events {
            guard let line = encoder.line(event, now: now, columns: encoder.form == .table && firstTime()) else { continue }
            guard let gathering else {
                writer.write(line)
                continue
            }
            if gathering.gather(line) { registry.wakeLater(gathering) }
        }
        if let last = events.last { state.withLock { $0.revision = max($0.revision, last.revision) } }
        account()
        // As upstream ends a watcher that does not keep up: it gets what waits, and may watch again from there.
        if writer.buffered > backlog { end() }
    }

    /// What is watched.
    var kind: KindInfo { encoder.info }

    /// Lets the registry know how much waits for this watcher alone, and breaks the watch off when there is no room for it. Lines that all
    /// watchers of a collection share are not counted: who lags most has the others' too, and he is bounded by himself.
    private func account() {
        guard !encoder.sharesLines else { return }
        let own = writer.buffered
        let change = state.withLock { state in
            guard !state.detached else { return 0 }
            defer { state.counted = own }
            return own - state.counted
        }
        if registry.account(change, of: own) { breakOff() }
    }

    /// Ends the watch without what waits for it.
    private func breakOff() {
        detach()
        writer.finish(error: true)
    }

    private func firstTime() -> Bool {
        state.withLock { state in
            defer { state.columnsSent = true }
            return !state.columnsSent
        }
    }

    /// When the registry is to look at it: for its end or its next bookmark.
    var due: Timestamp { state.withLock { min(deadline, bookmarkInterval == nil ? deadline : $0.nextBookmark) } }

    /// Whether a bookmark is due.
    func wantsBookmark(_ now: Timestamp) -> Bool {
        bookmarkInterval != nil && state.withLock { !$0.ended && $0.nextBookmark <= now }
    }
    /// Tells the client that it has seen everything up to the revision. Called in turn with `deliver`.
    func bookmark(_ confirmed: Revision) {
        guard let bookmarkInterval else { return }
        let revision = state.withLock { state in
            state.revision = max(state.revision, confirmed)
            state.nextBookmark = clock.now + bookmarkInterval
            return state.revision
        }
        writer.write(encoder.bookmark(revision, endOfInitialEvents: false))
    }

    /// Tells the client why its watch cannot go on, and ends it.
    func fail(_ status: KubeStatus) {
        writer.write(WatchEncoder.error(status))
        end()
    }
    /// Ends the watch, once; the client gets what waits for it.
    func end() {
        let until = clock.now + Self.patience
        let handle = state.withLock { state -> WatchHandle?? in
            guard !state.ended else { return .none }
            (state.ended, state.patience) = (true, until)
            defer { state.handle = nil }
            return .some(state.handle)
        }
        guard let handle else { return }
        handle?.cancel()
        writer.finish(error: false)
        registry.note(ended: self)
    }
    /// Whether its client is gone.
    var isDetached: Bool { state.withLock { $0.detached } }
    /// Whether an ended watch is to be looked at no more after this moment.
    func isOver(_ now: Timestamp) -> Bool { state.withLock { state in state.detached || state.patience.map { $0 <= now } ?? true } }
    /// Ends a watch whose time is over, and resets the stream of one that ended long ago and does not take what waits for it.
    func tick(_ now: Timestamp) {
        account()
        if deadline <= now { end() }
        if state.withLock({ $0.patience.map { $0 <= now } ?? false }) { writer.finish(error: true) }
    }
    /// How long what waits for the client is kept when the watch is over.
    private static let patience = Duration.seconds(30)

    /// Lets go of the realm after the client went away.
    func detach() {
        let (handle, counted) = state.withLock { state in
            (state.ended, state.detached) = (true, true)
            defer { (state.handle, state.counted) = (nil, 0) }
            return (state.handle, state.counted)
        }
        _ = registry.account(-counted, of: 0)
        handle?.cancel()
    }
}
