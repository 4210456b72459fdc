import Glibc

extension JSONScan {
    /// The text of a string or key word.
    static func text(_ word: UInt64, _ text: RawSpan) -> String {
        let (start, length) = (Tape.start(word), Tape.length(word))
        return Tape.tag(word) == Tape.Tag.plain ? String(copying: text, start, start + length) : unescape(text, start, start + length)
    }

    static func equal(_ text: RawSpan, _ left: Int, _ right: Int, _ length: Int) -> Bool {
        text.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, left + length <= bytes.count, right + length <= bytes.count else { return length == 0 }
            return memcmp(base + left, base + right, length) == 0
        }
    }

    /// The text between two offsets that were checked before, escapes resolved.
    private static func unescape(_ text: RawSpan, _ start: Int, _ end: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - start)
        var at = start
        while at < end {
            let byte = byte(text, at)
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                at += 1
                continue
            }
            let letter = self.byte(text, at + 1)
            at += 2
            switch letter {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = scalar(text, &at)
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default: bytes.append(letter)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The scalar of a checked `\u` escape (or pair of them) whose digits begin at `at`, which moves behind it.
    private static func scalar(_ text: RawSpan, _ at: inout Int) -> Unicode.Scalar {
        let first = (try? hexadecimal(text, at)) ?? 0xFFFD
        at += 4
        guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let second = (try? hexadecimal(text, at + 2)) ?? 0xDC00
        at += 6
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF) ?? "\u{FFFD}"
    }

    /// The integer of the digits between two offsets; nil beyond 64 bits.
    static func integer(_ text: RawSpan, _ start: Int, _ end: Int) -> Int64? {
        let negative = byte(text, start) == UInt8(ascii: "-")
        var number: Int64 = 0
        for at in (negative ? start + 1 : start)..<end {
            let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte(text, at) &- UInt8(ascii: "0"))
            let (sum, overflow) = negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if tooLarge || overflow { return nil }
            number = sum
        }
        return number
    }

    /// The number between two offsets as a double; infinite when beyond the range of doubles.
    static func number(_ text: RawSpan, _ start: Int, _ end: Int, integral: Bool) -> Double {
        if integral, let integer = integer(text, start, end) { return Double(integer) }
        return Double(String(copying: text, start, end)) ?? .infinity
    }
}

extension String {
    /// A copy of the bytes between two offsets.
    init(copying text: RawSpan, _ start: Int, _ end: Int) {
        self = text.withUnsafeBytes { String(decoding: $0[start..<end], as: UTF8.self) }
    }
}
