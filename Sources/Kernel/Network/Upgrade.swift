import Synchronization

extension HTTPClient {
    /// Sends a request that asks for an upgrade (`connection: Upgrade` and `upgrade` among its headers) on a connection of its own, by
    /// HTTP/1.1. With status 101 the connection is the stream; any other answer comes with its body and without a stream.
    /// - Throws: `HTTPError` when no answer could be had.
    package func upgrade(_ request: HTTPRequest) async throws -> (response: HTTPResponse, stream: (any ByteStream)?) {
        var connector = self.connector
        connector.onlyHTTP1 = true
        let (authority, timeouts) = (connector.endpoint.authority, timeouts)
        let opened = try await connector.open { connection in
            HTTP1Client(connection: connection, authority: authority, timeouts: timeouts, single: true, unusable: {})
        }
        let exchange = ClientExchange(request, loop: opened.connection.loop, wantsUpgrade: true, finished: {})
        opened.connection.loop.execute { opened.machine.start(exchange) }
        do {
            let response = try await exchange.response()
            return (response, exchange.upgraded.withLock { $0 })
        } catch let failure as ExchangeFailure {
            throw failure.error
        }
    }
}
