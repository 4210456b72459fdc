package import Documents

/// An amount such as `500m`, `1.5Gi` or `2e3`, exact to a billionth. Source: apimachinery, api/resource.
///
/// Finer fractions round away from zero; amounts beyond 2^63-1 stop there.
package struct Quantity: Sendable, Hashable, Comparable {
    /// How the canonical text is written.
    package enum Format: Sendable, Hashable { case decimal, binary, exponent }
    /// Billionths of the unit.
    package let nanos: Int128
    package let format: Format

    private init(nanos: Int128, format: Format) {
        (self.nanos, self.format) = (Swift.max(-Self.limit, Swift.min(Self.limit, nanos)), format)
    }
    private static let limit = Int128(Int64.max) * billion
    private static let billion: Int128 = 1_000_000_000

    /// That many units.
    package init(_ units: Int, format: Format = .decimal) { self.init(nanos: Int128(units) * Self.billion, format: format) }
    /// That many thousandths.
    package init(milli: Int) { self.init(nanos: Int128(milli) * 1_000_000, format: .decimal) }
    /// Nothing.
    package static let zero = Quantity(0)

    /// Units, rounded up. Source: Quantity.Value.
    package var units: Int { Self.ceiling(nanos, Self.billion) }
    /// Thousandths, rounded up; stops at the ends of the range. Source: Quantity.MilliValue.
    package var milli: Int { Self.ceiling(nanos, 1_000_000) }
    /// -1, 0 or 1.
    package var sign: Int { nanos.signum() == 0 ? 0 : nanos > 0 ? 1 : -1 }
    private static func ceiling(_ nanos: Int128, _ unit: Int128) -> Int {
        let (quotient, rest) = nanos.quotientAndRemainder(dividingBy: unit)
        return Int(clamping: rest > 0 ? quotient + 1 : quotient)
    }

    package static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos + right.nanos, format: left.nanos == 0 ? right.format : left.format)
    }
    package static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos - right.nanos, format: left.nanos == 0 ? right.format : left.format)
    }
    package static func += (left: inout Quantity, right: Quantity) { left = left + right }
    package static func -= (left: inout Quantity, right: Quantity) { left = left - right }
    package static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    /// Equal amounts are equal, however they are written.
    package static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    package func hash(into hasher: inout Hasher) { hasher.combine(nanos) }
}

extension Quantity {
    /// Why a text is no quantity. Source: resource.ErrFormatWrong, ErrSuffix.
    package enum ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        case wrongFormat, wrongSuffix
        package var description: String {
            switch self {
            case .wrongFormat: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            case .wrongSuffix: "unable to parse quantity's suffix"
            }
        }
    }

    /// Reads a text. Throws for texts that upstream refuses.
    package init(parsing text: String) throws(ParseError) {
        if let plain = PlainQuantity(text) {
            self.init(nanos: plain.nanos, format: plain.format)
            return
        }
        let bytes = Array(text.utf8)
        var index = 0
        var negative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            (negative, index) = (first == UInt8(ascii: "-"), 1)
        }
        let digitsStart = index
        while index < bytes.count, Self.isDigit(bytes[index]) || bytes[index] == UInt8(ascii: ".") { index += 1 }
        let number = bytes[digitsStart..<index]
        guard number.contains(where: Self.isDigit), number.count(where: { $0 == UInt8(ascii: ".") }) <= 1 else { throw .wrongFormat }
        guard bytes[index...].allSatisfy(Self.isSuffix) else { throw .wrongFormat }
        guard let (binary, power, format) = Self.scale(bytes[index...]) else { throw .wrongSuffix }
        let amount = Self.scaled(number, binary: binary, power: power)
        self.init(nanos: negative ? -amount : amount, format: format)
    }
    /// Reads a text; nil for texts that upstream refuses.
    package init?(_ text: String) {
        guard let parsed = try? Quantity(parsing: text) else { return nil }
        self = parsed
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    private static func isSuffix(_ byte: UInt8) -> Bool { isDigit(byte) || "eEinumkKMGTP+-".utf8.contains(byte) }

    /// The meaning of a suffix: a power of 1024 or of ten.
    private static func scale(_ suffix: ArraySlice<UInt8>) -> (binary: Int, power: Int, format: Format)? {
        if suffix.isEmpty { return (0, 0, .decimal) }
        let decimals: [(UInt8, Int)] = [
            (UInt8(ascii: "n"), -9), (UInt8(ascii: "u"), -6), (UInt8(ascii: "m"), -3), (UInt8(ascii: "k"), 3), (UInt8(ascii: "M"), 6),
            (UInt8(ascii: "G"), 9), (UInt8(ascii: "T"), 12), (UInt8(ascii: "P"), 15), (UInt8(ascii: "E"), 18),
        ]
        let first = suffix[suffix.startIndex]
        if suffix.count == 1 { return decimals.first { $0.0 == first }.map { (0, $0.1, .decimal) } }
        if suffix.count == 2, suffix.last == UInt8(ascii: "i"), let power = "KMGTPE".utf8.enumerated().first(where: { $0.element == first })
        {
            return (power.offset + 1, 0, .binary)
        }
        let text = String(decoding: suffix, as: UTF8.self)
        guard suffix.count > 1, suffix.first == UInt8(ascii: "e") || suffix.first == UInt8(ascii: "E") else { return nil }
        return Int(text.dropFirst()).map { (0, $0, .exponent) }
    }

    /// Billionths of digits with a point, times 1024^binary and 10^power: rounded up, never beyond the limit.
    private static func scaled(_ number: ArraySlice<UInt8>, binary: Int, power: Int) -> Int128 {
        var digits = number.filter { $0 != UInt8(ascii: ".") }.map { Int128($0 - UInt8(ascii: "0")) }
        let fraction = number.firstIndex(of: UInt8(ascii: ".")).map { number.endIndex - $0 - 1 } ?? 0
        digits = Array(digits.drop { $0 == 0 })
        if digits.isEmpty { return 0 }
        var exponent = max(-1000, min(1000, power)) - fraction + 9
        var (amount, exact) = (Int128(0), true)
        for (position, digit) in digits.enumerated() {
            if amount > limit {
                if digits[position...].contains(where: { $0 != 0 }) { exact = false }
                exponent += digits.count - position
                break
            }
            amount = amount * 10 + digit
        }
        for _ in 0..<binary {
            let (product, overflow) = amount.multipliedReportingOverflow(by: 1024)
            if overflow { return limit }
            amount = product
        }
        while exponent > 0 {
            if amount > limit { return limit }
            (amount, exponent) = (amount * 10, exponent - 1)
        }
        while exponent < 0, amount > 0 {
            if amount % 10 != 0 { exact = false }
            (amount, exponent) = (amount / 10, exponent + 1)
        }
        return min(limit, exact ? amount : amount + 1)
    }
}

extension Quantity: CustomStringConvertible {
    /// The canonical text: no fraction, and the largest suffix without losing precision. Source: Quantity.CanonicalizeBytes.
    package var text: String {
        if nanos == 0 { return "0" }
        let magnitude = nanos.magnitude
        if format == .binary, magnitude >= 1024 * 1_000_000_000, magnitude % 1_000_000_000 == 0 {
            var (amount, power) = (magnitude / 1_000_000_000, 0)
            while power < 6, amount % 1024 == 0 { (amount, power) = (amount / 1024, power + 1) }
            return "\(nanos < 0 ? "-" : "")\(amount)\(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power])"
        }
        var (amount, power) = (magnitude, -9)
        while power < 18, amount % 1000 == 0 { (amount, power) = (amount / 1000, power + 3) }
        let suffix =
            format == .exponent ? (power == 0 ? "" : "e\(power)") : ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][(power + 9) / 3]
        return "\(nanos < 0 ? "-" : "")\(amount)\(suffix)"
    }
    package var description: String { text }
}

extension Quantity: Convertible {
    package init?(_ value: Value) {
        switch value {
        case .string(let text): self.init(text)
        case .int(let number): self.init(Int(number))
        case .double: self.init(JSON.text(value, pretty: false))
        default: return nil
        }
    }
    package var value: Value { .string(text) }
}
