package import Network

/// One call of a gRPC service: its path, and the kinds of its request and answer.
package struct RemoteCall<Request: MessageFields, Answer: MessageFields>: Sendable {
    let path: String
    init(_ path: String) { self.path = path }
}

extension GRPCChannel {
    /// Makes a call. `timeout` nil waits for as long as it takes. - Throws: the server's status, or `unavailable`.
    package func call<Request, Answer>(
        _ call: RemoteCall<Request, Answer>, _ request: Message<Request>, timeout: Duration?
    ) async throws(GRPCError) -> Message<Answer> {
        Message(try await unary(call.path, Array(request.bytes), timeout: timeout))
    }

    /// Makes a call whose answers come one after the other. - Throws: the server's status, or `unavailable`.
    package func follow<Request, Answer>(
        _ call: RemoteCall<Request, Answer>, _ request: Message<Request>
    ) async throws(GRPCError) -> RemoteAnswers<Answer> {
        RemoteAnswers(stream: try await stream(call.path, Array(request.bytes)))
    }
}

/// The answers to a call, in order.
package struct RemoteAnswers<Answer: MessageFields>: Sendable {
    let stream: GRPCStream
    /// The next answer; nil when the server has ended them.
    package func next() async throws(GRPCError) -> Message<Answer>? { try await stream.next().map(Message.init) }
}
