import Glibc

/// A queue that is worked off in order by one worker at a time: by a thread of its own, or by whichever thread flushes.
///
/// The second way (`inline`) needs no thread and makes simulations deterministic: what was appended is done when `flush` returns,
/// unless another thread is at it.
final class Worker<Item: Sendable>: @unchecked Sendable {
    private let body: @Sendable ([Item]) -> Void
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex.
    private var items: [Item] = []
    private var busy = false
    private var stopping = false
    private var thread: pthread_t?

    /// A worker without a thread.
    init(inline body: @escaping @Sendable ([Item]) -> Void) {
        self.body = body
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    /// A worker with a thread of its own; where none can be made it works inline.
    convenience init(thread name: String, _ body: @escaping @Sendable ([Item]) -> Void) {
        self.init(inline: body)
        let thread = startThread(name) { self.run() }
        locked { self.thread = thread }
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(wake)
        mutex.deallocate()
        wake.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Puts an item at the end of the queue; the worker looks at it at the next flush, or when it is at work anyway.
    func append(_ item: Item) { locked { items.append(item) } }

    /// Drops the items that satisfy the condition and are not being worked on.
    func removeAll(where condition: (Item) -> Bool) { locked { items.removeAll(where: condition) } }

    /// Sees to it that what was appended is worked off.
    func flush() {
        let inline = locked {
            if thread != nil, !busy { pthread_cond_signal(wake) }
            return thread == nil
        }
        guard inline else { return }
        var mine = false
        while let batch = take(&mine) { body(batch) }
    }

    /// The queue, if it is this caller's turn to work.
    private func take(_ mine: inout Bool) -> [Item]? {
        locked {
            guard mine || !busy else { return nil }
            mine = !items.isEmpty
            busy = mine
            defer { items = [] }
            return mine ? items : nil
        }
    }

    private func run() {
        while let batch = waitForItems() { body(batch) }
    }

    private func waitForItems() -> [Item]? {
        locked {
            busy = false
            while items.isEmpty, !stopping { pthread_cond_wait(wake, mutex) }
            busy = !items.isEmpty
            defer { items = [] }
            return busy ? items : nil
        }
    }

    /// Works off the queue and ends the thread. Must not be called by the worker itself.
    func stop() {
        let thread = locked {
            stopping = true
            pthread_cond_signal(wake)
            defer { self.thread = nil }
            return self.thread
        }
        if let thread { pthread_join(thread, nil) }
        flush()
    }
}
