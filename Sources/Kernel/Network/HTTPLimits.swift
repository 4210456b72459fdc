/// What a server grants its clients. Each bounds something that a hostile client could make grow.
package struct HTTPLimits: Sendable {
    /// Request line and header fields together, in bytes; beyond that 431.
    package var headerBytes = 65_536
    /// Header fields of one request; beyond that 431.
    package var headerFields = 200
    /// Body of one request in bytes; beyond that 413.
    package var bodyBytes = 64 << 20
    /// Bodies of a declared length up to this are handed to the handler whole, as `Body.bytes`.
    package var gatheredBytes = 65_536
    /// Open connections; more are closed at once.
    package var connections = 50_000
    /// Requests at the same time on one HTTP/2 connection.
    package var concurrentStreams = 250
    /// Bytes of one HTTP/2 request body that may wait unread.
    package var streamWindow = 262_144
    /// PING, SETTINGS, PRIORITY, RST_STREAM and empty DATA frames within a second; beyond that the connection ends.
    package var controlFramesPerSecond = 2_000
    /// From the first byte of a header (or the start of the connection) to its last; beyond that 408.
    package var headerTimeout = Duration.seconds(10)
    /// Between two pieces of an HTTP/1.1 request body; beyond that 408.
    package var bodyTimeout = Duration.seconds(60)
    /// Between requests.
    package var idleTimeout = Duration.seconds(180)
    /// How long a client may refuse to take the bytes that wait for it.
    package var writeTimeout = Duration.seconds(60)
    /// How long `stop` waits for requests under way.
    package var drainTimeout = Duration.seconds(3)
    package init() {}
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
