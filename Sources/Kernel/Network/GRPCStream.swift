import Synchronization

/// The messages that a server answers a call with. One task reads.
package final class GRPCStream: Sendable {
    private struct State {
        var framing: GRPCFraming
        var isOver = false
    }
    private let response: HTTPResponse
    private let reader: any BodyReader
    private let state: Mutex<State>
    /// Kept so that it can break off a call that takes too long.
    private let deadline: RequestDeadline?

    init(_ response: HTTPResponse, limit: Int, deadline: RequestDeadline?) {
        (self.response, self.deadline) = (response, deadline)
        reader = response.body.read()
        state = Mutex(State(framing: GRPCFraming(limit: limit)))
    }

    deinit { reader.cancel() }

    /// Ends the call; `next` throws `canceled` from then on.
    package func cancel() { reader.cancel() }

    /// The next message; nil when the server ended the call with success.
    /// - Throws: the server's status, `deadlineExceeded`, `canceled`, or `unavailable` when the connection was lost.
    package func next() async throws(GRPCError) -> [UInt8]? {
        do {
            while true {
                let (message, isOver) = try state.withLock { state in (try state.framing.next(), state.isOver) }
                if let message { return message }
                if isOver { return try outcome() }
                let piece = try await reader.next()
                state.withLock { state in
                    if let piece { state.framing.append(piece) } else { state.isOver = true }
                }
            }
        } catch {
            reader.cancel()
            throw GRPCError(error)
        }
    }

    private func outcome() throws(GRPCError) -> [UInt8]? {
        let trailers = response.trailers?.fields ?? [:]
        if let error = GRPCError(status: trailers["grpc-status"] == nil ? response.headers : trailers) { throw error }
        guard state.withLock({ !$0.framing.isPartial }) else { throw GRPCError(.internal, "unexpected EOF") }
        return nil
    }
}
