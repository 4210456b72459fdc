import CNGHTTP2

/// An HTTP/2 connection: nghttp2 reads and writes the frames, subclasses give them meaning. Source: RFC 9113.
class HTTP2Session: ConnectionProtocol {
    let connection: Connection
    /// Valid as long as this object.
    private(set) var session: OpaquePointer?
    private let controlLimit: Int
    private var controlFrames = 0
    private var controlSecond: UInt64 = 0
    private(set) var isClosed = false

    /// - Parameters:
    ///   - server: which side this is.
    ///   - controlLimit: control frames granted to the peer within a second.
    init(connection: Connection, server: Bool, controlLimit: Int) {
        self.connection = connection
        self.controlLimit = controlLimit
        var option: OpaquePointer?
        nghttp2_option_new(&option)
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_option_set_stream_reset_rate_limit(option, UInt64(controlLimit), UInt64(controlLimit))
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = HTTP2Memory.with { memory in
            if server {
                nghttp2_session_server_new3(&session, http2Callbacks.pointer, context, option, memory)
            } else {
                nghttp2_session_client_new3(&session, http2Callbacks.pointer, context, option, memory)
            }
        }
        nghttp2_option_del(option)
    }

    deinit { nghttp2_session_del(session) }

    /// Sends our settings and widens the connection's window, which single streams' windows then bound.
    func submitSettings(_ settings: [(id: nghttp2_settings_id, value: Int)], connectionWindow: Int) {
        let entries = settings.map { nghttp2_settings_entry(settings_id: Int32($0.id.rawValue), value: UInt32($0.value)) }
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(connectionWindow))
        connection.wantsFlush()
    }

    // MARK: The connection's calls

    final func received(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        let used = nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        if used < 0 { connection.close(.malformed(String(cString: nghttp2_strerror(Int32(used))))) } else { connection.wantsFlush() }
    }

    final func produce() {
        while !isClosed, connection.output.count < Connection.outputMark {
            var data: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &data)
            guard count > 0, let data else {
                if count < 0 { connection.close(.malformed(String(cString: nghttp2_strerror(Int32(count))))) }
                break
            }
            connection.output.append(copying: UnsafeRawBufferPointer(start: data, count: count))
        }
        guard !isClosed, nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 else { return }
        connection.closeAfterSending()
    }

    func sent() {}
    func ended() { connection.close(nil) }
    func expired() {}

    final func closed(_ error: HTTPError?) {
        guard !isClosed else { return }
        isClosed = true
        lost(error)
    }

    // MARK: What subclasses do

    func lost(_ error: HTTPError?) {}
    func headersBegin(_ stream: Int32) {}
    /// - Parameter value: nghttp2's buffer of the value, valid during the call.
    func header(_ stream: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: OpaquePointer) {}
    /// - Parameter last: no more will follow on the stream.
    func headersEnd(_ stream: Int32, last: Bool) {}
    func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer) {}
    func streamEnded(_ stream: Int32) {}
    func streamClosed(_ stream: Int32, error: UInt32) {}
    /// The last frame of ours has gone out on the stream.
    func streamSent(_ stream: Int32) {}
    /// The peer's settings have changed.
    func settingsReceived() {}
    /// The peer says that it will take no further streams.
    func goingAway(lastStream: Int32) {}
    /// The fields that go out behind the body of a stream; nil for none. Asked once the body has ended.
    func trailers(_ stream: Int32) -> HTTPFields? { nil }
    /// The body that is being sent on a stream; nil when there is none.
    func withBody<Outcome>(_ stream: Int32, _ body: (inout SendBody) -> Outcome) -> Outcome? { nil }

    // MARK: Shared work

    /// Counts a frame that costs the peer little; too many end the connection.
    private func countControlFrame() {
        let second = connection.loop.now / 1000
        if second != controlSecond { (controlSecond, controlFrames) = (second, 0) }
        controlFrames += 1
        if controlFrames == controlLimit { nghttp2_session_terminate_session(session, UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue)) }
    }

    /// Bytes of a body were used up: the stream's window opens again. The connection's opened when they came.
    final func consume(_ stream: Int32, _ bytes: Int) {
        guard !isClosed, bytes > 0 else { return }
        nghttp2_session_consume_stream(session, stream, bytes)
        connection.wantsFlush()
    }

    final func reset(_ stream: Int32, _ code: nghttp2_error_code) {
        guard !isClosed else { return }
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(code.rawValue))
        connection.wantsFlush()
    }

    /// More of a body can be sent.
    final func resume(_ stream: Int32) {
        guard !isClosed else { return }
        nghttp2_session_resume_data(session, stream)
        connection.wantsFlush()
    }

    /// Queues the trailers of a stream whose body has ended. False when it has none.
    final func submitTrailers(_ stream: Int32) -> Bool {
        guard let trailers = trailers(stream) else { return false }
        return Self.withFields([], trailers) { nghttp2_submit_trailer(session, stream, $0, $1) } == 0
    }

    /// Calls `body` with the fields as nghttp2 wants them. Fields of one hop are left out.
    static func withFields<Outcome>(
        _ pseudo: [(String, String)], _ fields: HTTPFields,
        _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Outcome
    ) -> Outcome {
        var room = 0
        for (name, value) in pseudo { room += name.utf8.count + value.utf8.count }
        return HTTP2FieldBlock.with(fields, room: room, fields: pseudo.count) { block in
            for (name, value) in pseudo { block.add(name, value) }
            for (name, value) in fields where isForwarded(name, value) { block.add(name, value) }
            return body(block.fields, block.count)
        }
    }

    /// The one field of a hop that HTTP/2 knows is `te: trailers`. Source: RFC 9113, section 8.2.2.
    static func isForwarded(_ name: String, _ value: String) -> Bool {
        !HTTP1Encoder.isHopByHop(name) || name == "te" && value == "trailers"
    }

    /// A whole frame has come.
    final func frame(_ frame: nghttp2_frame) {
        let header = frame.hd
        let last = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue: headersEnd(header.stream_id, last: last)
        case NGHTTP2_DATA.rawValue:
            if header.length == 0, !last { countControlFrame() }
            if last { streamEnded(header.stream_id) }
        case NGHTTP2_SETTINGS.rawValue:
            countControlFrame()
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { settingsReceived() }
        case NGHTTP2_PING.rawValue, NGHTTP2_PRIORITY.rawValue, NGHTTP2_RST_STREAM.rawValue:
            countControlFrame()
        case NGHTTP2_GOAWAY.rawValue: goingAway(lastStream: frame.goaway.last_stream_id)
        default: break
        }
    }
}
