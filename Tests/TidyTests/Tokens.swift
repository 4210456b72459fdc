/// A word, number, string or sign of Swift source; what strings and comments hold is no code.
struct Token {
    enum Kind { case word, number, string, sign }
    let kind: Kind
    let text: String
    let line: Int
    /// Nothing stands between this token and the one before.
    let glued: Bool

    static func == (token: Token, text: String) -> Bool { token.text == text && token.kind != .string }
    static func != (token: Token, text: String) -> Bool { !(token == text) }
}

/// A comment: where it starts, what it says after its slashes, and whether it is a line of documentation.
struct Comment {
    let line: Int
    let text: String
    let isDocumentation: Bool
}

/// Splits Swift source into tokens and comments, well enough for rules of style.
struct Tokenizer {
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var tokens: [Token] = []
    private var comments: [Comment] = []
    private var glued = false

    static func split(_ text: String) -> (tokens: [Token], comments: [Comment]) {
        var tokenizer = Tokenizer(bytes: Array(text.utf8))
        tokenizer.code(untilParenthesis: false)
        return (tokenizer.tokens, tokenizer.comments)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private func isNext(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { want in
            guard at + want.count <= bytes.count else { return false }
            for index in 0..<want.count where bytes[at + index] != want[index] { return false }
            return true
        }
    }

    private mutating func add(_ kind: Token.Kind, from start: Int, line: Int) {
        let text = kind == .string ? "" : String(decoding: bytes[start..<at], as: UTF8.self)
        tokens.append(Token(kind: kind, text: text, line: line, glued: glued))
        glued = true
    }

    /// Reads code to the end of the file, or to the end of an interpolation.
    private mutating func code(untilParenthesis inside: Bool) {
        var depth = 1
        while at < bytes.count {
            let byte = bytes[at]
            let start = at
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                at += 1
                glued = false
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                at += 1
                glued = false
            case UInt8(ascii: "/") where isNext("//"): lineComment()
            case UInt8(ascii: "/") where isNext("/*"): blockComment()
            case UInt8(ascii: "\""): string(hashes: 0)
            case UInt8(ascii: "#") where startsRawString: string(hashes: hashesAhead)
            case let byte where Self.startsWord(byte):
                while Self.startsWord(peek()) || Self.isDigit(peek()) { at += 1 }
                add(.word, from: start, line: line)
            case let byte where Self.isDigit(byte):
                while Self.startsWord(peek()) || Self.isDigit(peek()) { at += 1 }
                add(.number, from: start, line: line)
            default:
                at += 1
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if inside, depth == 0 { return }
                add(.sign, from: start, line: line)
            }
        }
    }

    private static func startsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "`") || byte >= 0x80
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private var hashesAhead: Int {
        var count = 0
        while peek(count) == UInt8(ascii: "#") { count += 1 }
        return count
    }
    private var startsRawString: Bool { peek(hashesAhead) == UInt8(ascii: "\"") }

    private mutating func lineComment() {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        let isDocumentation = text.hasPrefix("///")
        let body = text.drop { $0 == "/" }.drop { $0 == " " }
        comments.append(Comment(line: line, text: String(body), isDocumentation: isDocumentation))
        glued = false
    }

    private mutating func blockComment() {
        let start = at
        let first = line
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                at += 2
            } else if isNext("*/") {
                depth -= 1
                at += 2
            } else {
                if bytes[at] == UInt8(ascii: "\n") { line += 1 }
                at += 1
            }
        } while depth > 0 && at < bytes.count
        comments.append(Comment(line: first, text: String(decoding: bytes[start..<at], as: UTF8.self), isDocumentation: false))
        glued = false
    }

    /// Reads a string literal; code that is interpolated becomes tokens before the literal's own.
    private mutating func string(hashes: Int) {
        let start = at
        let first = line
        at += hashes
        let quotes = isNext("\"\"\"") ? 3 : 1
        at += quotes
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\"), repeats(UInt8(ascii: "#"), hashes, at: 1) {
                at += 1 + hashes
                if peek() == UInt8(ascii: "(") {
                    at += 1
                    code(untilParenthesis: true)
                } else {
                    at += 1
                }
            } else if repeats(UInt8(ascii: "\""), quotes, at: 0), repeats(UInt8(ascii: "#"), hashes, at: quotes) {
                at += quotes + hashes
                return add(.string, from: start, line: first)
            } else {
                if bytes[at] == UInt8(ascii: "\n") { line += 1 }
                at += 1
            }
        }
    }

    private func repeats(_ byte: UInt8, _ count: Int, at offset: Int) -> Bool {
        for index in 0..<count where peek(offset + index) != byte { return false }
        return true
    }
}
