import CNGHTTP2

/// nghttp2's callbacks, made once for all sessions.
struct HTTP2Callbacks: @unchecked Sendable {
    let pointer: OpaquePointer?

    init() {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        pointer = callbacks
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            if let frame { session(context)?.headersBegin(frame.pointee.hd.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback2(callbacks) { _, frame, name, value, _, context in
            if let frame, let name, let value {
                let bytes = nghttp2_rcbuf_get_buf(name)
                session(context)?.header(frame.pointee.hd.stream_id, UnsafeBufferPointer(start: bytes.base, count: bytes.len), value)
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            if let frame { session(context)?.frame(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { native, _, stream, bytes, count, context in
            nghttp2_session_consume_connection(native, count)
            session(context)?.data(stream, UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, error, context in
            session(context)?.streamClosed(stream, error: error)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, context in
            guard let header = frame?.pointee.hd, header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return 0 }
            let type = UInt32(header.type)
            if type == NGHTTP2_DATA.rawValue || type == NGHTTP2_HEADERS.rawValue { session(context)?.streamSent(header.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, head, length, _, context in
            guard let frame, let session = session(context) else { return Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
            let output = session.connection
            guard output.output.count < Connection.outputMark else { return Int32(NGHTTP2_ERR_WOULDBLOCK.rawValue) }
            output.output.append(copying: UnsafeRawBufferPointer(start: head, count: 9))
            let sent: Void? = session.withBody(frame.pointee.hd.stream_id) { $0.move(length, to: &output.output) }
            return sent == nil ? Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) : 0
        }
    }

    /// Asks a stream's body for its next piece; the bytes themselves go straight to the output in the send callback.
    static let read: nghttp2_data_source_read_callback = { _, stream, _, room, flags, _, context in
        guard let session = session(context) else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
        var ends = false
        let piece = session.withBody(stream) { body in
            if body.isBroken { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
            let count = min(body.available, room)
            if count == body.available, body.isLast {
                flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
                ends = true
            }
            if count == 0 { return body.isLast ? 0 : Int(NGHTTP2_ERR_DEFERRED.rawValue) }
            flags?.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
            return count
        }
        if ends, session.submitTrailers(stream) { flags?.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue }
        return piece ?? Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
}

let http2Callbacks = HTTP2Callbacks()

private func session(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
    context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}
