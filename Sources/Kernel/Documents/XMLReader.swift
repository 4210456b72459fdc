/// Reads well-formed XML without document type declarations, hence without entities of its own.
struct XMLReader {
    private let text: [UInt8]
    private let depth: Int
    private var at = 0

    init(_ text: [UInt8], depth: Int) { (self.text, self.depth) = (text, depth) }

    mutating func document() throws(DocumentError) -> XMLElement {
        if starts(with: "\u{FEFF}") { at += 3 }
        try miscellany()
        let root = try tree()
        try miscellany()
        guard at == text.count else { throw failure("content after the outermost element") }
        return root
    }

    /// One element with all it holds, without recursion.
    private mutating func tree() throws(DocumentError) -> XMLElement {
        var open: [XMLElement] = []
        repeat {
            if starts(with: "</") {
                at += 2
                let name = try name()
                guard let element = open.last, element.name == name else { throw failure("unexpected end tag </\(name)>") }
                space()
                try expect(">")
                if let root = finish(&open) { return root }
            } else if open.isEmpty || peek() == UInt8(ascii: "<") && !starts(with: "<!") && !starts(with: "<?") {
                guard open.count < depth else { throw failure("exceeded max depth") }
                let (element, empty) = try startTag()
                open.append(element)
                if empty, let root = finish(&open) { return root }
            } else {
                try content(of: &open[open.count - 1])
            }
        } while at < text.count
        throw failure("unexpected end of XML input")
    }

    private func finish(_ open: inout [XMLElement]) -> XMLElement? {
        guard let element = open.popLast() else { return nil }
        guard !open.isEmpty else { return element }
        open[open.count - 1].children.append(element)
        return nil
    }

    private mutating func startTag() throws(DocumentError) -> (XMLElement, empty: Bool) {
        try expect("<")
        var element = XMLElement(name: try name())
        while true {
            let before = at
            space()
            if starts(with: "/>") {
                at += 2
                return (element, true)
            }
            if peek() == UInt8(ascii: ">") {
                at += 1
                return (element, false)
            }
            guard at > before else { throw failure("malformed start tag <\(element.name)>") }
            let attribute = try name()
            space()
            try expect("=")
            space()
            guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw failure("attribute without quotes")
            }
            at += 1
            var value = ""
            try characters(into: &value) { $0 == quote || $0 == UInt8(ascii: "<") }
            guard peek() == quote else { throw failure("malformed attribute \(attribute)") }
            at += 1
            guard element.attributes.updateValue(value, forKey: attribute) == nil else { throw failure("duplicate attribute \(attribute)") }
        }
    }

    private mutating func content(of element: inout XMLElement) throws(DocumentError) {
        if starts(with: "<![CDATA[") {
            at += 9
            let start = at
            try skip(behind: "]]>")
            element.text += String(decoding: text[start..<at - 3], as: UTF8.self)
        } else if peek() == UInt8(ascii: "<") {
            try markup()
        } else {
            try characters(into: &element.text) { $0 == UInt8(ascii: "<") }
        }
    }

    /// Appends character data up to a byte that ends it, references resolved.
    private mutating func characters(into result: inout String, until ends: (UInt8) -> Bool) throws(DocumentError) {
        var pieces: [UInt8] = []
        while let byte = peek(), !ends(byte) {
            at += 1
            guard byte == UInt8(ascii: "&") else {
                guard byte >= 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { throw failure("invalid control character") }
                pieces.append(byte)
                continue
            }
            let start = at
            try skip(behind: ";", within: 12)
            pieces.append(contentsOf: try reference(String(decoding: text[start..<at - 1], as: UTF8.self)).utf8)
        }
        result += String(decoding: pieces, as: UTF8.self)
    }

    private func reference(_ name: String) throws(DocumentError) -> String {
        let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let text = named[name] { return text }
        let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst(1)) : nil
        guard let code, let scalar = Unicode.Scalar(code), XMLElement.isAllowed(scalar) else {
            throw failure("unknown reference &\(name);")
        }
        return String(scalar)
    }

    /// Comments, processing instructions and white space around the outermost element.
    private mutating func miscellany() throws(DocumentError) {
        space()
        while starts(with: "<!") || starts(with: "<?") {
            try markup()
            space()
        }
    }
    private mutating func markup() throws(DocumentError) {
        if starts(with: "<!--") {
            at += 4
            return try skip(behind: "-->")
        }
        guard starts(with: "<?") else { throw failure("document type declarations are not accepted") }
        try skip(behind: "?>")
    }

    private mutating func name() throws(DocumentError) -> String {
        let start = at
        while let byte = peek(), Self.isNameByte(byte) { at += 1 }
        guard at > start, !JSONScan.isDigit(text[start]), text[start] != UInt8(ascii: "-"), text[start] != UInt8(ascii: ".") else {
            throw failure("name expected")
        }
        return String(decoding: text[start..<at], as: UTF8.self)
    }
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }

    private func peek() -> UInt8? { at < text.count ? text[at] : nil }
    private func starts(with prefix: String) -> Bool { text[at...].starts(with: prefix.utf8) }
    private mutating func space() { while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 } }
    private mutating func expect(_ character: Unicode.Scalar) throws(DocumentError) {
        guard let byte = peek(), byte == UInt8(ascii: character) else { throw failure("'\(character)' expected") }
        at += 1
    }
    private mutating func skip(behind end: String, within limit: Int = .max) throws(DocumentError) {
        let start = at
        while at < text.count, at - start < limit {
            if starts(with: end) {
                at += end.utf8.count
                return
            }
            at += 1
        }
        throw failure("'\(end)' expected")
    }
    private func failure(_ message: String) -> DocumentError { DocumentError("invalid XML: \(message)", at: at) }
}
