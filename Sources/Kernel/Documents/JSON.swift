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
    /// Whether a JSON object may name a member twice: the last one counts and `Document.duplicates` tells of it.
    package var allowsDuplicates = false
    /// Whether the text is this program's own: repeated members and UTF-8 are not looked for.
    package var trusts = false
    package init() {}

    /// For texts of any size that were written by this program.
    package static let own: DocumentLimits = {
        var limits = DocumentLimits()
        (limits.bytes, limits.trusts) = (.max, true)
        return limits
    }()
}

/// JSON texts (RFC 8259), read strictly: no duplicate keys, no invalid UTF-8, no unpaired surrogates.
package enum JSON {
    /// The document that a text stands for.
    /// - Throws: `DocumentError` with a byte offset when it is not strict JSON or passes a limit.
    package static func parse(_ bytes: [UInt8], limits: DocumentLimits = DocumentLimits()) throws(DocumentError) -> Value {
        try Document(bytes, limits: limits).root.value
    }
    /// The document that a text stands for.
    /// - Throws: as `parse` of bytes.
    package static func parse(_ text: String) throws(DocumentError) -> Value { try parse(Array(text.utf8)) }

    /// The compact text of a document.
    package static func encode(_ value: Value) -> [UInt8] {
        var writer = JSONWriter()
        writer.append(value)
        return writer.bytes
    }
    /// The text of a document: compact, or indented by four spaces as kubectl prints it.
    package static func text(_ value: Value, pretty: Bool = false) -> String {
        guard pretty else { return String(decoding: encode(value), as: UTF8.self) }
        var writer = JSONWriter()
        JSONPrinter.append(value, indent: 0, to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
    /// Appends the compact text of a document.
    package static func append(_ value: Value, to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        writer.append(value)
        bytes += writer.bytes
    }
    /// Appends a string in quotes, escaped where JSON demands it.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.append(string: text)
        bytes += writer.bytes
    }
}
