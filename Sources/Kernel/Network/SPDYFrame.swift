/// A frame of SPDY/3.1, headers decoded.
enum SPDYFrame: Hashable {
    case open(stream: UInt32, headers: HTTPFields, isLast: Bool)
    case reply(stream: UInt32, headers: HTTPFields, isLast: Bool)
    case headers(stream: UInt32, headers: HTTPFields, isLast: Bool)
    case reset(stream: UInt32, status: UInt32)
    case ping(UInt32)
    case goAway(lastStream: UInt32, status: UInt32)
    case data(stream: UInt32, bytes: [UInt8], isLast: Bool)
    /// Settings, window updates and what is not known: without meaning here.
    case other(type: UInt16)

    static let cancel: UInt32 = 5
    static let refused: UInt32 = 3
    static let invalidStream: UInt32 = 2

    /// The frame as it goes over the wire.
    func encoded(_ encoder: SPDYHeaderEncoder) -> [UInt8] {
        switch self {
        case .open(let stream, let headers, let isLast):
            return Self.control(1, isLast, words: [stream, 0], after: [0, 0] + encoder.encode(headers))
        case .reply(let stream, let headers, let isLast):
            return Self.control(2, isLast, words: [stream], after: encoder.encode(headers))
        case .headers(let stream, let headers, let isLast):
            return Self.control(8, isLast, words: [stream], after: encoder.encode(headers))
        case .reset(let stream, let status): return Self.control(3, false, words: [stream, status])
        case .ping(let id): return Self.control(6, false, words: [id])
        case .goAway(let last, let status): return Self.control(7, false, words: [last, status])
        case .data(let stream, let bytes, let isLast):
            var out: [UInt8] = []
            out.reserveCapacity(8 + bytes.count)
            out.append(word: stream & 0x7FFF_FFFF)
            out.append(word: (isLast ? 1 << 24 : 0) | UInt32(bytes.count & 0xFF_FFFF))
            return out + bytes
        case .other: return []
        }
    }

    private static func control(_ type: UInt16, _ isLast: Bool, words: [UInt32], after: [UInt8] = []) -> [UInt8] {
        var out: [UInt8] = [0x80, 3, UInt8(type >> 8), UInt8(truncatingIfNeeded: type)]
        out.append(word: (isLast ? 1 << 24 : 0) | UInt32(words.count * 4 + after.count))
        for word in words { out.append(word: word) }
        return out + after
    }
}

/// Takes frames out of bytes, however they were split.
struct SPDYDecoder {
    private let headers = SPDYHeaderDecoder()
    private var held: [UInt8] = []
    private var offset = 0

    mutating func append(_ bytes: [UInt8]) {
        if offset == held.count {
            (held, offset) = (bytes, 0)
        } else {
            held.removeFirst(offset)
            offset = 0
            held += bytes
        }
    }

    /// The next whole frame; nil when more bytes are needed. - Throws: `HTTPError.malformed`.
    mutating func next() throws(HTTPError) -> SPDYFrame? {
        guard held.count - offset >= 8 else { return nil }
        let (first, second) = (word(offset), word(offset + 4))
        let length = Int(second & 0xFF_FFFF)
        guard held.count - offset - 8 >= length else { return nil }
        let start = offset + 8
        offset = start + length
        let isLast = second >> 24 & 1 == 1
        guard first >> 31 == 1 else {
            return .data(stream: first, bytes: Array(held[start..<start + length]), isLast: isLast)
        }
        guard first >> 16 & 0x7FFF == 3 else { throw .malformed("SPDY: version \(first >> 16 & 0x7FFF)") }
        return try control(UInt16(truncatingIfNeeded: first), isLast, start, length)
    }

    private func control(_ type: UInt16, _ isLast: Bool, _ start: Int, _ length: Int) throws(HTTPError) -> SPDYFrame {
        let shortest: [UInt16: Int] = [1: 10, 2: 4, 3: 8, 6: 4, 7: 8, 8: 4]
        guard length >= shortest[type] ?? 0 else { throw .malformed("SPDY: short frame of type \(type)") }
        switch type {
        case 1: return .open(stream: id(start), headers: try block(start + 10, start + length), isLast: isLast)
        case 2: return .reply(stream: id(start), headers: try block(start + 4, start + length), isLast: isLast)
        case 3: return .reset(stream: id(start), status: word(start + 4))
        case 6: return .ping(word(start))
        case 7: return .goAway(lastStream: id(start), status: word(start + 4))
        case 8: return .headers(stream: id(start), headers: try block(start + 4, start + length), isLast: isLast)
        default: return .other(type: type)
        }
    }

    private func block(_ start: Int, _ end: Int) throws(HTTPError) -> HTTPFields { try headers.decode(Array(held[start..<end])) }
    private func id(_ position: Int) -> UInt32 { word(position) & 0x7FFF_FFFF }
    private func word(_ position: Int) -> UInt32 { held[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) } }
}
