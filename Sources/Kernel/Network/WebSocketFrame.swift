/// What the frames of a WebSocket are. Source: RFC 6455, section 5.2.
enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
}

/// One frame, unmasked.
struct WebSocketFrame: Sendable, Hashable {
    var isLast = true
    let opcode: WebSocketOpcode
    let payload: [UInt8]

    /// The frame as it goes over the wire.
    /// - Parameter mask: a client's key.
    func encoded(mask: [UInt8]?) -> [UInt8] {
        var bytes: [UInt8] = [(isLast ? 0x80 : 0) | opcode.rawValue]
        bytes.reserveCapacity(payload.count + 14)
        let marked: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ..<126: bytes.append(marked | UInt8(payload.count))
        case ..<65_536:
            bytes += [marked | 126, UInt8(payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        default:
            bytes.append(marked | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
        }
        guard let mask else { return bytes + payload }
        bytes += mask
        var masked = payload
        Self.apply(mask, to: &masked)
        return bytes + masked
    }

    /// Masks or unmasks bytes, eight at a time. Source: RFC 6455, section 5.3.
    static func apply(_ mask: [UInt8], to bytes: inout [UInt8]) {
        let key = mask.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let word = (key << 32 | key).bigEndian
        bytes.withUnsafeMutableBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                bytes.storeBytes(
                    of: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ word, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                bytes[index] ^= mask[index & 3]
                index += 1
            }
        }
    }
}

/// Takes frames out of bytes, however they were split. A value without side effects.
struct WebSocketDecoder {
    private let expectsMask: Bool
    private let limit: Int
    private var held: [UInt8] = []
    private var offset = 0

    /// - Parameters:
    ///   - expectsMask: whether the frames are a client's.
    ///   - limit: bytes of one frame's payload.
    init(expectsMask: Bool, limit: Int) { (self.expectsMask, self.limit) = (expectsMask, limit) }

    mutating func append(_ bytes: [UInt8]) {
        if offset == held.count {
            (held, offset) = (bytes, 0)
        } else {
            held.removeFirst(offset)
            offset = 0
            held += bytes
        }
    }

    /// The next whole frame; nil when more bytes are needed.
    /// - Throws: `WebSocketError` 1002 for what breaks the protocol, 1009 beyond the limit.
    mutating func next() throws(WebSocketError) -> WebSocketFrame? {
        let left = held.count - offset
        guard left >= 2 else { return nil }
        let (first, second) = (held[offset], held[offset + 1])
        guard first & 0x70 == 0, let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw WebSocketError(1002, "reserved bits or unknown opcode")
        }
        guard (second & 0x80 != 0) == expectsMask else { throw WebSocketError(1002, "the frame's mask is missing or not allowed") }
        var length = Int(second & 0x7F)
        let isLast = first & 0x80 != 0
        guard !opcode.isControl || isLast && length < 126 else { throw WebSocketError(1002, "a control frame that is long or in parts") }
        let lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0
        let head = 2 + lengthBytes + (expectsMask ? 4 : 0)
        guard left >= head else { return nil }
        if lengthBytes > 0 {
            let digits = held[offset + 2..<offset + 2 + lengthBytes]
            guard digits.first.map({ lengthBytes == 2 || $0 < 0x80 }) == true else { throw WebSocketError(1002, "malformed length") }
            length = digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard length <= limit else { throw WebSocketError(1009, "the message is larger than \(limit) bytes") }
        guard left - head >= length else { return nil }
        let start = offset + head
        var payload = Array(held[start..<start + length])
        if expectsMask {
            let mask = Array(held[start - 4..<start])
            WebSocketFrame.apply(mask, to: &payload)
        }
        offset = start + length
        return WebSocketFrame(isLast: isLast, opcode: opcode, payload: payload)
    }
}
