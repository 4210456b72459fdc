import Synchronization

/// A body on its way from a writer to a reader within this process. `drained()` holds a polite writer back while more than
/// `capacity` bytes wait.
package final class BodyPipe: BodyWriter, BodyReader {
    private enum Ending {
        case open, finished
        case failed(HTTPError)
        case cancelled
    }
    private struct State {
        var queue = ByteQueue()
        var ending = Ending.open
        var over = false
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var waiting: [CheckedContinuation<Void, any Error>] = []
        var closers: [@Sendable () -> Void] = []
    }
    /// What has to be done once the lock is released.
    private struct Aftermath {
        var resume: (continuation: CheckedContinuation<[UInt8]?, any Error>, result: Result<[UInt8]?, any Error>)?
        var waiting: [CheckedContinuation<Void, any Error>] = []
        var lost = false
        var closers: [@Sendable () -> Void] = []
        var consumed = 0
    }
    private let state = Mutex(State())
    private let capacity: Int
    private let consumed: (@Sendable (Int) -> Void)?

    /// - Parameters:
    ///   - capacity: bytes above which `drained()` waits.
    ///   - consumed: told how many bytes a reader took, after each piece.
    package init(capacity: Int = 65_536, consumed: (@Sendable (Int) -> Void)? = nil) {
        self.capacity = capacity
        self.consumed = consumed
    }

    package var buffered: Int { state.withLock { $0.queue.count } }

    package func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        perform { state, after in
            guard case .open = state.ending else { return }
            if let reader = state.reader {
                state.reader = nil
                after.resume = (reader, .success(bytes))
                after.consumed = bytes.count
            } else {
                state.queue.append(bytes)
            }
        }
    }

    package func drained() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                perform { state, after in
                    after.waiting = [continuation]
                    if case .cancelled = state.ending {
                        after.lost = true
                    } else if state.queue.count > capacity, !Task.isCancelled {
                        state.waiting.append(continuation)
                        after.waiting = []
                    }
                }
            }
        } onCancel: {
            perform { state, after in swap(&state.waiting, &after.waiting) }
        }
        try Task.checkCancellation()
    }

    package func finish(error: Bool) {
        if error { fail(.connectionLost("the sender broke the body off")) } else { end(.finished) }
    }

    /// Breaks the body off; the reader gets what was written before and then `error`.
    package func fail(_ error: HTTPError) { end(.failed(error)) }

    package func onClose(_ body: @escaping @Sendable () -> Void) {
        perform { state, after in
            if state.over { after.closers = [body] } else { state.closers.append(body) }
        }
    }

    package func next() async throws -> [UInt8]? {
        let (ready, result) = take()
        if ready { return try result.get() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                perform { state, after in
                    if let result = Self.poll(&state, &after) {
                        after.resume = (continuation, result)
                    } else if Task.isCancelled || state.reader != nil {
                        after.resume = (continuation, .failure(HTTPError.cancelled))
                    } else {
                        state.reader = continuation
                    }
                }
            }
        } onCancel: {
            perform { state, after in
                if let reader = state.reader { after.resume = (reader, .failure(HTTPError.cancelled)) }
                state.reader = nil
            }
        }
    }

    package func cancel() {
        perform { state, after in
            if state.over { return }
            state.ending = .cancelled
            state.queue.removeAll()
            if let reader = state.reader { after.resume = (reader, .failure(HTTPError.cancelled)) }
            state.reader = nil
            Self.close(&state, &after)
        }
    }

    private func end(_ ending: Ending) {
        perform { state, after in
            guard case .open = state.ending else { return }
            state.ending = ending
            guard let reader = state.reader else { return }
            if let result = Self.poll(&state, &after) {
                state.reader = nil
                after.resume = (reader, result)
            }
        }
    }

    private func take() -> (Bool, Result<[UInt8]?, any Error>) {
        var found: Result<[UInt8]?, any Error>?
        perform { state, after in found = Self.poll(&state, &after) }
        return found.map { (true, $0) } ?? (false, .success(nil))
    }

    /// The next piece or the end when there is one.
    private static func poll(_ state: inout State, _ after: inout Aftermath) -> Result<[UInt8]?, any Error>? {
        if let piece = state.queue.popFirst() {
            after.consumed = piece.count
            return .success(piece)
        }
        switch state.ending {
        case .open: return nil
        case .cancelled: return .failure(HTTPError.cancelled)
        case .finished:
            close(&state, &after)
            return .success(nil)
        case .failed(let error):
            close(&state, &after)
            return .failure(error)
        }
    }

    private static func close(_ state: inout State, _ after: inout Aftermath) {
        guard !state.over else { return }
        state.over = true
        after.lost = true
        swap(&after.waiting, &state.waiting)
        swap(&after.closers, &state.closers)
    }

    private func perform(_ body: (inout State, inout Aftermath) -> Void) {
        var after = Aftermath()
        state.withLock { state in
            body(&state, &after)
            if !state.waiting.isEmpty, state.queue.count <= capacity / 2 {
                after.waiting += state.waiting
                state.waiting = []
            }
        }
        if after.consumed > 0 { consumed?(after.consumed) }
        if let (continuation, result) = after.resume { continuation.resume(with: result) }
        for waiter in after.waiting {
            if after.lost { waiter.resume(throwing: HTTPError.connectionLost("the reader went away")) } else { waiter.resume() }
        }
        for closer in after.closers { closer() }
    }
}

/// The reading end of a pipe as handed to an application; letting go of it cancels the body.
final class PipeReader: BodyReader {
    private let pipe: BodyPipe
    init(_ pipe: BodyPipe) { self.pipe = pipe }
    deinit { pipe.cancel() }
    func next() async throws -> [UInt8]? { try await pipe.next() }
    func cancel() { pipe.cancel() }
}
