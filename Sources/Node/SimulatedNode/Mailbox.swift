import Control
import Synchronization

/// Messages for one reader, which waits for them until a moment.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var rung = false
        var reader: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func post(_ message: Message) { wake { $0.messages.append(message) } }

    /// What has come so far.
    func take() -> [Message] {
        state.withLock { state in
            defer { state.messages.removeAll(keepingCapacity: true) }
            return state.messages
        }
    }

    /// Waits until there is a message, or for that long.
    /// - Throws: `CancellationError`.
    func wait(atMost duration: Duration, on clock: any WallClock) async throws {
        guard state.withLock({ $0.messages.isEmpty }), duration > .zero else { return try Task.checkCancellation() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await clock.sleep(for: duration) } catch { return }
                self.wake { $0.rung = true }
            }
            await listen()
            group.cancelAll()
        }
        state.withLock { $0.rung = false }
        try Task.checkCancellation()
    }

    private func listen() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if !state.messages.isEmpty || state.rung { return true }
                    state.reader = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            wake { $0.rung = true }
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
