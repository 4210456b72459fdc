/// Writes XML 1.0 into one buffer; names are the caller's and are written as they are.
package struct XMLWriter: Sendable {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    /// An empty text, or one that begins with the XML declaration.
    package init(declaration: Bool = false) {
        bytes.reserveCapacity(512)
        if declaration { bytes.append(contentsOf: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) }
    }

    /// An element that holds text only.
    package mutating func element(_ name: String, _ text: String) {
        element(name) { $0.text(text) }
    }
    /// An element with attributes, its content written by `content`.
    package mutating func element(
        _ name: String, attributes: [(name: String, value: String)] = [], _ content: (inout XMLWriter) throws -> Void
    ) rethrows {
        bytes.append(UInt8(ascii: "<"))
        bytes.append(contentsOf: name.utf8)
        for attribute in attributes {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: attribute.name.utf8)
            bytes.append(contentsOf: "=\"".utf8)
            text(attribute.value)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
        try content(&self)
        bytes.append(contentsOf: "</".utf8)
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ">"))
    }
    /// Text with markup escaped; characters that XML 1.0 does not know become U+FFFD.
    package mutating func text(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes.append(contentsOf: "&amp;".utf8)
            case "<": bytes.append(contentsOf: "&lt;".utf8)
            case ">": bytes.append(contentsOf: "&gt;".utf8)
            case "\"": bytes.append(contentsOf: "&quot;".utf8)
            case "\t", "\n", "\r": bytes.append(contentsOf: "&#\(scalar.value);".utf8)
            default: UTF8.encode(XMLElement.isAllowed(scalar) ? scalar : "\u{FFFD}").map { bytes.append(contentsOf: $0) }
            }
        }
    }
}
