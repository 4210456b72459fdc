extension Body {
    /// The whole body in one piece.
    /// - Throws: `HTTPError.bodyTooLarge` beyond `limit` bytes (the rest is not read), or what the reader throws.
    package func collect(limit: Int) async throws -> [UInt8] {
        switch self {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
            return bytes
        case .slices(let slices):
            guard slices.reduce(0, { $0 + $1.count }) <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
            return Self.joined(slices)
        case .upgrade: return []
        case .reader, .writer:
            let reader = read()
            var whole: [UInt8] = []
            while let piece = try await reader.next() {
                guard whole.count + piece.count <= limit else {
                    reader.cancel()
                    throw HTTPError.bodyTooLarge(limit: limit)
                }
                if whole.isEmpty { whole = piece } else { whole += piece }
            }
            return whole
        }
    }

    /// A reader for any kind of body. A writer's closure is called at once.
    package func read() -> any BodyReader {
        if case .reader(let reader) = self { return reader }
        let pipe = BodyPipe()
        switch self {
        case .bytes(let bytes):
            pipe.write(bytes)
            pipe.finish(error: false)
        case .slices(let slices):
            for slice in slices { pipe.write(slice) }
            pipe.finish(error: false)
        case .writer(let produce): produce(pipe)
        case .upgrade: pipe.finish(error: false)
        case .reader: break
        }
        return PipeReader(pipe)
    }

    /// Bytes of the whole; nil where a reader or writer decides.
    var knownLength: Int? {
        switch self {
        case .bytes(let bytes): bytes.count
        case .slices(let slices): slices.reduce(0) { $0 + $1.count }
        case .reader, .writer, .upgrade: nil
        }
    }

    /// The same body as bytes or a reader, the two forms that receivers know.
    package var received: Body {
        switch self {
        case .bytes, .reader, .upgrade: self
        case .slices(let slices): .bytes(Self.joined(slices))
        case .writer: .reader(read())
        }
    }

    /// The pieces in one, copied whole and not byte by byte.
    private static func joined(_ slices: [[UInt8]]) -> [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(slices.reduce(0) { $0 + $1.count })
        for slice in slices { whole += slice }
        return whole
    }
}
