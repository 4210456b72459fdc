import Synchronization

/// One stream of a SPDY session: bytes both ways, with the headers that it was opened with.
package final class SPDYStream: ByteStream {
    private static let pieceLimit = 1 << 20
    private struct State {
        var sentLast = false
        var receivedLast = false
        var reply: Result<HTTPFields, HTTPError>?
        var waiting: [CheckedContinuation<HTTPFields, any Error>] = []
    }
    /// What the stream was opened with; names are lower case.
    package let headers: HTTPFields
    let id: UInt32
    let incoming = BodyPipe(capacity: 262_144)
    private let core: SPDYCore
    private let state = Mutex(State())

    init(id: UInt32, headers: HTTPFields, core: SPDYCore) { (self.id, self.headers, self.core) = (id, headers, core) }

    // MARK: The application's side

    package func read() async throws -> [UInt8]? { try await incoming.next() }

    package func write(_ bytes: [UInt8]) async throws {
        queue(bytes)
        try await core.drained()
        if state.withLock({ $0.sentLast }) { throw HTTPError.connectionLost("the stream is closed") }
    }

    package func queue(_ bytes: [UInt8]) {
        guard !state.withLock({ $0.sentLast }) else { return }
        for start in stride(from: 0, to: bytes.count, by: Self.pieceLimit) {
            let piece = bytes.count <= Self.pieceLimit ? bytes : Array(bytes[start..<min(bytes.count, start + Self.pieceLimit)])
            core.send(.data(stream: id, bytes: piece, isLast: false))
        }
    }

    package func finish() {
        guard markSentLast() else { return }
        core.send(.data(stream: id, bytes: [], isLast: true))
        forgetWhenOver()
    }

    /// Half-closes, and refuses what may still come.
    package func close() {
        finish()
        let isOpen = state.withLock { state in
            defer { state.receivedLast = true }
            return !state.receivedLast
        }
        if isOpen { core.send(.reset(stream: id, status: SPDYFrame.cancel)) }
        incoming.cancel()
        core.forget(id)
    }

    /// Waits until the peer has accepted a stream that we opened. - Throws: `HTTPError.connectionLost` when it refuses.
    package func accepted() async throws -> HTTPFields {
        try await withCheckedThrowingContinuation { continuation in
            let reply = state.withLock { state in
                if state.reply == nil { state.waiting.append(continuation) }
                return state.reply
            }
            if let reply { continuation.resume(with: reply.mapError { $0 as any Error }) }
        }
    }

    // MARK: The session's side

    func replied(_ reply: Result<HTTPFields, HTTPError>) {
        let waiting = state.withLock { state in
            if state.reply == nil { state.reply = reply }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: reply.mapError { $0 as any Error }) }
    }

    /// The peer has sent its last piece.
    func receivedLast() {
        state.withLock { $0.receivedLast = true }
        incoming.finish(error: false)
        forgetWhenOver()
    }

    /// The stream ends without being finished: reset, or the session is over.
    func ended(_ error: HTTPError?) {
        state.withLock { state in (state.sentLast, state.receivedLast) = (true, true) }
        if let error { incoming.fail(error) } else { incoming.finish(error: false) }
        replied(.failure(error ?? .connectionLost("the session ended")))
    }

    private func markSentLast() -> Bool {
        state.withLock { state in
            defer { state.sentLast = true }
            return !state.sentLast
        }
    }

    private func forgetWhenOver() {
        if state.withLock({ $0.sentLast && $0.receivedLast }) { core.forget(id) }
    }
}
