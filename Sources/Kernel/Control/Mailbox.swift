import Synchronization

/// Messages for one reader, which waits for them or for a moment; any number of writers.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isRung = false
        var reader: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// An empty box.
    package init() {}

    /// Puts a message in and wakes the reader.
    package func post(_ message: Message) { wake { $0.messages.append(message) } }
    /// Wakes the reader without a message.
    package func signal() { wake { $0.isRung = true } }

    /// What has come so far.
    package func take() -> [Message] {
        state.withLock { state in
            defer { state.messages.removeAll(keepingCapacity: true) }
            return state.messages
        }
    }

    /// Waits until there is a message, or for that long; nil waits for a message alone.
    /// - Throws: `CancellationError`.
    package func wait(atMost duration: Duration?, on clock: any WallClock) async throws {
        if let duration, duration <= .zero { return try Task.checkCancellation() }
        guard state.withLock({ $0.messages.isEmpty }) else { return try Task.checkCancellation() }
        let alarm = duration.map { clock.alarm(after: $0) { self.signal() } }
        await listen()
        alarm?.cancel()
        state.withLock { $0.isRung = false }
        try Task.checkCancellation()
    }

    /// Waits for a message, a signal or cancellation, and empties the box.
    package func receive() async -> [Message] {
        await listen()
        state.withLock { $0.isRung = false }
        return take()
    }

    private func listen() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if !state.messages.isEmpty || state.isRung { return true }
                    state.reader = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            signal()
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
