import Synchronization

/// Is told on its loop that a writer has brought something.
protocol OutgoingListener: AnyObject {
    func bodyArrived()
}

/// The writer that an application gets for a body which a connection sends. Any thread writes; the connection's loop is told once for
/// all that was written since it last looked.
final class OutgoingBody: GatheringWriter, Pokable, @unchecked Sendable {
    private struct Shared {
        var queue = ByteQueue()
        var finished = false
        var broken = false
        var poked = false
        var over = false
        var waiting: [CheckedContinuation<Void, any Error>] = []
        var closers: [@Sendable () -> Void] = []
    }
    /// Bytes up to which `drained` does not wait.
    private static let lowMark = 65_536
    private let shared = Mutex(Shared())
    private let count = Atomic<Int>(0)
    private let loop: EventLoop
    // What follows belongs to the loop's thread.
    /// Told when bytes or the end have come.
    var listener: (any OutgoingListener)?
    /// What was written and not yet sent.
    var queue = ByteQueue()
    private(set) var ended = false
    private(set) var broken = false

    init(loop: EventLoop) { self.loop = loop }

    var buffered: Int { count.load(ordering: .relaxed) }

    func write(_ bytes: [UInt8]) {
        if gather(bytes) { wake() }
    }

    func gather(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return false }
        return shared.withLock { shared in
            guard !shared.finished, !shared.over else { return false }
            shared.queue.append(bytes)
            count.add(bytes.count, ordering: .relaxed)
            defer { shared.poked = true }
            return !shared.poked
        }
    }

    func wake() { loop.poke(self) }

    func finish(error: Bool) {
        let first = shared.withLock { shared in
            // What has ended well and was not taken yet may still be broken off.
            guard !shared.over, !shared.finished || error && !shared.broken else { return false }
            (shared.finished, shared.broken) = (true, error)
            defer { shared.poked = true }
            return !shared.poked
        }
        if first { loop.poke(self) }
    }

    func drained() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let over: Bool? = shared.withLock { shared in
                    if shared.over || Task.isCancelled || buffered <= Self.lowMark { return shared.over }
                    shared.waiting.append(continuation)
                    return nil
                }
                if let over { Self.resume([continuation], lost: over) }
            }
        } onCancel: {
            Self.resume(takeWaiting(), lost: false)
        }
        try Task.checkCancellation()
    }

    func onClose(_ body: @escaping @Sendable () -> Void) {
        let over = shared.withLock { shared in
            if !shared.over { shared.closers.append(body) }
            return shared.over
        }
        if over { body() }
    }

    func poked() {
        shared.withLock { shared in
            shared.poked = false
            queue.take(&shared.queue)
            (ended, broken) = (shared.finished, shared.broken)
        }
        listener?.bodyArrived()
    }

    /// Bytes of `queue` have gone into the connection's output. On the loop.
    func sent(_ bytes: Int) {
        let left = count.subtract(bytes, ordering: .relaxed).newValue
        if left <= Self.lowMark { Self.resume(takeWaiting(), lost: false) }
    }

    /// The stream is over, for good or ill. On the loop.
    func close() {
        listener = nil
        queue.removeAll()
        count.store(0, ordering: .relaxed)
        let (waiting, closers) = shared.withLock { shared in
            shared.over = true
            shared.queue.removeAll()
            defer { (shared.waiting, shared.closers) = ([], []) }
            return (shared.waiting, shared.closers)
        }
        Self.resume(waiting, lost: true)
        for closer in closers { closer() }
    }

    private func takeWaiting() -> [CheckedContinuation<Void, any Error>] {
        shared.withLock { shared in
            defer { shared.waiting = [] }
            return shared.waiting
        }
    }

    private static func resume(_ waiting: [CheckedContinuation<Void, any Error>], lost: Bool) {
        for waiter in waiting {
            if lost { waiter.resume(throwing: HTTPError.connectionLost("the peer went away")) } else { waiter.resume() }
        }
    }
}
