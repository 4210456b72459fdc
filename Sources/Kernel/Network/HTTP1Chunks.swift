/// Where in a chunked body a decoder is. Source: RFC 9112, section 7.1. Extensions and trailers are skipped.
struct HTTP1ChunkState {
    private enum Step {
        case size(digits: Int)
        case extensions, sizeEnd, data, dataReturn, dataEnd
        case trailerStart, trailer, trailerEnd, lastEnd
    }
    private var step = Step.size(digits: 0)
    private var size = 0
    private var skipped = 0
    private(set) var isDone = false

    /// The next piece of data; nil when more input is needed or the body is over.
    mutating func next(_ input: inout UnsafeRawBufferPointer, maxTrailers: Int) throws(HTTP1Failure) -> UnsafeRawBufferPointer? {
        while !input.isEmpty, !isDone {
            if case .data = step {
                let piece = input.takeFirst(size)
                size -= piece.count
                if size == 0 { step = .dataReturn }
                return piece
            }
            try advance(input.takeFirst(1)[0])
            guard skipped <= maxTrailers else { throw HTTP1Failure(431, "chunk extensions or trailers are too large") }
        }
        return nil
    }

    private mutating func advance(_ byte: UInt8) throws(HTTP1Failure) {
        switch step {
        case .size(let digits): try readSize(byte, digits: digits)
        case .extensions:
            skipped += 1
            if byte == 0x0D { step = .sizeEnd } else { try check(byte) }
        case .sizeEnd:
            try expect(byte, 0x0A)
            step = size == 0 ? .trailerStart : .data
        case .data: break
        case .dataReturn:
            try expect(byte, 0x0D)
            step = .dataEnd
        case .dataEnd:
            try expect(byte, 0x0A)
            step = .size(digits: 0)
        case .trailerStart:
            if byte == 0x0D {
                step = .lastEnd
            } else {
                guard isTokenByte(byte) else { throw HTTP1Failure(400, "malformed trailer") }
                step = .trailer
            }
        case .trailer:
            skipped += 1
            if byte == 0x0D { step = .trailerEnd } else { try check(byte) }
        case .trailerEnd:
            try expect(byte, 0x0A)
            step = .trailerStart
        case .lastEnd:
            try expect(byte, 0x0A)
            isDone = true
        }
    }

    private mutating func readSize(_ byte: UInt8, digits: Int) throws(HTTP1Failure) {
        let digit: UInt8
        switch byte {
        case 0x30...0x39: digit = byte - 0x30
        case 0x41...0x46: digit = byte - 0x37
        case 0x61...0x66: digit = byte - 0x57
        case 0x0D where digits > 0:
            step = .sizeEnd
            return
        case 0x3B, 0x20, 0x09:
            guard digits > 0 else { throw HTTP1Failure(400, "malformed chunk size") }
            step = .extensions
            return
        default: throw HTTP1Failure(400, "malformed chunk size")
        }
        guard digits < 15 else { throw HTTP1Failure(400, "the chunk is too large") }
        size = (digits == 0 ? 0 : size << 4) | Int(digit)
        step = .size(digits: digits + 1)
    }

    private func expect(_ byte: UInt8, _ wanted: UInt8) throws(HTTP1Failure) {
        guard byte == wanted else { throw HTTP1Failure(400, "malformed chunk") }
    }

    private func check(_ byte: UInt8) throws(HTTP1Failure) {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw HTTP1Failure(400, "control character in a chunk header") }
    }
}
