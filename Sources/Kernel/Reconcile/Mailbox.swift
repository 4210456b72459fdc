import Synchronization

/// Where a task waits for anything to happen. One reader; any number of writers.
package final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var signalled = false
        var waiting: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())
    package init() {}

    /// Puts in a letter and wakes the reader.
    package func post(_ letter: Letter) { wake { $0.letters.append(letter) } }
    /// Wakes the reader without a letter.
    package func signal() { wake { _ in } }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            state.signalled = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Waits for a letter, a signal or cancellation, and empties the box.
    package func receive() async -> [Letter] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state in
                    if !state.signalled { state.waiting = continuation }
                    return state.signalled
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            signal()
        }
        return state.withLock { state in
            defer { (state.letters, state.signalled) = ([], false) }
            return state.letters
        }
    }
}
