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
    package init() {}
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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        append(value, to: &bytes)
        return bytes
    }
    /// The text of a document: compact, or indented by four spaces as kubectl prints it.
    package static func text(_ value: Value, pretty: Bool = false) -> String {
        guard pretty else { return String(decoding: encode(value), as: UTF8.self) }
        var bytes: [UInt8] = []
        JSONPrinter.append(value, indent: 0, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
    /// Appends the compact text of a document.
    package static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: JSONPrinter.append("null", to: &bytes)
        case .bool(let truth): JSONPrinter.append(truth ? "true" : "false", to: &bytes)
        case .int(let number): JSONPrinter.append(number, to: &bytes)
        case .double(let number): bytes.append(contentsOf: JSONPrinter.text(number).utf8)
        case .string(let text): append(text, to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            var first = true
            for item in items {
                if first { first = false } else { bytes.append(UInt8(ascii: ",")) }
                append(item, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            var first = true
            for member in object {
                if first { first = false } else { bytes.append(UInt8(ascii: ",")) }
                append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(member.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
    /// Appends a string in quotes, escaped where JSON demands it.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if JSONPrinter.isPlain(utf8) { bytes.append(contentsOf: utf8) } else { JSONPrinter.escape(utf8, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
