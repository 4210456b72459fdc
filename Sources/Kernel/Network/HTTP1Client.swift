/// A client's protocol on one connection.
protocol ClientProtocol: ConnectionProtocol {
    /// Sends a request. Called on the loop.
    func start(_ exchange: ClientExchange)
}

/// A client's HTTP/1.1 connection: one request at a time. Source: RFC 9112.
final class HTTP1Client: ClientProtocol, ExchangeCarrier {
    private static let maxWaiting = 262_144
    private let connection: Connection
    private let authority: String
    private let responseTimeout: UInt64?
    private let idleTimeout: UInt64
    private let unusable: () -> Void
    private let single: Bool
    private var decoder: HTTP1Decoder
    private var exchange: ClientExchange?
    private var keepAlive = true
    private var chunked = false
    private var lengthLeft: Int?
    private var used = false
    private var isClosed = false

    /// - Parameters:
    ///   - single: the connection carries one request only.
    ///   - unusable: called on the loop when the connection can take no further request.
    init(connection: Connection, authority: String, timeouts: HTTPTimeouts, single: Bool = false, unusable: @escaping () -> Void) {
        (self.connection, self.authority, self.single, self.unusable) = (connection, authority, single, unusable)
        (responseTimeout, idleTimeout) = (timeouts.response?.wholeMilliseconds, timeouts.idle.wholeMilliseconds)
        decoder = HTTP1Decoder(request: false, maxHead: 262_144, maxFields: 1_000)
    }

    func start(_ exchange: ClientExchange) {
        guard !isClosed, self.exchange == nil else { return exchange.fail(.connectionLost("the connection was closed"), unprocessed: true) }
        guard exchange.start(self) else { return }
        self.exchange = exchange
        decoder.reset()
        writeHead(exchange)
        connection.setMachineDeadline(responseTimeout)
        connection.wantsFlush()
    }

    private func writeHead(_ exchange: ClientExchange) {
        let request = exchange.request
        let target = request.target.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? request.target : "/"
        connection.output.append(request.method + " " + target + " HTTP/1.1\r\n")
        if request.headers["host"] == nil { HTTP1Encoder.field("host", authority, to: &connection.output) }
        for (name, value) in request.headers where name != "content-length" {
            let isOurs = HTTP1Encoder.isHopByHop(name) && !(exchange.wantsUpgrade && (name == "upgrade" || name == "connection"))
            if !isOurs { HTTP1Encoder.field(name, value, to: &connection.output) }
        }
        let length = exchange.body?.length ?? request.headers["content-length"].flatMap(parseContentLength)
        lengthLeft = length
        chunked = length == nil
        if let length, length > 0 || request.method == "POST" || request.method == "PUT" || request.method == "PATCH" {
            HTTP1Encoder.field("content-length", String(length), to: &connection.output)
        }
        if chunked { HTTP1Encoder.field("transfer-encoding", "chunked", to: &connection.output) }
        connection.output.append("\r\n")
    }

    func produce() {
        guard let exchange, !exchange.isSent else { return }
        guard exchange.body?.isBroken != true else { return connection.close(.cancelled) }
        while connection.output.count < Connection.outputMark, let available = exchange.body?.available, available > 0 {
            if chunked { connection.output.append(String(available, radix: 16) + "\r\n") }
            exchange.body?.move(available, to: &connection.output)
            if chunked { connection.output.append("\r\n") }
            lengthLeft = lengthLeft.map { $0 - available }
        }
        guard exchange.body?.isLast == true, exchange.body?.available == 0 else { return }
        if let lengthLeft, lengthLeft != 0 { return connection.close(.malformed("the body is not as long as declared")) }
        if chunked { connection.output.append("0\r\n\r\n") }
        exchange.isSent = true
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard exchange != nil else { return connection.close(.malformed("a response without a request")) }
        var input = bytes
        do {
            while let exchange, let event = try decoder.next(&input) {
                switch event {
                case .head(let head):
                    if exchange.wantsUpgrade, head.start == .response(status: 101) { return upgrade(head, exchange, input) }
                    try receive(head, exchange)
                case .body(let piece): exchange.receive(piece)
                case .end: complete(exchange)
                }
            }
        } catch {
            return connection.close(.malformed(error.reason))
        }
        if let exchange, exchange.waitingBytes > Self.maxWaiting { connection.pause() }
    }

    private func upgrade(_ head: HTTP1Head, _ exchange: ClientExchange, _ rest: UnsafeRawBufferPointer) {
        self.exchange = nil
        isClosed = true
        unusable()
        let machine = StreamMachine(connection)
        connection.machine = machine
        machine.received(rest)
        connection.resume()
        exchange.upgrade(headers: head.fields, stream: SocketStream(machine))
    }

    private func receive(_ head: HTTP1Head, _ exchange: ClientExchange) throws(HTTP1Failure) {
        guard case .response(let status) = head.start else { return }
        guard status >= 200 else {
            guard status != 101 else { throw HTTP1Failure(502, "an upgrade that was not asked for") }
            return decoder.reset()
        }
        let framing = try HTTP1Framing.response(head, status: status, method: exchange.request.method)
        decoder.setFraming(framing)
        let options = head.fields.all("connection").joined(separator: ",").lowercased()
        keepAlive = !single && framing != .untilClose && !options.contains("close") && (!head.oldVersion || options.contains("keep-alive"))
        connection.setMachineDeadline(nil)
        exchange.receive(status: status, headers: head.fields, hasBody: framing != .none && framing != .length(0))
    }

    private func complete(_ exchange: ClientExchange) {
        used = true
        self.exchange = nil
        if !keepAlive || !exchange.isSent {
            unusable()
            exchange.complete()
            connection.close(nil)
        } else {
            connection.resume()
            connection.setMachineDeadline(idleTimeout)
            exchange.complete()
        }
    }

    func consumed(_ exchange: ClientExchange, _ bytes: Int) {
        if exchange === self.exchange, exchange.waitingBytes <= Self.maxWaiting { connection.resume() }
    }

    func cancel(_ exchange: ClientExchange) {
        guard exchange === self.exchange else { return }
        self.exchange = nil
        unusable()
        connection.close(nil)
    }

    func arrived(_ exchange: ClientExchange) { connection.wantsFlush() }

    func ended() {
        if let exchange, decoder.finish() {
            self.exchange = nil
            unusable()
            exchange.hasHead
                ? exchange.complete() : exchange.fail(.connectionLost("the server closed the connection"), unprocessed: mayRepeat(exchange))
        }
        connection.close(.connectionLost("the server closed the connection"))
    }

    func sent() {}
    func expired() { connection.close(.timedOut) }

    func closed(_ error: HTTPError?) {
        guard !isClosed else { return }
        isClosed = true
        unusable()
        guard let exchange else { return }
        self.exchange = nil
        let untouched = decoder.isBetweenMessages && !exchange.hasHead && error != .timedOut
        exchange.fail(error ?? .connectionLost("the connection was closed"), unprocessed: untouched && mayRepeat(exchange))
    }

    /// A server may close an idle connection just as a request comes; only what changes nothing is then sent again.
    private func mayRepeat(_ exchange: ClientExchange) -> Bool { used && ["GET", "HEAD", "OPTIONS"].contains(exchange.request.method) }
}
