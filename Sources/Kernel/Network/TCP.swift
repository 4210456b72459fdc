/// Plain connections of bytes.
package enum TCP {
    /// Opens a connection. `host` is a name, an address or `unix:/path`; names are resolved in the process's own namespace.
    /// - Parameters:
    ///   - namespace: where the connection is made.
    ///   - source: the local address (numeric) to speak from.
    /// - Throws: `HTTPError` `connectionFailed`, `timedOut` or `cancelled`.
    package static func connect(
        host: String, port: Int, namespace: NetworkNamespace? = nil, source: String? = nil, timeout: Duration = .seconds(10),
        loops: EventLoopGroup = .shared
    ) async throws -> any ByteStream {
        let source = try source.map { (text) throws(HTTPError) in try SocketAddress(numeric: text, port: 0) }
        let connector = Connector(
            endpoint: HTTPEndpoint(host: host, port: port), tls: nil, loops: loops, namespace: namespace, source: source, timeout: timeout)
        return SocketStream(try await connector.open { StreamMachine($0) }.machine)
    }
}
