/// An element of an XML document, as AWS answers are made of.
package struct XMLElement: Sendable, Hashable {
    /// The name as it was written, prefix included.
    package let name: String
    package internal(set) var attributes: [String: String] = [:]
    /// The elements inside, in order.
    package internal(set) var children: [XMLElement] = []
    /// The character data directly inside, pieces joined; white space is kept.
    package internal(set) var text = ""

    init(name: String) { self.name = name }

    /// The first element inside of that name.
    package subscript(name: String) -> XMLElement? { children.first { $0.name == name } }
    /// The elements inside of that name, in order.
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The outermost element of a text.
    /// - Throws: `DocumentError` with a byte offset when the text is not well formed, has a document type declaration, or passes a limit.
    package static func parse(_ bytes: [UInt8], limits: DocumentLimits = DocumentLimits()) throws(DocumentError) -> XMLElement {
        guard bytes.count <= limits.bytes else {
            throw DocumentError("text of \(bytes.count) bytes is larger than the limit of \(limits.bytes)")
        }
        try JSONScan.validate(bytes.span.bytes)
        var reader = XMLReader(bytes, depth: limits.depth)
        return try reader.document()
    }

    /// Whether XML 1.0 knows the character.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
