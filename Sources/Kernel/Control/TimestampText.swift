/// RFC 3339 texts of moments, always in UTC when written.
extension Timestamp {
    /// With whole seconds: `2026-01-02T03:04:05Z`.
    package var text: String { written(fraction: 0, digits: 0) }
    /// With microseconds, as leases and event times have them: `2026-01-02T03:04:05.000006Z`.
    package var microText: String { fractionText(digits: 6) }
    /// With nanoseconds: `2026-01-02T03:04:05.000006007Z`.
    package var nanoText: String { fractionText(digits: 9) }
    /// With milliseconds: `2026-01-02T03:04:05.006Z`.
    package var milliText: String { fractionText(digits: 3) }

    /// The part of a second that has gone by, in nanoseconds.
    package var subsecondNanoseconds: Int64 {
        let rest = nanoseconds % 1_000_000_000
        return rest < 0 ? rest + 1_000_000_000 : rest
    }

    private func fractionText(digits: Int) -> String {
        var fraction = subsecondNanoseconds
        for _ in digits..<9 { fraction /= 10 }
        return written(fraction: fraction, digits: digits)
    }

    /// The text with so many digits of a fraction; none at all for 0.
    private func written(fraction: Int64, digits: Int) -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        let (year, month, day) = Self.civil(days: days)
        let length = digits == 0 ? 20 : 21 + digits
        return String(unsafeUninitializedCapacity: length) { bytes in
            var at = 0
            func put(_ number: Int64, _ width: Int, _ separator: Unicode.Scalar) {
                var number = max(0, number)
                for place in stride(from: at + width - 1, through: at, by: -1) {
                    bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
                    number /= 10
                }
                bytes[at + width] = UInt8(ascii: separator)
                at += width + 1
            }
            put(year, 4, "-")
            put(month, 2, "-")
            put(day, 2, "T")
            put(rest / 3600, 2, ":")
            put(rest / 60 % 60, 2, ":")
            put(rest % 60, 2, digits == 0 ? "Z" : ".")
            if digits > 0 { put(fraction, digits, "Z") }
            return length
        }
    }

    /// The calendar date of a day number since the epoch: years are counted from March, so that the leap day ends one.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The day number of a calendar date.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func isDate(_ year: Int64, _ month: Int64, _ day: Int64) -> Bool {
        guard month >= 1, month <= 12, day >= 1 else { return false }
        let next = month == 12 ? days(year: year + 1, month: 1, day: 1) : days(year: year, month: month + 1, day: 1)
        return day <= next - days(year: year, month: month, day: 1)
    }

    /// Reads an RFC 3339 text with any offset and any fraction; digits beyond nanoseconds are dropped. Nil for anything else, and for
    /// years beyond 1678 to 2262, which 64 bits of nanoseconds cannot hold; the last of them ends in April.
    package init?(_ text: String) {
        var text = text
        guard let nanoseconds = text.withUTF8(Self.nanoseconds) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    private static func nanoseconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = DigitReader(bytes: bytes)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"), let day = reader.number(2),
            reader.take("T") || reader.take("t"), let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2)
        else { return nil }
        let fraction = reader.take(".") ? reader.fraction() : 0
        guard let fraction, let offset = reader.offset(), reader.atEnd, (1678...2262).contains(year), isDate(year, month, day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Int64(clamping: Int128(seconds) * 1_000_000_000 + Int128(fraction))
    }
}

/// Reads digits and separators off a text.
private struct DigitReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }
    var atEnd: Bool { index == bytes.count }

    mutating func take(_ separator: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: separator) else { return false }
        index += 1
        return true
    }
    private mutating func digit() -> Int64? {
        guard index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") else { return nil }
        defer { index += 1 }
        return Int64(bytes[index] - UInt8(ascii: "0"))
    }
    mutating func number(_ digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }
    /// Nanoseconds of one or more digits behind the point.
    mutating func fraction() -> Int64? {
        guard var number = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count < 9 { (number, count) = (number * 10 + digit, count + 1) }
        }
        for _ in count..<9 { number *= 10 }
        return number
    }
    /// Seconds east of UTC: `Z` or `+02:00`.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let east = take("+")
        guard east || take("-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (east ? 1 : -1)
    }
}
