/// The lexical rules of JSON over bytes. Every read is bounds-checked.
enum JSONScan {
    @inline(__always) static func byte(_ text: RawSpan, _ at: Int) -> UInt8 { text.unsafeLoad(fromByteOffset: at, as: UInt8.self) }
    @inline(__always) static func word(_ text: RawSpan, _ at: Int) -> UInt64 {
        text.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    /// The offset of the first byte at or behind `at` that is not white space.
    @inline(__always) static func space(_ text: RawSpan, _ start: Int) -> Int {
        var at = start
        while at < text.byteCount {
            let byte = byte(text, at)
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at += 1
        }
        return at
    }

    /// The end of the string whose first byte is at `start` (the offset of its closing quote), whether it has no escapes, and whether it
    /// is ASCII. Eight bytes at a time: the high bit of a lane is set where the byte is a quote, a backslash or a control character.
    static func string(_ text: RawSpan, _ start: Int) throws(DocumentError) -> (end: Int, plain: Bool, ascii: Bool) {
        var (at, plain) = (start, true)
        var high: UInt64 = 0
        let count = text.byteCount
        while true {
            while at + 8 <= count {
                let word = word(text, at)
                let hits = special(word)
                guard hits == 0 else {
                    let lanes = hits.trailingZeroBitCount >> 3
                    high |= word & ((1 << UInt64(lanes * 8)) &- 1)
                    at += lanes
                    break
                }
                high |= word
                at += 8
            }
            guard at < count else { throw DocumentError("unexpected end of JSON input", at: count) }
            let byte = byte(text, at)
            switch byte {
            case UInt8(ascii: "\""): return (at, plain, high & 0x8080_8080_8080_8080 == 0)
            case UInt8(ascii: "\\"):
                plain = false
                at = try escape(text, at)
            case 0..<0x20: throw unexpected(text, at, "in string literal")
            default:
                high |= UInt64(byte)
                at += 1
            }
        }
    }

    /// The high bit of each byte lane that is below 0x20, a quote or a backslash; lanes above the lowest hit may be wrong.
    @inline(__always) static func special(_ word: UInt64) -> UInt64 {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quote = word ^ (ones &* 0x22)
        let slash = word ^ (ones &* 0x5C)
        let controls = (word &- ones &* 0x20) & ~word
        return (((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | controls) & highs
    }

    /// The offset behind an escape that begins at `at`. A surrogate must come as a pair.
    private static func escape(_ text: RawSpan, _ at: Int) throws(DocumentError) -> Int {
        guard at + 1 < text.byteCount else { throw DocumentError("unexpected end of JSON input", at: at + 1) }
        switch byte(text, at + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return at + 2
        case UInt8(ascii: "u"):
            let unit = try hexadecimal(text, at + 2)
            guard unit & 0xF800 == 0xD800 else { return at + 6 }
            guard unit < 0xDC00, at + 8 <= text.byteCount, byte(text, at + 6) == UInt8(ascii: "\\"),
                byte(text, at + 7) == UInt8(ascii: "u"), case 0xDC00..<0xE000 = try hexadecimal(text, at + 8)
            else { throw DocumentError("unpaired surrogate in \\u hexadecimal character escape", at: at) }
            return at + 12
        default: throw unexpected(text, at + 1, "in string escape code")
        }
    }

    static func hexadecimal(_ text: RawSpan, _ at: Int) throws(DocumentError) -> UInt32 {
        var unit: UInt32 = 0
        for offset in at..<at + 4 {
            guard offset < text.byteCount else { throw DocumentError("unexpected end of JSON input", at: text.byteCount) }
            let byte = byte(text, offset)
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw unexpected(text, offset, "in \\u hexadecimal character escape")
            }
        }
        return unit
    }

    /// The offset behind the number at `start` and whether it has neither fraction nor exponent.
    static func number(_ text: RawSpan, _ start: Int) throws(DocumentError) -> (end: Int, integral: Bool) {
        var (at, integral) = (start, true)
        func peek() -> UInt8 { at < text.byteCount ? byte(text, at) : 0 }
        func digits() throws(DocumentError) {
            guard isDigit(peek()) else {
                guard at < text.byteCount else { throw DocumentError("unexpected end of JSON input", at: at) }
                throw unexpected(text, at, "in numeric literal")
            }
            while isDigit(peek()) { at += 1 }
        }
        if peek() == UInt8(ascii: "-") { at += 1 }
        if peek() == UInt8(ascii: "0") { at += 1 } else { try digits() }
        if peek() == UInt8(ascii: ".") {
            (integral, at) = (false, at + 1)
            try digits()
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            (integral, at) = (false, at + 1)
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        if !integral || at - start > 18, !number(text, start, at, integral: integral).isFinite {
            throw DocumentError("number \(String(copying: text, start, at)) is out of range", at: start)
        }
        return (at, integral)
    }

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The error for a byte that must not be there.
    static func unexpected(_ text: RawSpan, _ at: Int, _ context: String) -> DocumentError {
        guard at < text.byteCount else { return DocumentError("unexpected end of JSON input", at: at) }
        let scalar = Unicode.Scalar(byte(text, at))
        let name = scalar == "'" ? "\\'" : scalar.value < 0x20 || scalar.value > 0x7E ? scalar.escaped(asASCII: true) : String(scalar)
        return DocumentError("invalid character '\(name)' \(context)", at: at)
    }

    /// Refuses bytes that are not UTF-8.
    static func validate(_ text: RawSpan) throws(DocumentError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: Span<UInt8>(_bytes: text))
        } catch {
            throw DocumentError("invalid UTF-8", at: error.byteOffsets.lowerBound)
        }
    }
}
