/// Brings requests straight to a handler in this process, streaming bodies included, as the peer that it is given.
package struct LocalTransport: HTTPTransport {
    private let handler: any HTTPHandler
    private let peer: Peer

    /// - Parameter peer: who the handler is told the caller is.
    package init(handler: any HTTPHandler, peer: Peer) {
        var peer = peer
        peer.memory = PeerMemory()
        (self.handler, self.peer) = (handler, peer)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        // In a task of its own: a task keeps the stack of its deepest call for as long as it lives, and callers may live for ever.
        async let response = answer(request)
        return await response
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        var arriving = request
        arriving.peer = peer
        arriving.body = request.body.received
        var response = await handler.respond(to: arriving)
        response.body = request.method == "HEAD" ? .empty : response.body.received
        return response
    }
}
