import Synchronization

/// A connection with its protocol, which belong to the connection's loop.
struct OpenedConnection<Machine: ConnectionProtocol & SendableMetatype>: @unchecked Sendable {
    let connection: Connection
    let machine: Machine
}

/// Where the outcome of an attempt to connect is waited for; the first outcome counts.
final class ConnectionSlot<Machine: ConnectionProtocol & SendableMetatype>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<OpenedConnection<Machine>, any Error>)
        case settled(Result<OpenedConnection<Machine>, any Error>)
        case taken
    }
    private let state = Mutex(State.idle)

    func wait(_ continuation: CheckedContinuation<OpenedConnection<Machine>, any Error>) {
        let settled: Result<OpenedConnection<Machine>, any Error>? = state.withLock { state in
            if case .settled(let result) = state {
                state = .taken
                return result
            }
            state = .waiting(continuation)
            return nil
        }
        if let settled { continuation.resume(with: settled) }
    }

    /// False when there was an outcome already.
    func settle(_ result: Result<OpenedConnection<Machine>, any Error>) -> Bool {
        let (isFirst, waiting) = state.withLock { state -> (Bool, CheckedContinuation<OpenedConnection<Machine>, any Error>?) in
            switch state {
            case .idle:
                state = .settled(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .taken
                return (true, continuation)
            case .settled, .taken: return (false, nil)
            }
        }
        waiting?.resume(with: result)
        return isFirst
    }
}
