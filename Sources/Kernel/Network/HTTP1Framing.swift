/// How a message's body is delimited. Source: RFC 9112, section 6.3.
enum HTTP1Framing: Hashable, Sendable {
    case none
    case length(Int)
    case chunked
    case untilClose

    /// Finds the framing of a request. Anything that two parsers could read differently is refused.
    static func request(_ head: HTTP1Head) throws(HTTP1Failure) -> HTTP1Framing {
        let codings = head.fields.all("transfer-encoding")
        let length = try contentLength(head.fields)
        guard !codings.isEmpty else { return length.map { .length($0) } ?? .none }
        guard length == nil else { throw HTTP1Failure(400, "both content-length and transfer-encoding") }
        guard !head.oldVersion else { throw HTTP1Failure(400, "transfer-encoding in HTTP/1.0") }
        guard codings.count == 1, codings[0].lowercased() == "chunked" else { throw HTTP1Failure(501, "unsupported transfer-encoding") }
        return .chunked
    }

    /// Finds the framing of the response to a request with `method`.
    static func response(_ head: HTTP1Head, status: Int, method: String) throws(HTTP1Failure) -> HTTP1Framing {
        if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .none }
        let codings = head.fields.all("transfer-encoding")
        if !codings.isEmpty {
            guard codings.count == 1, codings[0].lowercased() == "chunked" else { throw HTTP1Failure(502, "unsupported transfer-encoding") }
            return .chunked
        }
        return try contentLength(head.fields).map { .length($0) } ?? .untilClose
    }

    private static func contentLength(_ fields: HTTPFields) throws(HTTP1Failure) -> Int? {
        let values = fields.all("content-length")
        guard let value = values.first else { return nil }
        guard values.count == 1, let length = parseContentLength(value) else { throw HTTP1Failure(400, "malformed content-length") }
        return length
    }
}

/// Digits only: no sign, no list, no overflow.
func parseContentLength(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
}
