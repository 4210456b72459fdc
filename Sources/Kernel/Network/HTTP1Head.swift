/// What a peer did wrong, as the status that it is answered with.
struct HTTP1Failure: Error, Hashable {
    let status: Int
    let reason: String
    init(_ status: Int, _ reason: String) { (self.status, self.reason) = (status, reason) }
}

/// The start line and fields of a message. Source: RFC 9112, sections 2 to 5.
struct HTTP1Head: Sendable, Hashable {
    enum Start: Sendable, Hashable {
        case request(method: String, target: String)
        case response(status: Int)
    }
    var start: Start
    /// Whether the message is of HTTP/1.0.
    var oldVersion: Bool
    var fields: HTTPFields

    /// Parses a head; `bytes` end behind the empty line.
    static func parse(_ bytes: UnsafeRawBufferPointer, request: Bool, maxFields: Int) throws(HTTP1Failure) -> HTTP1Head {
        var cursor = 0
        let line = try nextLine(bytes, &cursor)
        var head = request ? try requestLine(line) : try statusLine(line)
        while cursor < bytes.count {
            let line = try nextLine(bytes, &cursor)
            if line.isEmpty { break }
            guard head.fields.count < maxFields else { throw HTTP1Failure(431, "too many header fields") }
            try addField(line, to: &head.fields)
        }
        return head
    }

    private static func nextLine(_ bytes: UnsafeRawBufferPointer, _ cursor: inout Int) throws(HTTP1Failure) -> UnsafeRawBufferPointer {
        let start = cursor
        while cursor < bytes.count, bytes[cursor] != 0x0A { cursor += 1 }
        guard cursor < bytes.count, cursor > start, bytes[cursor - 1] == 0x0D else {
            throw HTTP1Failure(400, "a line does not end in CRLF")
        }
        let line = UnsafeRawBufferPointer(rebasing: bytes[start..<cursor - 1])
        cursor += 1
        return line
    }

    private static func requestLine(_ line: UnsafeRawBufferPointer) throws(HTTP1Failure) -> HTTP1Head {
        guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last, first > 0 else {
            throw HTTP1Failure(400, "malformed request line")
        }
        let (method, target) = (line[..<first], line[(first + 1)..<last])
        guard method.allSatisfy(isTokenByte) else { throw HTTP1Failure(400, "malformed method") }
        guard !target.isEmpty, target.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw HTTP1Failure(400, "malformed request target") }
        let oldVersion = try version(UnsafeRawBufferPointer(rebasing: line[(last + 1)...]))
        guard let text = String(validating: target, as: UTF8.self) else { throw HTTP1Failure(400, "the request target is not UTF-8") }
        return HTTP1Head(start: .request(method: methodName(method), target: text), oldVersion: oldVersion, fields: [:])
    }

    private static func statusLine(_ line: UnsafeRawBufferPointer) throws(HTTP1Failure) -> HTTP1Head {
        guard line.count >= 12, line[8] == 0x20, line.count == 12 || line[12] == 0x20 else {
            throw HTTP1Failure(502, "malformed status line")
        }
        let oldVersion = try version(UnsafeRawBufferPointer(rebasing: line[..<8]))
        var status = 0
        for byte in line[9..<12] {
            guard byte >= 0x30, byte <= 0x39 else { throw HTTP1Failure(502, "malformed status") }
            status = status * 10 + Int(byte - 0x30)
        }
        guard status >= 100 else { throw HTTP1Failure(502, "malformed status") }
        return HTTP1Head(start: .response(status: status), oldVersion: oldVersion, fields: [:])
    }

    /// Whether it is HTTP/1.0.
    private static func version(_ text: UnsafeRawBufferPointer) throws(HTTP1Failure) -> Bool {
        guard text.count == 8, text[..<5].elementsEqual("HTTP/".utf8), text[6] == 0x2E else { throw HTTP1Failure(400, "malformed version") }
        guard text[5] == 0x31, text[7] == 0x30 || text[7] == 0x31 else { throw HTTP1Failure(505, "unsupported version") }
        return text[7] == 0x30
    }

    private static func methodName(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        if bytes.elementsEqual("GET".utf8) { return "GET" }
        if bytes.elementsEqual("POST".utf8) { return "POST" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Adds `name: value`. Folded lines, spaces before the colon and control characters are refused: they are how requests are smuggled.
    private static func addField(_ line: UnsafeRawBufferPointer, to fields: inout HTTPFields) throws(HTTP1Failure) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { throw HTTP1Failure(400, "malformed header field") }
        guard line[..<colon].allSatisfy(isTokenByte) else { throw HTTP1Failure(400, "malformed header name") }
        var (start, end) = (colon + 1, line.count)
        while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        guard line[start..<end].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw HTTP1Failure(400, "control character in a header value")
        }
        let name = String(unsafeUninitializedCapacity: colon) { room in
            for index in 0..<colon {
                let byte = line[index]
                room[index] = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            }
            return colon
        }
        fields.add(name, String(decoding: line[start..<end], as: UTF8.self))
    }
}

/// Whether a byte may stand in a token. Source: RFC 9110, section 5.6.2.
@inline(__always) func isTokenByte(_ byte: UInt8) -> Bool {
    // Bits 0...63 and 64...127 of the set !#$%&'*+-.^_`|~, digits and letters.
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
    return byte < 128 && high >> UInt64(byte - 64) & 1 == 1
}
