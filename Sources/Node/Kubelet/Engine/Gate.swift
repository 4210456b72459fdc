import Synchronization

/// Lets so many through at a time; the others wait in line. Waiting is not cut short by cancellation: places come back soon.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var line: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(_ places: Int) { state = Mutex(State(free: max(1, places))) }

    /// Runs `body` when there is a place.
    func pass<Outcome: Sendable>(_ body: () async -> Outcome) async -> Outcome {
        await enter()
        defer { leave() }
        return await body()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.line.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
    }
    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.line.isEmpty else {
                state.free += 1
                return nil
            }
            return state.line.removeFirst()
        }
        next?.resume()
    }
}
