import CNGHTTP2

/// A client's HTTP/2 connection: any number of requests at a time.
final class HTTP2Client: HTTP2Session, ClientProtocol, ExchangeCarrier {
    private final class Stream {
        let exchange: ClientExchange
        var status = 0
        var fields = HTTPFields()
        var headerBytes = 0
        init(_ exchange: ClientExchange) { self.exchange = exchange }
    }
    private static let maxHeader = 262_144
    private let authority: String
    private let responseTimeout: UInt64?
    private let idleTimeout: UInt64
    private let unusable: () -> Void
    private let capacity: (Int) -> Void
    private var streams: [Int32: Stream] = [:]
    private var memo = HTTP2FieldMemo()
    /// When a response may be overdue, in the loop's milliseconds.
    private var nextCheck = UInt64.max

    /// - Parameters:
    ///   - unusable: called on the loop when the connection can take no further request.
    ///   - capacity: told how many requests the server takes at a time.
    init(
        connection: Connection, authority: String, timeouts: HTTPTimeouts, unusable: @escaping () -> Void,
        capacity: @escaping (Int) -> Void
    ) {
        (self.authority, self.unusable, self.capacity) = (authority, unusable, capacity)
        (responseTimeout, idleTimeout) = (timeouts.response?.wholeMilliseconds, timeouts.idle.wholeMilliseconds)
        super.init(connection: connection, server: false, controlLimit: 10_000)
        submitSettings(
            [(NGHTTP2_SETTINGS_ENABLE_PUSH, 0), (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20)], connectionWindow: 1 << 24)
    }

    func start(_ exchange: ClientExchange) {
        guard !isClosed else { return exchange.fail(.connectionLost("the connection was closed"), unprocessed: true) }
        guard exchange.start(self) else { return }
        let request = exchange.request
        var headers = request.headers
        let host = headers["host"] ?? authority
        headers["host"] = nil
        headers["content-length"] = exchange.body?.length.flatMap { $0 > 0 ? String($0) : nil } ?? headers["content-length"]
        let empty = exchange.body?.length == 0
        exchange.isSent = empty
        let pseudo = [
            (":method", request.method), (":scheme", connection.isSecure ? "https" : "http"), (":authority", host),
            (":path", request.target),
        ]
        let id = Self.withFields(pseudo, headers) { fields, count in
            guard !empty else { return nghttp2_submit_request(session, nil, fields, count, nil, nil) }
            var provider = nghttp2_data_provider(source: nghttp2_data_source(), read_callback: HTTP2Callbacks.read)
            return nghttp2_submit_request(session, nil, fields, count, &provider, nil)
        }
        guard id > 0 else {
            unusable()
            return exchange.fail(.connectionLost(String(cString: nghttp2_strerror(id))), unprocessed: true)
        }
        exchange.id = id
        streams[id] = Stream(exchange)
        if let responseTimeout { exchange.deadline = connection.loop.now + responseTimeout }
        if streams.count == 1 { nextCheck = .max }
        if exchange.deadline < nextCheck || streams.count == 1 { check(at: exchange.deadline) }
        connection.wantsFlush()
    }

    // MARK: Responses

    override func header(_ id: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: OpaquePointer) {
        guard let stream = streams[id], !stream.exchange.hasHead || stream.exchange.trailers != nil else { return }
        stream.headerBytes += name.count + nghttp2_rcbuf_get_buf(value).len + 32
        guard stream.headerBytes <= Self.maxHeader else { return reset(id, NGHTTP2_ENHANCE_YOUR_CALM) }
        let text = memo.text(value)
        if name.first == UInt8(ascii: ":") {
            if !stream.exchange.hasHead { stream.status = Int(text) ?? 0 }
        } else {
            stream.fields.add(String(decoding: name, as: UTF8.self), text)
        }
    }

    override func headersEnd(_ id: Int32, last: Bool) {
        guard let stream = streams[id] else { return }
        if stream.exchange.hasHead {
            stream.exchange.trailers?.fields = stream.fields
            if last { streamEnded(id) }
            return
        }
        guard stream.status >= 200 else {
            (stream.status, stream.fields) = (0, [:])
            return
        }
        stream.exchange.receive(status: stream.status, headers: stream.fields, hasBody: !last)
        stream.fields = [:]
        if last { streamEnded(id) }
    }

    override func data(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let exchange = streams[id]?.exchange else { return }
        exchange.receive(bytes)
        if !exchange.streamsBody { consume(id, bytes.count) }
    }

    override func streamEnded(_ id: Int32) {
        // The response is whole, though the request may not be: what is left of that is not wanted.
        guard let exchange = streams[id]?.exchange, !exchange.isSent else { return }
        reset(id, NGHTTP2_NO_ERROR)
    }

    override func streamSent(_ id: Int32) { streams[id]?.exchange.isSent = true }

    override func streamClosed(_ id: Int32, error: UInt32) {
        guard let exchange = streams.removeValue(forKey: id)?.exchange else { return }
        if error == NGHTTP2_NO_ERROR.rawValue, exchange.hasHead {
            exchange.complete()
        } else {
            let reason = "the server reset the stream: \(String(cString: nghttp2_http2_strerror(error)))"
            exchange.fail(.connectionLost(reason), unprocessed: error == NGHTTP2_REFUSED_STREAM.rawValue)
        }
        if streams.isEmpty { connection.setMachineDeadline(idleTimeout) }
    }

    override func settingsReceived() {
        capacity(Int(nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)))
    }

    override func goingAway(lastStream: Int32) { unusable() }

    func consumed(_ exchange: ClientExchange, _ bytes: Int) {
        if streams[exchange.id] != nil { consume(exchange.id, bytes) }
    }

    func cancel(_ exchange: ClientExchange) {
        guard streams.removeValue(forKey: exchange.id) != nil else { return }
        reset(exchange.id, NGHTTP2_CANCEL)
        if streams.isEmpty { connection.setMachineDeadline(idleTimeout) }
    }

    func arrived(_ exchange: ClientExchange) {
        if streams[exchange.id] != nil { resume(exchange.id) }
    }

    override func withBody<Outcome>(_ id: Int32, _ body: (inout SendBody) -> Outcome) -> Outcome? {
        streams[id]?.exchange.withBody(body)
    }

    // MARK: Ends

    /// Times out what is overdue, and looks again when the next response is due.
    override func expired() {
        guard !streams.isEmpty else { return connection.close(nil) }
        let now = connection.loop.now
        let overdue = streams.filter { $0.value.exchange.deadline <= now }
        // Perhaps the server has gone without a word: what comes next tries a new connection.
        if !overdue.isEmpty { unusable() }
        for (id, stream) in overdue {
            streams[id] = nil
            stream.exchange.fail(.timedOut, unprocessed: false)
            reset(id, NGHTTP2_CANCEL)
        }
        guard !streams.isEmpty else { return connection.endWithin(1_000) }
        check(at: streams.values.map(\.exchange.deadline).min() ?? .max)
    }

    /// Has `expired` called at a time; never for the end of time.
    private func check(at deadline: UInt64) {
        nextCheck = deadline
        let now = connection.loop.now
        connection.setMachineDeadline(deadline == .max ? nil : deadline > now ? deadline - now : 0)
    }

    override func ended() { connection.close(.connectionLost("the server closed the connection")) }

    override func lost(_ error: HTTPError?) {
        unusable()
        let open = streams.values
        streams = [:]
        for stream in open { stream.exchange.fail(error ?? .connectionLost("the connection was closed"), unprocessed: false) }
    }
}
