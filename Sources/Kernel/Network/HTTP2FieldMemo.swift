import CNGHTTP2

/// The long field values of a connection's latest requests as strings. A client repeats most of its fields, and HPACK then hands out the
/// same buffer again: the string is made once, and equal strings of one connection are the same object.
struct HTTP2FieldMemo: ~Copyable {
    private struct Known {
        let buffer: OpaquePointer
        let text: String
    }
    /// Values up to this length are strings without an object of their own.
    private static let inlineLength = 15
    /// Longer ones come too rarely to be worth their memory.
    private static let longest = 2048
    private static let limit = 8
    private var known: [Known] = []
    private var next = 0

    deinit { for entry in known { nghttp2_rcbuf_decref(entry.buffer) } }

    /// The text of a value.
    mutating func text(_ buffer: OpaquePointer) -> String {
        let bytes = nghttp2_rcbuf_get_buf(buffer)
        if bytes.len > Self.inlineLength {
            for entry in known where entry.buffer == buffer { return entry.text }
        }
        let text = String(decoding: UnsafeBufferPointer(start: bytes.base, count: bytes.len), as: UTF8.self)
        guard bytes.len > Self.inlineLength, bytes.len <= Self.longest else { return text }
        nghttp2_rcbuf_incref(buffer)
        if known.count < Self.limit {
            known.append(Known(buffer: buffer, text: text))
        } else {
            nghttp2_rcbuf_decref(known[next].buffer)
            known[next] = Known(buffer: buffer, text: text)
            next = (next + 1) % Self.limit
        }
        return text
    }
}
