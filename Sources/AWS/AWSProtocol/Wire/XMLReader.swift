/// Reads the XML that AWS's query services answer: elements, text, character references, CDATA; attributes and comments are passed over.
struct XMLReader {
    private let bytes: [UInt8]
    private var position = 0
    private static let deepest = 100

    /// The root element; nil when the bytes are not well formed.
    static func parse(_ bytes: [UInt8]) -> XMLElement? {
        var reader = XMLReader(bytes: bytes)
        reader.skipProlog()
        return reader.element(depth: 0)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skip(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }
    private mutating func upTo(_ text: String) -> ArraySlice<UInt8>? {
        let end = Array(text.utf8)
        var scan = position
        while scan + end.count <= bytes.count {
            if bytes[scan..<scan + end.count].elementsEqual(end) {
                defer { position = scan + end.count }
                return bytes[position..<scan]
            }
            scan += 1
        }
        return nil
    }
    private mutating func skipSpace() { while position < bytes.count, bytes[position] <= 0x20 { position += 1 } }

    private mutating func skipProlog() {
        while true {
            skipSpace()
            if skip("<?") { guard upTo("?>") != nil else { return } } else if skip("<!--") { guard upTo("-->") != nil else { return } } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) -> XMLElement? {
        guard depth < Self.deepest, skip("<"), let tag = upTo(">") else { return nil }
        let empty = tag.last == UInt8(ascii: "/")
        let name = String(decoding: tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
        guard !name.isEmpty else { return nil }
        var result = XMLElement(name, text: "")
        if empty { return result }
        var text: [UInt8] = []
        while position < bytes.count {
            if skip("</") {
                guard let end = upTo(">"), String(decoding: end.prefix { $0 > 0x20 }, as: UTF8.self) == name else { return nil }
                if result.children.isEmpty { result.text = String(decoding: text, as: UTF8.self) }
                return result
            } else if skip("<!--") {
                guard upTo("-->") != nil else { return nil }
            } else if skip("<![CDATA[") {
                guard let data = upTo("]]>") else { return nil }
                text += data
            } else if bytes[position] == UInt8(ascii: "<") {
                guard let child = element(depth: depth + 1) else { return nil }
                result.children.append(child)
            } else if bytes[position] == UInt8(ascii: "&") {
                guard let reference = reference() else { return nil }
                text += Array(reference.utf8)
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        return nil
    }

    private mutating func reference() -> String? {
        position += 1
        guard let body = upTo(";").map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let text = named[body] { return text }
        guard body.hasPrefix("#") else { return nil }
        let number = body.hasPrefix("#x") ? UInt32(body.dropFirst(2), radix: 16) : UInt32(body.dropFirst())
        return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
}
