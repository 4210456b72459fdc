/// Rewrites the links in the tags of a page that comes in pieces; everything else stays byte for byte. A value without side effects.
struct PageRewriter {
    private enum State {
        case text
        /// Within a tag, which is held until it is whole; the quote that an attribute's value is in.
        case tag(quote: UInt8?)
        case comment
        /// Within an element whose content is no markup.
        case raw(end: [UInt8])
    }
    /// A tag that is longer is none that matters.
    private static let limit = 65_536
    private let links: ProxyLinks
    private var state = State.text
    private var held: [UInt8] = []

    init(_ links: ProxyLinks) { self.links = links }

    /// What can be sent on after a piece.
    mutating func feed(_ piece: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(piece.count + 256)
        for byte in piece { take(byte, &out) }
        return out
    }

    /// What was held back, at the end of the page.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return held
    }

    private mutating func take(_ byte: UInt8, _ out: inout [UInt8]) {
        switch state {
        case .text:
            guard byte == UInt8(ascii: "<") else { return out.append(byte) }
            (held, state) = ([byte], .tag(quote: nil))
        case .tag(let quote): takeInTag(byte, quote, &out)
        case .comment:
            out.append(byte)
            held = Array((held + [byte]).suffix(3))
            if held.elementsEqual("-->".utf8) { (held, state) = ([], .text) }
        case .raw(let end):
            held.append(byte)
            if held.count == end.count, Self.lower(held) == end {
                state = .tag(quote: nil)
            } else if !end.starts(with: Self.lower(held)) {
                // Only a `<` begins an end tag, so nothing of one is passed over.
                let restart = byte == UInt8(ascii: "<") ? 1 : 0
                out += held.dropLast(restart)
                held = restart == 1 ? [byte] : []
            }
        }
    }

    private mutating func takeInTag(_ byte: UInt8, _ quote: UInt8?, _ out: inout [UInt8]) {
        held.append(byte)
        if held.count == 2, !Self.isLetter(byte), byte != UInt8(ascii: "/"), byte != UInt8(ascii: "!") { return release(&out) }
        if held.count == 4, held.elementsEqual("<!--".utf8) {
            release(&out)
            state = .comment
            return
        }
        guard held.count <= Self.limit else { return release(&out) }
        if let quote {
            if byte == quote { state = .tag(quote: nil) }
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            let before = held.dropLast().last { !Self.isBlank($0) }
            if before == UInt8(ascii: "=") { state = .tag(quote: byte) }
        } else if byte == UInt8(ascii: ">") {
            let tag = PageTag(held)
            out += tag.rewritten(links)
            held = []
            state = ["script", "style", "textarea", "title"].contains(tag.name) ? .raw(end: Array("</\(tag.name)".utf8)) : .text
        }
    }

    private mutating func release(_ out: inout [UInt8]) {
        out += held
        (held, state) = ([], .text)
    }

    static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    static func lower(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
}

/// A whole tag of a page.
private struct PageTag {
    /// The attributes that hold URLs, by element. Source: HTML, index of attributes.
    private static let links: [String: [String]] = [
        "a": ["href"], "area": ["href"], "audio": ["src"], "base": ["href"], "blockquote": ["cite"], "body": ["background"],
        "button": ["formaction"], "del": ["cite"], "embed": ["src"], "form": ["action"], "frame": ["longdesc", "src"],
        "head": ["profile"], "html": ["manifest"], "iframe": ["longdesc", "src"], "img": ["longdesc", "src", "usemap"],
        "input": ["src", "formaction", "usemap"], "ins": ["cite"], "link": ["href"], "object": ["classid", "codebase", "data", "usemap"],
        "q": ["cite"], "script": ["src"], "source": ["src"], "track": ["src"], "video": ["poster", "src"],
    ]
    private let bytes: [UInt8]
    /// In lower case; empty for an end tag.
    let name: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let name = bytes.dropFirst().prefix { !PageRewriter.isBlank($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
        self.name = String(decoding: PageRewriter.lower(Array(name)), as: UTF8.self)
    }

    func rewritten(_ links: ProxyLinks) -> [UInt8] {
        guard let attributes = Self.links[name] else { return bytes }
        var out: [UInt8] = []
        var copied = 0
        var cursor = 1 + name.utf8.count
        while let attribute = next(&cursor) {
            guard attributes.contains(attribute.name), let value = String(validating: bytes[attribute.value], as: UTF8.self) else {
                continue
            }
            let new = links.rewrite(value)
            guard new != value else { continue }
            out += bytes[copied..<attribute.value.lowerBound] + Array(new.utf8)
            copied = attribute.value.upperBound
        }
        return out + bytes[copied...]
    }

    /// The next attribute with a value, behind `cursor`.
    private func next(_ cursor: inout Int) -> (name: String, value: Range<Int>)? {
        while cursor < bytes.count {
            while cursor < bytes.count, PageRewriter.isBlank(bytes[cursor]) || bytes[cursor] == UInt8(ascii: "/") { cursor += 1 }
            let start = cursor
            while cursor < bytes.count, !PageRewriter.isBlank(bytes[cursor]), !"=>/".utf8.contains(bytes[cursor]) { cursor += 1 }
            let name = String(decoding: PageRewriter.lower(Array(bytes[start..<cursor])), as: UTF8.self)
            while cursor < bytes.count, PageRewriter.isBlank(bytes[cursor]) { cursor += 1 }
            guard cursor < bytes.count, bytes[cursor] == UInt8(ascii: "=") else {
                if cursor == start { cursor += 1 }
                continue
            }
            cursor += 1
            while cursor < bytes.count, PageRewriter.isBlank(bytes[cursor]) { cursor += 1 }
            return (name, value(&cursor))
        }
        return nil
    }

    private func value(_ cursor: inout Int) -> Range<Int> {
        guard cursor < bytes.count else { return cursor..<cursor }
        let quote = bytes[cursor]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let start = cursor
            while cursor < bytes.count, !PageRewriter.isBlank(bytes[cursor]), bytes[cursor] != UInt8(ascii: ">") { cursor += 1 }
            return start..<cursor
        }
        let start = cursor + 1
        cursor = start
        while cursor < bytes.count, bytes[cursor] != quote { cursor += 1 }
        defer { cursor = min(cursor + 1, bytes.count) }
        return start..<cursor
    }
}
