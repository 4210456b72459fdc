/// Takes HTTP/1 messages apart, however the bytes were split on their way. A value without side effects.
struct HTTP1Decoder {
    enum Event {
        case head(HTTP1Head)
        /// Bytes of the body, valid until the next call.
        case body(UnsafeRawBufferPointer)
        case end
    }
    private enum State {
        case head
        case body(remaining: Int)
        case untilClose
        case chunk(HTTP1ChunkState)
        case finished
        case done
    }
    private let isRequest: Bool
    private let maxHead: Int
    private let maxFields: Int
    private var state = State.head
    private var held: [UInt8] = []

    /// - Parameter maxHead: bytes of start line and fields together.
    init(request: Bool, maxHead: Int, maxFields: Int) {
        isRequest = request
        self.maxHead = maxHead
        self.maxFields = maxFields
    }

    /// Whether part of a head has come.
    var isInsideHead: Bool { !held.isEmpty }
    /// Whether a message is complete and the next has not begun.
    var isBetweenMessages: Bool {
        if case .head = state { return held.isEmpty }
        return false
    }

    /// Says how the body of the head just returned is delimited.
    mutating func setFraming(_ framing: HTTP1Framing) {
        switch framing {
        case .none, .length(0): state = .finished
        case .length(let length): state = .body(remaining: length)
        case .chunked: state = .chunk(HTTP1ChunkState())
        case .untilClose: state = .untilClose
        }
    }

    /// Makes ready for the next message, after `.end`.
    mutating func reset() { state = .head }

    /// The peer has closed: the end of a body delimited by that. False when it cut a message short.
    mutating func finish() -> Bool {
        guard case .untilClose = state else { return isBetweenMessages }
        state = .done
        return true
    }

    /// The next event out of `input`, which is advanced; nil when more bytes are needed or the message is over.
    mutating func next(_ input: inout UnsafeRawBufferPointer) throws(HTTP1Failure) -> Event? {
        switch state {
        case .head: return try head(&input).map { .head($0) }
        case .body(let remaining):
            guard !input.isEmpty else { return nil }
            let piece = input.takeFirst(remaining)
            state = piece.count == remaining ? .finished : .body(remaining: remaining - piece.count)
            return .body(piece)
        case .untilClose:
            guard !input.isEmpty else { return nil }
            return .body(input.takeFirst(input.count))
        case .chunk(var chunk):
            let piece = try chunk.next(&input, maxTrailers: maxHead)
            state = chunk.isDone ? .finished : .chunk(chunk)
            if let piece { return .body(piece) }
            return chunk.isDone ? finishMessage() : nil
        case .finished: return finishMessage()
        case .done: return nil
        }
    }

    private mutating func finishMessage() -> Event {
        state = .done
        return .end
    }

    private mutating func head(_ input: inout UnsafeRawBufferPointer) throws(HTTP1Failure) -> HTTP1Head? {
        if held.isEmpty {
            // Empty lines before a request are skipped. Source: RFC 9112, section 2.2.
            while isRequest, input.count >= 2, input[0] == 0x0D, input[1] == 0x0A { _ = input.takeFirst(2) }
            if let end = endOfHead(input, from: 0) {
                guard end <= maxHead else { throw HTTP1Failure(431, "the header is too large") }
                return try HTTP1Head.parse(input.takeFirst(end), request: isRequest, maxFields: maxFields)
            }
            guard input.count <= maxHead else { throw HTTP1Failure(431, "the header is too large") }
            held = Array(input.takeFirst(input.count))
            return nil
        }
        let before = held.count
        let offered = input.prefix(maxHead + 4 - min(before, maxHead))
        held.append(contentsOf: offered)
        let end = held.withUnsafeBytes { endOfHead($0, from: max(0, before - 3)) }
        guard let end else {
            guard held.count <= maxHead else { throw HTTP1Failure(431, "the header is too large") }
            _ = input.takeFirst(offered.count)
            return nil
        }
        guard end <= maxHead else { throw HTTP1Failure(431, "the header is too large") }
        _ = input.takeFirst(end - before)
        let whole = held
        held = []
        var start = 0
        while isRequest, whole.count >= start + 2, whole[start] == 0x0D, whole[start + 1] == 0x0A { start += 2 }
        if start >= end { return try head(&input) }
        return try whole.withUnsafeBytes { bytes in
            Result { () throws(HTTP1Failure) in
                try HTTP1Head.parse(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), request: isRequest, maxFields: maxFields)
            }
        }.get()
    }

    /// The position behind the first empty line.
    private func endOfHead(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start + 3
        while index < bytes.count {
            switch bytes[index] {
            case 0x0A:
                if bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A, bytes[index - 3] == 0x0D { return index + 1 }
                index += 2
            case 0x0D: index += 1
            default: index += 4
            }
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Splits off at most `count` bytes from the front.
    mutating func takeFirst(_ count: Int) -> UnsafeRawBufferPointer {
        let taken = Swift.min(count, self.count)
        let front = UnsafeRawBufferPointer(rebasing: self[..<taken])
        self = UnsafeRawBufferPointer(rebasing: self[taken...])
        return front
    }
}
