/// Why a text is not a document we accept.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in words for the person who sent the text.
    package let message: String
    /// Byte offset in the text, when known.
    package let offset: Int?
    package init(_ message: String, at offset: Int? = nil) { (self.message, self.offset) = (message, offset) }
    package var description: String { offset.map { "\(message) at byte \($0)" } ?? message }
}

/// What a decoder accepts.
package struct DocumentLimits: Sendable {
    /// Largest text in bytes.
    package var bytes = 3 << 20
    /// Deepest nesting of arrays and objects.
    package var depth = 512
    package init() {}
}
