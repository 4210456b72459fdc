import CNGHTTP2

/// A server's HTTP/2 connection: any number of requests at a time.
final class HTTP2Server: HTTP2Session, ServerProtocol, ExchangeOwner {
    /// A stream from its first header on.
    private final class Stream {
        var method = ""
        var target = ""
        var authority = ""
        var fields = HTTPFields()
        var headerBytes = 0
        var exchange: ServerExchange?
        var trailers: HTTPTrailers?
        var sentAll = false
        var discards = false
    }
    private let context: ServerContext
    private let peer: Peer
    private var streams: [Int32: Stream] = [:]
    /// The stream that was looked up last: what happens to one comes in a row.
    private var recent: (id: Int32, stream: Stream)?
    private var memo = HTTP2FieldMemo()
    private var stopping = false

    init(connection: Connection, context: ServerContext, peer: Peer) {
        (self.context, self.peer) = (context, peer)
        super.init(connection: connection, server: true, controlLimit: context.limits.controlFramesPerSecond)
        submitSettings(
            [
                (NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, context.limits.concurrentStreams),
                (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, context.limits.streamWindow),
                (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, context.limits.headerBytes),
            ], connectionWindow: 1 << 20)
        connection.setMachineDeadline(context.limits.headerTimeout.wholeMilliseconds)
    }

    private func stream(_ id: Int32) -> Stream? {
        if let recent, recent.id == id { return recent.stream }
        guard let stream = streams[id] else { return nil }
        recent = (id, stream)
        return stream
    }

    // MARK: Requests

    override func headersBegin(_ id: Int32) {
        if stream(id) == nil {
            let stream = Stream()
            stream.fields.reserveCapacity(8)
            streams[id] = stream
            recent = (id, stream)
            connection.setMachineDeadline(context.limits.headerTimeout.wholeMilliseconds)
        }
    }

    override func header(_ id: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: OpaquePointer) {
        guard let stream = stream(id), stream.exchange == nil else { return }
        let bytes = nghttp2_rcbuf_get_buf(value)
        stream.headerBytes += name.count + bytes.len + 32
        guard stream.headerBytes <= context.limits.headerBytes, stream.fields.count < context.limits.headerFields else {
            stream.headerBytes = .max / 2
            return
        }
        guard name.first == UInt8(ascii: ":") else { return stream.fields.add(String(decoding: name, as: UTF8.self), memo.text(value)) }
        func text() -> String { String(decoding: UnsafeBufferPointer(start: bytes.base, count: bytes.len), as: UTF8.self) }
        switch name.count {
        case 5: stream.target = text()  // :path
        case 7: if name[1] == UInt8(ascii: "m") { stream.method = text() }  // :method, :scheme
        case 10: stream.authority = memo.text(value)  // :authority
        default: break
        }
    }

    override func headersEnd(_ id: Int32, last: Bool) {
        guard let stream = stream(id) else { return }
        guard stream.exchange == nil else {
            if last { stream.exchange?.receivedAll() }
            return
        }
        connection.setMachineDeadline(nil)
        if !stream.authority.isEmpty, stream.fields["host"] == nil { stream.fields.add("host", stream.authority) }
        let request = HTTPRequest(stream.method, stream.target, headers: stream.fields, peer: peer)
        let exchange = ServerExchange(id: id, request: request, context: context, loop: connection.loop, owner: self)
        stream.exchange = exchange
        stream.fields = [:]
        let length = request.headers["content-length"].flatMap(parseContentLength)
        let target = stream.target.utf8.first
        if stream.headerBytes > context.limits.headerBytes {
            refuse(stream, 431)
        } else if let length, length > context.limits.bodyBytes {
            refuse(stream, 413)
        } else if target != UInt8(ascii: "/"), stream.target != "*" {
            refuse(stream, 400)
        } else {
            let expects = request.headers["expect"]?.lowercased() == "100-continue"
            exchange.begin(hasBody: !last, length: length, expectsContinue: expects && !last)
        }
    }

    private func refuse(_ stream: Stream, _ status: Int) {
        stream.discards = true
        stream.exchange?.refuse(status)
    }

    override func data(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let stream = stream(id), let exchange = stream.exchange else { return }
        guard !stream.discards else { return consume(id, bytes.count) }
        stream.discards = !exchange.receive(bytes)
        if stream.discards || !exchange.streamsBody { consume(id, bytes.count) }
    }

    override func streamEnded(_ id: Int32) { stream(id)?.exchange?.receivedAll() }

    func consumed(_ exchange: ServerExchange, _ bytes: Int) {
        if stream(exchange.id) != nil { consume(exchange.id, bytes) }
    }

    func wantsBody(_ exchange: ServerExchange) {
        guard !isClosed, let stream = stream(exchange.id), exchange.status == 0, !stream.sentAll else { return }
        _ = Self.withFields([(":status", "100")], [:]) { fields, count in
            nghttp2_submit_headers(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), exchange.id, nil, fields, count, nil)
        }
        connection.wantsFlush()
    }

    // MARK: Responses

    func respond(_ exchange: ServerExchange, _ response: HTTPResponse) {
        guard !isClosed, let stream = stream(exchange.id) else { return SendBody.discard(response.body, loop: connection.loop) }
        // HTTP/2 has no upgrades. Source: RFC 9113, section 8.6.
        if case .upgrade = response.body { return respond(exchange, .plain(505)) }
        let headOnly = exchange.request.method == "HEAD"
        let bodiless = headOnly || response.status == 204 || response.status == 304
        let length = !bodiless || headOnly ? response.body.knownLength : nil
        if bodiless { SendBody.discard(response.body, loop: connection.loop) }
        exchange.prepare(bodiless ? .empty : response.body)
        stream.trailers = bodiless ? nil : response.trailers
        let empty = exchange.body?.length == 0 && (bodiless || response.trailers == nil)
        let known = response.prepared
        let failure = HTTP2FieldBlock.with(known == nil ? response.headers : [:], room: 96, fields: 3 + (known?.count ?? 0)) { block in
            block.add(own: ":status", response.status == 200 ? "200" : String(response.status))
            if let known {
                block.add(known)
            } else {
                for (name, value) in response.headers where Self.isForwarded(name, value) && name != "date" {
                    if length == nil || name != "content-length" { block.add(name, value) }
                }
            }
            if let length { block.add(own: "content-length", String(length)) }
            block.add(own: "date", connection.loop.dateCache.current())
            guard !empty else { return nghttp2_submit_response(session, exchange.id, block.fields, block.count, nil) }
            var provider = nghttp2_data_provider(source: nghttp2_data_source(), read_callback: HTTP2Callbacks.read)
            return nghttp2_submit_response(session, exchange.id, block.fields, block.count, &provider)
        }
        if failure != 0 { reset(exchange.id, NGHTTP2_INTERNAL_ERROR) }
        connection.wantsFlush()
    }

    func arrived(_ exchange: ServerExchange) {
        if stream(exchange.id) != nil { resume(exchange.id) }
    }

    override func withBody<Outcome>(_ id: Int32, _ body: (inout SendBody) -> Outcome) -> Outcome? {
        guard let exchange = stream(id)?.exchange else { return nil }
        return exchange.withBody(body)
    }

    override func trailers(_ id: Int32) -> HTTPFields? { stream(id)?.trailers?.fields }

    override func streamSent(_ id: Int32) {
        guard let stream = stream(id) else { return }
        stream.sentAll = true
        // An answer that did not wait for the whole request: the rest is not wanted. Source: RFC 9113, section 8.1.
        if stream.exchange?.isReceived != true || stream.discards { reset(id, NGHTTP2_NO_ERROR) }
    }

    override func streamClosed(_ id: Int32, error: UInt32) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        recent = nil
        stream.exchange?.finish(lost: !stream.sentAll)
        guard streams.isEmpty else { return }
        connection.setMachineDeadline(context.limits.idleTimeout.wholeMilliseconds)
    }

    // MARK: Ends

    override func expired() {
        guard !isClosed else { return }
        nghttp2_session_terminate_session(session, UInt32(NGHTTP2_NO_ERROR.rawValue))
        connection.wantsFlush()
    }

    func shutDown() {
        guard !isClosed, !stopping else { return }
        stopping = true
        let last = nghttp2_session_get_last_proc_stream_id(session)
        nghttp2_submit_goaway(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
        connection.wantsFlush()
    }

    override func lost(_ error: HTTPError?) {
        let open = streams.values
        (streams, recent) = ([:], nil)
        for stream in open { stream.exchange?.finish(lost: true) }
    }
}
