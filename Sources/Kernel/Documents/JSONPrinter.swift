/// Numbers and indented texts of JSON.
enum JSONPrinter {
    /// A number as Go's encoder writes it: shortest digits, an exponent below 1e-6 and from 1e21 on. What is not finite becomes null.
    static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number == 0 { return number.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = shortest(number.magnitude)
        let sign = number < 0 ? "-" : ""
        if exponent < -6 || exponent >= 21 {
            let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
            return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        if digits.count <= exponent + 1 { return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count) }
        return "\(sign)\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
    }

    /// The shortest digits that read back as the number, and the decimal exponent of the first of them.
    private static func shortest(_ number: Double) -> (digits: String, exponent: Int) {
        let parts = number.description.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count - 1
        var digits = mantissa.joined()
        let leading = digits.prefix { $0 == "0" }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.last == "0" { digits.removeLast() }
        return (digits, exponent)
    }

    /// Whether a byte of a string needs no escape.
    @inline(__always) static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Appends indented text, four spaces a level; empty arrays and objects stay on one line.
    static func append(_ value: Value, indent: Int, to writer: inout JSONWriter) {
        switch value {
        case .array(let items) where !items.isEmpty:
            writer.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                line(indent + 1, comma: index > 0, to: &writer)
                append(item, indent: indent + 1, to: &writer)
            }
            line(indent, comma: false, to: &writer)
            writer.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            writer.append(UInt8(ascii: "{"))
            for (index, member) in object.enumerated() {
                line(indent + 1, comma: index > 0, to: &writer)
                writer.append(string: member.key)
                writer.append(words: ": ")
                append(member.value, indent: indent + 1, to: &writer)
            }
            line(indent, comma: false, to: &writer)
            writer.append(UInt8(ascii: "}"))
        default: writer.append(value)
        }
    }

    private static func line(_ indent: Int, comma: Bool, to writer: inout JSONWriter) {
        if comma { writer.append(UInt8(ascii: ",")) }
        writer.append(UInt8(ascii: "\n"))
        for _ in 0..<indent { writer.append(words: "    ") }
    }
}
