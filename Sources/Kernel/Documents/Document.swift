/// A parsed JSON text: the bytes as they came, and a flat tape of words that says where each value is.
///
/// Reading a member costs nanoseconds and allocates nothing; an unchanged part is written again by copying its bytes.
package final class Document: Sendable {
    /// The text.
    package let bytes: [UInt8]
    /// One word per scalar or key, two per array or object; see `Tape`.
    let tape: [UInt64]
    /// Paths of members that were named again, as in `spec.containers[0].image`; kept only where the limits allow them.
    package let duplicates: [String]
    /// Whether the text has nothing but ASCII.
    let ascii: Bool

    /// Checks the whole text.
    /// - Throws: `DocumentError` with a byte offset when the text is not strict JSON (RFC 8259), is too large or too deep.
    package init(_ bytes: [UInt8], limits: DocumentLimits = DocumentLimits()) throws(DocumentError) {
        guard bytes.count <= min(limits.bytes, Tape.largestText) else {
            throw DocumentError("text of \(bytes.count) bytes is larger than the limit of \(min(limits.bytes, Tape.largestText))")
        }
        if let quick = bytes.withUnsafeBufferPointer({ QuickTape.read($0, limits: limits) }) {
            if !quick.ascii, !limits.trusts { try JSONScan.validate(bytes.span.bytes) }
            (self.bytes, tape, duplicates, ascii) = (bytes, quick.tape, [], quick.ascii)
            return
        }
        var builder = TapeBuilder(limits: limits, expecting: bytes.count)
        try builder.read(bytes.span.bytes)
        self.bytes = bytes
        tape = builder.tape
        (duplicates, ascii) = (builder.duplicates, builder.ascii)
    }

    /// The outermost value.
    package var root: Node { Node(document: self, index: 0) }
}

/// The layout of a tape word: tag (4 bits), length in bytes or number of elements (28), offset in the text (32).
///
/// Arrays and objects have a second word: index of the word behind the last element (32 bits), offset behind the closing bracket (32).
/// An object's count is that of its members; each member is a key word followed by its value.
enum Tape {
    enum Tag {
        static let null: UInt64 = 0
        static let yes: UInt64 = 1
        static let no: UInt64 = 2
        static let integer: UInt64 = 3
        static let decimal: UInt64 = 4
        static let plain: UInt64 = 5
        static let escaped: UInt64 = 6
        static let array: UInt64 = 7
        static let object: UInt64 = 8
    }
    static let largestText = 1 << 28 - 1

    static func word(_ tag: UInt64, length: Int, start: Int) -> UInt64 {
        tag << 60 | UInt64(truncatingIfNeeded: length) << 32 | UInt64(truncatingIfNeeded: start)
    }
    static func tag(_ word: UInt64) -> UInt64 { word >> 60 }
    static func length(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word >> 32 & 0xFFF_FFFF) }
    static func start(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word & 0xFFFF_FFFF) }
    static func close(next: Int, end: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: next) << 32 | UInt64(truncatingIfNeeded: end)
    }
    static func next(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word >> 32) }
    static func end(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word & 0xFFFF_FFFF) }
}
