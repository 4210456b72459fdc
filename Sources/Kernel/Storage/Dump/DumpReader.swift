package import Control
package import Documents

/// Reads a dump piece by piece, in whatever pieces it comes.
package struct DumpReader: Sendable {
    /// What a dump tells, in the order in which it was written.
    package enum Item: Sendable {
        /// What the dump is of.
        case header(Value)
        /// A realm begins.
        case realm(name: String, birth: Timestamp, revision: Revision)
        /// A document of the realm that began last, with its revisions of then.
        case entry(key: String, Encoded, revision: Revision, created: Revision)
        /// Everything was there.
        case end
    }
    private enum Phase { case magic, header, items, ended }
    private var bytes: [UInt8] = []
    /// How much of `bytes` was read, and how many bytes were before them.
    private var position = 0
    private var dropped = 0
    private var phase = Phase.magic
    private var checksum: UInt32 = 0
    private var realms: Int64 = 0
    private var entries: Int64 = 0

    package init() {}

    /// Takes the next piece.
    package mutating func feed(_ piece: [UInt8]) {
        if position > 0 {
            bytes.removeFirst(position)
            dropped += position
            position = 0
        }
        bytes += piece
    }

    /// The next item; nil when more must be fed first.
    /// - Throws: `DumpError`.
    package mutating func next() throws(DumpError) -> Item? {
        if case .magic = phase {
            let magic = DumpFormat.magic
            guard bytes.count >= magic.count else {
                guard magic.starts(with: bytes) else { throw .notADump }
                return nil
            }
            guard bytes.starts(with: magic) else { throw .notADump }
            (position, phase) = (magic.count, .header)
        }
        if case .ended = phase {
            guard position == bytes.count else { throw .damaged(offset: dropped + position) }
            return nil
        }
        guard bytes.count - position >= DumpFormat.frameHeaderBytes else { return nil }
        let length = Int(number(at: position, UInt32.self))
        guard length >= 1, length <= DumpFormat.longestFrame else { throw .damaged(offset: dropped + position) }
        let body = position + DumpFormat.frameHeaderBytes
        guard bytes.count - body >= length else { return nil }
        let sum = DumpFormat.checksum(bytes[body..<(body + length)], after: checksum)
        guard sum == number(at: position + 4, UInt32.self), let kind = DumpFormat.Kind(rawValue: bytes[body]),
            let item = item(kind, body + 1, body + length)
        else { throw .damaged(offset: dropped + position) }
        (checksum, position) = (sum, body + length)
        return item
    }

    /// To be called when nothing more comes.
    /// - Throws: `DumpError.truncated` unless the end was read.
    package func finish() throws(DumpError) {
        guard case .ended = phase else {
            if case .magic = phase { throw .notADump }
            throw .truncated
        }
    }

    /// What a frame says; nil when it may not stand there or is too short.
    private mutating func item(_ kind: DumpFormat.Kind, _ start: Int, _ end: Int) -> Item? {
        switch (phase, kind) {
        case (.header, .header):
            guard let header = try? JSON.parse(Array(bytes[start..<end])) else { return nil }
            phase = .items
            return .header(header)
        case (.items, .realm):
            guard end - start >= 16, let name = text(start + 16, end) else { return nil }
            realms += 1
            let birth = Timestamp(nanoseconds: number(at: start + 8, Int64.self))
            return .realm(name: name, birth: birth, revision: number(at: start, Int64.self))
        case (.items, .entry): return realms > 0 ? entry(start, end) : nil
        case (.items, .end):
            guard end - start == 16, number(at: start, Int64.self) == realms, number(at: start + 8, Int64.self) == entries else {
                return nil
            }
            phase = .ended
            return .end
        default: return nil
        }
    }
    private mutating func entry(_ start: Int, _ end: Int) -> Item? {
        let key = start + 25
        guard end >= key else { return nil }
        let document = key + Int(number(at: start + 21, UInt32.self))
        guard document <= end, let name = text(key, document) else { return nil }
        let gap = number(at: start + 16, UInt32.self)
        guard gap == DumpFormat.noGap || Int(gap) <= end - document else { return nil }
        entries += 1
        let encoded = Encoded(
            bytes: Array(bytes[document..<end]), gap: gap == DumpFormat.noGap ? nil : Int(gap), comma: bytes[start + 20] != 0)
        return .entry(key: name, encoded, revision: number(at: start, Int64.self), created: number(at: start + 8, Int64.self))
    }
    private func text(_ start: Int, _ end: Int) -> String? { String(validating: bytes[start..<end], as: UTF8.self) }
    private func number<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number {
        bytes.withUnsafeBytes { $0.number(at: offset, type) }
    }
}
