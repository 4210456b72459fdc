import Control
import Documents
import Synchronization

/// The seats of one priority level and the queues before them. Source: upstream's API priority and fairness; see `docs/decisions/fairness.md`.
///
/// As long as there are seats, taking and leaving one is an atomic addition each. The lock is for queues alone.
final class PriorityLevel: Sendable {
    /// What a level grants.
    struct Limits: Sendable, Equatable {
        var isExempt = false
        /// Seats that are the level's own.
        var seats = 1
        /// Of those, how many others may use while they are free.
        var lendable = 0
        /// 0 refuses what finds no seat.
        var queues = 0
        var handSize = 1
        var queueLength = 0
    }
    private struct Waiter {
        let id: Int
        let width: Int
        let until: Timestamp
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct State {
        var limits: Limits
        var queues: [[Waiter]]
        /// The queue whose turn is next.
        var turn = 0
        var nextID = 0
    }
    let name: String
    let uid: String
    private let state: Mutex<State>
    private let seats: Atomic<Int>
    private let lendable: Atomic<Int>
    private let exempt: Atomic<Bool>
    private let inUse = Atomic(0)
    private let waiting = Atomic(0)
    private let refused = Atomic(0)
    /// Seats of other levels that are free to borrow.
    private let borrowable: @Sendable (PriorityLevel) -> Int

    init(name: String, uid: String, limits: Limits, borrowable: @escaping @Sendable (PriorityLevel) -> Int) {
        (self.name, self.uid, self.borrowable) = (name, uid, borrowable)
        state = Mutex(State(limits: limits, queues: Array(repeating: [], count: limits.queues)))
        seats = Atomic(limits.seats)
        lendable = Atomic(limits.lendable)
        exempt = Atomic(limits.isExempt)
    }

    /// What a scrape shows: seats in use, requests waiting, and how many were refused since the start.
    var figures: (inUse: Int, waiting: Int, refused: Int) {
        (inUse.load(ordering: .relaxed), waiting.load(ordering: .relaxed), refused.load(ordering: .relaxed))
    }
    /// Own seats that others may use now.
    var idleSeats: Int {
        min(lendable.load(ordering: .relaxed), max(0, seats.load(ordering: .relaxed) - inUse.load(ordering: .relaxed)))
    }
    /// Seats in use beyond its own.
    var borrowed: Int { max(0, inUse.load(ordering: .relaxed) - seats.load(ordering: .relaxed)) }
    /// Whether a request would find a seat at once: one that is answered on the spot needs no more than that.
    var isFree: Bool {
        exempt.load(ordering: .relaxed)
            || waiting.load(ordering: .relaxed) == 0 && inUse.load(ordering: .relaxed) < seats.load(ordering: .relaxed)
    }

    /// Takes over changed limits. Who waits in a queue that is no more goes to the first.
    func change(_ limits: Limits) {
        state.withLock { state in
            guard state.limits != limits else { return }
            let waiters = state.queues.count > limits.queues ? state.queues.flatMap { $0 } : []
            if state.queues.count > limits.queues { state.queues = [] }
            while state.queues.count < max(limits.queues, waiters.isEmpty ? 0 : 1) { state.queues.append([]) }
            if !waiters.isEmpty { state.queues[0] += waiters }
            state.limits = limits
            seats.store(limits.seats, ordering: .relaxed)
            lendable.store(limits.lendable, ordering: .relaxed)
            exempt.store(limits.isExempt, ordering: .relaxed)
        }
        dispatch()
    }

    /// Takes seats for a request of the flow, after waiting for its turn if need be.
    /// - Returns: false when the queues are full, the time is over, or nobody waits for the answer any more.
    func enter(_ flow: Int, width: Int, until: Timestamp) async -> Bool {
        if exempt.load(ordering: .relaxed) {
            inUse.add(width, ordering: .relaxed)
            return true
        }
        if take(width) { return true }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let entered = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(id: id, width: width, until: until, continuation: continuation)
                let queued = !Task.isCancelled && state.withLock { self.enqueue(waiter, flow, &$0) }
                guard queued else { return continuation.resume(returning: false) }
                dispatch()
            }
        } onCancel: {
            withdraw { $0.id == id }
        }
        if !entered { refused.add(1, ordering: .relaxed) }
        return entered
    }

    /// Gives seats back, to whoever waits.
    func leave(width: Int) {
        inUse.subtract(width, ordering: .sequentiallyConsistent)
        if waiting.load(ordering: .sequentiallyConsistent) > 0 { dispatch() }
    }

    /// Refuses those whose time to wait is over.
    func expire(_ now: Timestamp) {
        if waiting.load(ordering: .relaxed) > 0 { withdraw { $0.until <= now } }
    }

    /// Takes seats when there are enough and nobody was there before.
    private func take(_ width: Int) -> Bool {
        guard waiting.load(ordering: .sequentiallyConsistent) == 0 else { return false }
        return seize(width)
    }
    /// Takes seats when there are enough: own ones, or such as others lend. A request wider than all seats takes them all.
    private func seize(_ width: Int) -> Bool {
        let before = inUse.add(width, ordering: .sequentiallyConsistent).oldValue
        let own = seats.load(ordering: .relaxed)
        if before + width <= own || before == 0 || before + width <= own + borrowable(self) { return true }
        inUse.subtract(width, ordering: .sequentiallyConsistent)
        return false
    }

    /// Puts a request into the shortest queue of its flow's hand; false when that is full.
    private func enqueue(_ waiter: Waiter, _ flow: Int, _ state: inout State) -> Bool {
        guard !state.queues.isEmpty else { return false }
        var (best, shortest) = (0, Int.max)
        for queue in Self.hand(flow, state.limits) where queue < state.queues.count && state.queues[queue].count < shortest {
            (best, shortest) = (queue, state.queues[queue].count)
        }
        guard shortest < state.limits.queueLength else { return false }
        state.queues[best].append(waiter)
        waiting.add(1, ordering: .sequentiallyConsistent)
        return true
    }

    /// The queues that a flow may use: a hand dealt out of all by its hash, so that two flows seldom share all of theirs.
    static func hand(_ flow: Int, _ limits: Limits) -> [Int] {
        var (rest, hand) = (UInt(bitPattern: flow), [Int]())
        for dealt in 0..<min(limits.handSize, limits.queues) {
            let left = UInt(limits.queues - dealt)
            var card = Int(rest % left)
            rest /= left
            for earlier in hand.sorted() where earlier <= card { card += 1 }
            hand.append(card)
        }
        return hand
    }

    /// Lets requests in as long as there are seats, one of each queue in turn.
    private func dispatch() {
        let ready = state.withLock { state in
            var ready: [CheckedContinuation<Bool, Never>] = []
            var empty = 0
            while empty < state.queues.count {
                state.turn = (state.turn + 1) % state.queues.count
                guard let first = state.queues[state.turn].first else {
                    empty += 1
                    continue
                }
                guard seize(first.width) else { break }
                state.queues[state.turn].removeFirst()
                waiting.subtract(1, ordering: .sequentiallyConsistent)
                ready.append(first.continuation)
                empty = 0
            }
            return ready
        }
        for continuation in ready { continuation.resume(returning: true) }
    }

    /// Sends those away to whom the condition applies.
    private func withdraw(where condition: (Waiter) -> Bool) {
        let gone = state.withLock { state in
            var gone: [CheckedContinuation<Bool, Never>] = []
            for index in state.queues.indices where state.queues[index].contains(where: condition) {
                gone += state.queues[index].filter(condition).map(\.continuation)
                state.queues[index].removeAll(where: condition)
            }
            waiting.subtract(gone.count, ordering: .sequentiallyConsistent)
            return gone
        }
        for continuation in gone { continuation.resume(returning: false) }
    }
}
