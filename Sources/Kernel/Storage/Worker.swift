import Glibc

/// A queue that is worked off in order by one worker at a time: by a thread of its own, or by whichever thread flushes.
///
/// The second way (`inline`) needs no thread and makes simulations deterministic: what was appended is done when `flush` returns,
/// unless another thread is at it.
final class Worker<Item: Sendable>: @unchecked Sendable {
    private struct State {
        var items: [Item] = []
        var busy = false
        var stopping = false
        var thread: pthread_t?
        /// Whether `begin` was asked and has not called back.
        var isBegun = false
    }
    private let begin: WorkStart?
    private let body: @Sendable ([Item]) -> Void
    private let state = Guarded(State())
    /// Microseconds that a thread gathers more after a batch of several items: who asks much at once waits a little and wakes others less.
    private let gathering: UInt32
    /// From so many items of a batch on there is more to come.
    private static var crowd: Int { 4 }
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// A worker without a thread; with `begin` it works whenever that calls back.
    convenience init(inline body: @escaping @Sendable ([Item]) -> Void, begin: WorkStart? = nil) {
        self.init(body, begin: begin, gathering: 0)
    }
    private init(_ body: @escaping @Sendable ([Item]) -> Void, begin: WorkStart?, gathering: UInt32) {
        (self.body, self.begin, self.gathering) = (body, begin, gathering)
        pthread_cond_init(wake, nil)
    }

    /// A worker with a thread of its own; where none can be made it works inline.
    convenience init(thread name: String, gathering: UInt32 = 0, _ body: @escaping @Sendable ([Item]) -> Void) {
        self.init(body, begin: nil, gathering: gathering)
        let thread = startThread(name) { self.run() }
        state.withLock { $0.thread = thread }
    }

    deinit {
        pthread_cond_destroy(wake)
        wake.deallocate()
    }

    /// Puts an item at the end of the queue; the worker looks at it at the next flush, or when it is at work anyway.
    func append(_ item: Item) { state.withLock { $0.items.append(item) } }

    /// Drops the items that satisfy the condition and are not being worked on.
    func removeAll(where condition: (Item) -> Bool) { state.withLock { $0.items.removeAll(where: condition) } }

    /// Sees to it that what was appended is worked off.
    func flush() {
        let isInline = state.withLock { state in
            if state.thread != nil, !state.busy, !state.items.isEmpty { pthread_cond_signal(wake) }
            return state.thread == nil
        }
        guard isInline else { return }
        guard let begin else { return work() }
        let isDue = state.withLock { state in
            guard !state.busy, !state.isBegun, !state.items.isEmpty else { return false }
            state.isBegun = true
            return true
        }
        guard isDue else { return }
        begin { [self] in
            state.withLock { $0.isBegun = false }
            work()
        }
    }

    /// Works off the queue on this thread, unless somebody is at it.
    private func work() {
        var mine = false
        while let batch = take(&mine) { body(batch) }
    }

    /// The queue, if it is this caller's turn to work.
    private func take(_ mine: inout Bool) -> [Item]? {
        state.withLock { state in
            guard mine || !state.busy else { return nil }
            mine = !state.items.isEmpty
            state.busy = mine
            defer { state.items = [] }
            return mine ? state.items : nil
        }
    }

    private func run() {
        while let batch = waitForItems() {
            body(batch)
            if gathering > 0, batch.count >= Self.crowd { usleep(gathering) }
        }
    }

    private func waitForItems() -> [Item]? {
        state.withLock(sleepingOn: wake) { state in
            state.busy = false
            return state.items.isEmpty && !state.stopping
        } _: { state in
            state.busy = !state.items.isEmpty
            defer { state.items = [] }
            return state.busy ? state.items : nil
        }
    }

    /// Works off the queue and ends the thread. Must not be called by the worker itself.
    func stop() {
        let thread = state.withLock { state in
            state.stopping = true
            pthread_cond_signal(wake)
            defer { state.thread = nil }
            return state.thread
        }
        if let thread { pthread_join(thread, nil) }
        work()
    }
}
