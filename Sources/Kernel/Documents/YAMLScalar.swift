/// What an unquoted YAML 1.1 scalar means. Source: the resolution rules of go-yaml v2, which kubectl and the API server use.
enum YAMLScalar {
    static func resolve(_ text: String) -> Value {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number(text)
        case UInt8(ascii: "."): return words[text] ?? decimal(text) ?? .string(text)
        default: return words[text] ?? .string(text)
        }
    }

    private static let words: [String: Value] = {
        var words: [String: Value] = ["~": .null, "y": true, "Y": true, "n": false, "N": false]
        let table: [(String, Value)] = [
            ("yes", true), ("true", true), ("on", true), ("no", false), ("false", false), ("off", false), ("null", .null),
            (".inf", .double(.infinity)), ("+.inf", .double(.infinity)), ("-.inf", .double(-.infinity)),
        ]
        for (word, value) in table {
            let start = word.firstIndex { $0.isLetter } ?? word.startIndex
            let capital = word[..<start] + word[start...].prefix(1).uppercased() + word[start...].dropFirst()
            for form in [word, String(capital), word.uppercased()] { words[form] = value }
        }
        for nan in [".nan", ".NaN", ".NAN"] { words[nan] = .double(.nan) }
        return words
    }()

    private static func number(_ text: String) -> Value {
        if let value = words[text] { return value }
        let plain = text.replacing("_", with: "")
        return integer(plain) ?? decimal(plain) ?? .string(text)
    }

    /// Decimal, 0x, 0o, 0b, and octal by a leading zero, with a sign; beyond 64 bits a double.
    private static func integer(_ text: String) -> Value? {
        let negative = text.hasPrefix("-")
        let digits = negative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let lower = digits.prefix(2).lowercased()
        let (radix, body): (Int, Substring) =
            switch lower {
            case "0x": (16, digits.dropFirst(2))
            case "0o": (8, digits.dropFirst(2))
            case "0b": (2, digits.dropFirst(2))
            default: digits.hasPrefix("0") && digits.count > 1 ? (8, digits.dropFirst()) : (10, digits)
            }
        guard !body.isEmpty, body.utf8.allSatisfy({ digit($0) < radix }) else { return nil }
        if let number = Int64((negative ? "-" : "") + body, radix: radix) { return .int(number) }
        let magnitude = body.utf8.reduce(0.0) { $0 * Double(radix) + Double(digit($1)) }
        return radix == 10 ? decimal(text) : .double(negative ? -magnitude : magnitude)
    }
    private static func digit(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: .max
        }
    }

    /// A decimal number; an integral one becomes an integer, as it does on the way through JSON.
    private static func decimal(_ text: String) -> Value? {
        guard isDecimal(text), let number = Double(text.hasPrefix("+") ? String(text.dropFirst()) : text), number.isFinite else {
            return nil
        }
        return Int64(exactly: number).map(Value.int) ?? .double(number)
    }

    /// `[-+]? ( .digits | digits [.digits*] ) ( [eE] [-+]? digits )?`
    private static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { JSONScan.isDigit($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ one: UInt8, _ other: UInt8) -> Bool {
            guard let first = rest.first, first == one || first == other else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip(UInt8(ascii: "-"), UInt8(ascii: "+"))
        let whole = digits()
        let fraction = skip(UInt8(ascii: "."), UInt8(ascii: ".")) ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "-"), UInt8(ascii: "+"))
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// Whether a reader might take an unquoted text for something other than a string.
    static func needsQuotes(_ text: String) -> Bool {
        if case .string = resolve(text) { return text == "<<" || isTimestamp(text) || isBase60(text) }
        return true
    }

    /// Dates, and moments in RFC 3339 or with a space; a rough check, quoting once too often does no harm.
    private static func isTimestamp(_ text: String) -> Bool {
        let utf8 = Array(text.utf8.prefix(40))
        guard utf8.count >= 8, utf8.prefix(4).allSatisfy(JSONScan.isDigit), utf8[4] == UInt8(ascii: "-") else { return false }
        let allowed = Set("0123456789-:.TtZ+ ".utf8)
        return text.utf8.count <= 40 && utf8.dropFirst(4).allSatisfy(allowed.contains) && utf8.dropFirst(5).contains(UInt8(ascii: "-"))
    }

    /// Sexagesimal numbers of YAML 1.1, as in `12:30:45`.
    private static func isBase60(_ text: String) -> Bool {
        guard text.contains(":"), let first = text.utf8.first, first == 0x2B || first == 0x2D || JSONScan.isDigit(first) else {
            return false
        }
        let parts = text.utf8.dropFirst(JSONScan.isDigit(first) ? 0 : 1).split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let allowed = Set("0123456789_.".utf8)
        return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(allowed.contains) }
    }
}
