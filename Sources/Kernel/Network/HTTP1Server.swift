/// A server's HTTP/1.1 connection: one request at a time, in order. Source: RFC 9112.
final class HTTP1Server: ServerProtocol, ExchangeOwner {
    private static let maxHeld = 65_536
    /// An unread request body up to this is swallowed to keep the connection.
    private static let maxSwallowed = 262_144
    private static let linger: UInt64 = 1_000
    private let connection: Connection
    private let context: ServerContext
    private let peer: Peer
    private var decoder: HTTP1Decoder
    /// Bytes behind what was decoded, from `heldOffset` on.
    private var held: [UInt8] = []
    private var heldOffset = 0
    private var exchange: ServerExchange?
    private var sniffed = false
    private var decoding = false
    private var headPending = false
    private var keepAlive = true
    private var oldVersion = false
    private var chunked = false
    private var lengthLeft: Int?
    private var responding = false
    private var responded = false
    private var swallowed = 0
    private var overflow = false
    private var messageDone = false
    private var peerEnded = false
    private var stopping = false
    private var closing = false

    init(connection: Connection, context: ServerContext, peer: Peer) {
        (self.connection, self.context, self.peer) = (connection, context, peer)
        decoder = HTTP1Decoder(request: true, maxHead: context.limits.headerBytes, maxFields: context.limits.headerFields)
        connection.setMachineDeadline(context.limits.headerTimeout.wholeMilliseconds)
    }

    // MARK: Input

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard !closing else { return }
        if !sniffed, !connection.isSecure, bytes.starts(with: "PRI ".utf8) { return switchToHTTP2(bytes) }
        sniffed = true
        if held.isEmpty {
            var input = bytes
            decode(&input)
            if !closing, !input.isEmpty { held = Array(input) }
        } else {
            held.append(contentsOf: bytes)
            decodeHeld()
        }
        updateReading()
    }

    /// A client that knows that we speak HTTP/2 starts with its preface. Source: RFC 9113, section 3.3.
    private func switchToHTTP2(_ bytes: UnsafeRawBufferPointer) {
        let machine = HTTP2Server(connection: connection, context: context, peer: peer)
        connection.machine = machine
        if stopping { machine.shutDown() }
        machine.received(bytes)
    }

    private func decodeHeld() {
        guard !decoding, !held.isEmpty else { return }
        let bytes = held
        var left = 0
        bytes.withUnsafeBytes { whole in
            var input = UnsafeRawBufferPointer(rebasing: whole[heldOffset...])
            decode(&input)
            left = input.count
        }
        if left == 0 || closing { (held, heldOffset) = ([], 0) } else { heldOffset = held.count - left }
    }

    private func decode(_ input: inout UnsafeRawBufferPointer) {
        decoding = true
        defer { decoding = false }
        do {
            while !closing, !messageDone, let event = try decoder.next(&input) {
                switch event {
                case .head(let head): try begin(head)
                case .body(let piece): receive(piece)
                case .end:
                    messageDone = true
                    exchange?.receivedAll()
                    if responded { finishExchange() }
                }
            }
            if !closing, exchange == nil, decoder.isInsideHead { awaitHead() }
        } catch {
            refuse(error)
        }
    }

    private func awaitHead() {
        guard !headPending else { return }
        headPending = true
        connection.setMachineDeadline(context.limits.headerTimeout.wholeMilliseconds)
    }

    private func begin(_ head: HTTP1Head) throws(HTTP1Failure) {
        guard case .request(let method, var target) = head.start else { throw HTTP1Failure(400, "not a request") }
        headPending = false
        let framing = try HTTP1Framing.request(head)
        var fields = head.fields
        let hosts = fields.all("host")
        guard hosts.count == 1 || hosts.isEmpty && head.oldVersion else { throw HTTP1Failure(400, "missing or repeated host") }
        if let (path, authority) = splitAbsolute(target) {
            target = path
            fields["host"] = authority
        }
        guard target.utf8.first == UInt8(ascii: "/") || target == "*" && method == "OPTIONS" else {
            throw HTTP1Failure(400, "malformed request target")
        }
        let options = fields.all("connection").joined(separator: ",").lowercased()
        keepAlive = !stopping && !options.contains("close") && (!head.oldVersion || options.contains("keep-alive"))
        oldVersion = head.oldVersion
        var length: Int?
        if case .length(let bytes) = framing { length = bytes }
        if let length, length > context.limits.bodyBytes { throw HTTP1Failure(413, "the body is too large") }
        let expects = fields["expect"]?.lowercased()
        guard expects == nil || expects == "100-continue" else { throw HTTP1Failure(417, "unknown expectation") }
        decoder.setFraming(framing)
        connection.setMachineDeadline(nil)
        let request = HTTPRequest(method, target, headers: fields, peer: peer)
        let exchange = ServerExchange(id: 0, request: request, context: context, loop: connection.loop, owner: self)
        self.exchange = exchange
        let hasBody = framing != .none && framing != .length(0)
        exchange.begin(hasBody: hasBody, length: length, expectsContinue: expects != nil && !head.oldVersion)
        if hasBody { connection.setMachineDeadline(context.limits.bodyTimeout.wholeMilliseconds) }
    }

    /// Path and authority of `http://host/path`.
    private func splitAbsolute(_ target: String) -> (path: String, authority: String)? {
        let lower = target.prefix(8).lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else { return nil }
        let rest = target.dropFirst(lower.hasPrefix("https") ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...]
        return (path.first == "/" ? String(path) : "/" + path, String(authority))
    }

    private func receive(_ piece: UnsafeRawBufferPointer) {
        if responded || overflow {
            swallowed += piece.count
            if swallowed > Self.maxSwallowed { closeLingering() }
            return
        }
        connection.setMachineDeadline(context.limits.bodyTimeout.wholeMilliseconds)
        if exchange?.receive(piece) == false {
            overflow = true
            keepAlive = false
        }
    }

    /// Stops reading while too much waits, and goes on when it does not.
    private func updateReading() {
        guard !closing else { return }
        let full = held.count - heldOffset > Self.maxHeld || (exchange?.waitingBytes ?? 0) > Self.maxSwallowed
        if full { connection.pause() } else { connection.resume() }
    }

    func consumed(_ exchange: ServerExchange, _ bytes: Int) { updateReading() }

    func wantsBody(_ exchange: ServerExchange) {
        guard exchange === self.exchange, !exchange.isReceived, !responding else { return }
        connection.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        connection.wantsFlush()
    }

    // MARK: Output

    func respond(_ exchange: ServerExchange, _ response: HTTPResponse) {
        guard exchange === self.exchange, !responding else { return SendBody.discard(response.body, loop: connection.loop) }
        if case .upgrade(let run) = response.body { return upgrade(exchange, response, run) }
        responding = true
        if exchange.isReceived { connection.setMachineDeadline(nil) }
        let headOnly = exchange.request.method == "HEAD"
        let bodiless = headOnly || response.status == 204 || response.status == 304
        if bodiless { SendBody.discard(response.body, loop: connection.loop) }
        exchange.prepare(bodiless ? .empty : response.body)
        let length = bodiless ? nil : exchange.body?.length
        writeHead(response, length: length, bodiless: bodiless)
        if headOnly, response.headers["content-length"] == nil, case .bytes(let bytes) = response.body {
            HTTP1Encoder.field("content-length", String(bytes.count), to: &connection.output)
        }
        connection.output.append("\r\n")
        if peerEnded { limitStream() }
        arrived(exchange)
    }

    /// The connection becomes a stream; bytes that came behind the request are its first.
    private func upgrade(_ exchange: ServerExchange, _ response: HTTPResponse, _ run: @escaping @Sendable (any ByteStream) async -> Void) {
        guard response.status == 101, exchange.isReceived, !oldVersion, !stopping else { return respond(exchange, .plain(500)) }
        HTTP1Encoder.statusLine(101, to: &connection.output)
        for (name, value) in response.headers { HTTP1Encoder.field(name, value, to: &connection.output) }
        connection.output.append("\r\n")
        let machine = StreamMachine(connection)
        connection.machine = machine
        closing = true
        exchange.finish(lost: false)
        self.exchange = nil
        held.withUnsafeBytes { machine.received(UnsafeRawBufferPointer(rebasing: $0[heldOffset...])) }
        held = []
        if peerEnded { machine.ended() } else { connection.resume() }
        connection.wantsFlush()
        machine.serve(run)
    }

    private func writeHead(_ response: HTTPResponse, length: Int?, bodiless: Bool) {
        HTTP1Encoder.statusLine(response.status, to: &connection.output)
        var declared: Int?
        var dated = false
        for (name, value) in response.headers where !HTTP1Encoder.isHopByHop(name) {
            if name == "content-length" {
                guard length == nil, response.status != 204 else { continue }
                declared = parseContentLength(value)
            }
            dated = dated || name == "date"
            HTTP1Encoder.field(name, value, to: &connection.output)
        }
        if !dated {
            connection.output.append("date: ")
            connection.output.append(connection.loop.dateCache.current())
            connection.output.append("\r\n")
        }
        lengthLeft = length ?? declared
        chunked = !bodiless && lengthLeft == nil && !oldVersion
        if let length { HTTP1Encoder.field("content-length", String(length), to: &connection.output) }
        if chunked { HTTP1Encoder.field("transfer-encoding", "chunked", to: &connection.output) }
        if bodiless { lengthLeft = nil }
        if !bodiless, lengthLeft == nil, !chunked { keepAlive = false }
        if response.headers["connection"]?.lowercased() == "close" || stopping { keepAlive = false }
        if !keepAlive {
            connection.output.append("connection: close\r\n")
        } else if oldVersion {
            connection.output.append("connection: keep-alive\r\n")
        }
    }

    func arrived(_ exchange: ServerExchange) {
        if exchange === self.exchange { connection.wantsFlush() }
    }

    func produce() {
        guard responding, !responded, let exchange else { return }
        guard exchange.body?.isBroken != true else { return connection.close(nil) }
        while connection.output.count < Connection.outputMark, let available = exchange.body?.available, available > 0 {
            if chunked {
                connection.output.append(String(available, radix: 16) + "\r\n")
                exchange.body?.move(available, to: &connection.output)
                connection.output.append("\r\n")
                continue
            }
            if let left = lengthLeft {
                guard available <= left else { return connection.close(nil) }
                lengthLeft = left - available
            }
            exchange.body?.move(available, to: &connection.output)
        }
        guard exchange.body?.isLast == true, exchange.body?.available == 0 else { return }
        if chunked { connection.output.append("0\r\n\r\n") }
        if let lengthLeft, lengthLeft > 0 { return connection.close(nil) }
        responded = true
        if messageDone {
            finishExchange()
        } else if !keepAlive || overflow {
            closeLingering()
        } else {
            connection.resume()
            connection.setMachineDeadline(context.limits.bodyTimeout.wholeMilliseconds)
        }
    }

    /// The response is out and the request was read: on to the next.
    private func finishExchange() {
        exchange?.finish(lost: false)
        exchange = nil
        (responding, responded, messageDone, overflow, chunked) = (false, false, false, false, false)
        swallowed = 0
        guard keepAlive, !stopping else { return closeLingering() }
        decoder.reset()
        connection.setMachineDeadline(context.limits.idleTimeout.wholeMilliseconds)
        decodeHeld()
        guard !closing else { return }
        if peerEnded, exchange == nil { return connection.closeAfterSending() }
        updateReading()
    }

    func sent() {}

    // MARK: Ends

    private func refuse(_ failure: HTTP1Failure) {
        keepAlive = false
        exchange?.receiveFailed(.malformed(failure.reason))
        if !responding {
            exchange?.finish(lost: true)
            exchange = nil
            let response = HTTPResponse.plain(failure.status)
            responding = true
            guard case .bytes(let text) = response.body else { return }
            writeHead(response, length: text.count, bodiless: false)
            connection.output.append("\r\n")
            connection.output.append(text)
        }
        closeLingering()
    }

    private func closeLingering() {
        closing = true
        exchange?.finish(lost: !responded)
        exchange = nil
        (held, heldOffset) = ([], 0)
        connection.closeAfterSending(linger: peerEnded ? nil : Self.linger)
    }

    func ended() {
        guard !closing else { return }
        peerEnded = true
        guard let exchange else { return connection.closeAfterSending() }
        if !messageDone {
            exchange.receiveFailed(.connectionLost("the client broke off"))
            return connection.close(.connectionLost("the client broke off"))
        }
        if responding { limitStream() }
    }

    /// A half-closed client still gets an answer that is under way, but no endless stream.
    private func limitStream() {
        if exchange?.body?.length == nil { connection.endWithin(connection.isSecure ? 1 : Self.linger) }
    }

    func expired() {
        if exchange == nil {
            if headPending { refuse(HTTP1Failure(408, "no request in time")) } else { connection.closeAfterSending() }
        } else if !messageDone {
            refuse(HTTP1Failure(408, "no body in time"))
        }
    }

    func shutDown() {
        stopping = true
        keepAlive = false
        if exchange == nil { connection.closeAfterSending() }
    }

    func closed(_ error: HTTPError?) {
        closing = true
        exchange?.finish(lost: true)
        exchange = nil
    }
}
