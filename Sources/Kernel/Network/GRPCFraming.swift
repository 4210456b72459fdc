/// Messages within the body of a call: a flag, four bytes of length, the message. Source: doc/PROTOCOL-HTTP2.md.
struct GRPCFraming {
    private let limit: Int
    private var held: [UInt8] = []
    private var offset = 0

    /// - Parameter limit: bytes of one message.
    init(limit: Int) { self.limit = limit }

    mutating func append(_ bytes: [UInt8]) {
        if offset == held.count {
            (held, offset) = (bytes, 0)
        } else {
            held.removeFirst(offset)
            offset = 0
            held += bytes
        }
    }

    /// Whether a message has begun and is not complete.
    var isPartial: Bool { offset < held.count }

    /// The next whole message; nil when more bytes are needed.
    /// - Throws: `GRPCError` `resourceExhausted` beyond the limit, `internal` for a compressed message, which was not asked for.
    mutating func next() throws(GRPCError) -> [UInt8]? {
        guard held.count - offset >= 5 else { return nil }
        let length = held[offset + 1..<offset + 5].reduce(0) { $0 << 8 | Int($1) }
        guard held[offset] == 0 else { throw GRPCError(.internal, "grpc: compressed flag set with identity or empty encoding") }
        guard length <= limit else {
            throw GRPCError(.resourceExhausted, "grpc: received message larger than max (\(length) vs. \(limit))")
        }
        guard held.count - offset - 5 >= length else {
            held.reserveCapacity(offset + 5 + length)
            return nil
        }
        let message = Array(held[offset + 5..<offset + 5 + length])
        offset += 5 + length
        return message
    }

    /// A message as it goes into a body.
    static func frame(_ message: [UInt8]) -> [[UInt8]] {
        let length = UInt32(message.count).bigEndian
        return [[0] + withUnsafeBytes(of: length) { Array($0) }, message]
    }

    /// Undoes the percent-encoding of `grpc-message`; what is no escape stays as it is.
    static func decodeMessage(_ text: String) -> String {
        var out: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(Substring(digits), radix: 16) {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Percent-encodes a message for `grpc-message`.
    static func encodeMessage(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A duration as `grpc-timeout` wants it: at most eight digits and a unit.
    static func timeout(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return milliseconds < 100_000_000 ? "\(milliseconds)m" : "\(min(milliseconds / 1000, 99_999_999))S"
    }
}
