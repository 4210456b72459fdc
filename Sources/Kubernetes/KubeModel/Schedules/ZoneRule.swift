import Control

/// When summer time comes and goes every year, as in `CET-1CEST,M3.5.0,M10.5.0/3`. Source: POSIX, the TZ variable.
struct ZoneRule: Sendable, Hashable {
    private enum Day: Hashable {
        /// The day of the year from 1 on; the leap day is never counted.
        case julian(Int)
        /// The day of the year from 0 on.
        case ordinal(Int)
        case weekday(month: Int, week: Int, day: Int)
    }
    private struct Turn: Hashable {
        let day: Day
        let seconds: Int
    }
    private let standard: Int
    private struct Summer: Hashable {
        let offset: Int
        let start: Turn
        let end: Turn
    }
    private let summer: Summer?

    init?(_ text: String) {
        var scanner = RuleScanner(text)
        guard scanner.name(), let offset = scanner.time() else { return nil }
        standard = -offset
        guard scanner.name() else {
            summer = nil
            return
        }
        let other = scanner.time().map { -$0 } ?? standard + 3600
        guard let start = Self.turn(&scanner), let end = Self.turn(&scanner) else { return nil }
        summer = Summer(offset: other, start: start, end: end)
    }
    private static func turn(_ scanner: inout RuleScanner) -> Turn? {
        guard scanner.take(","), let day = day(&scanner) else { return nil }
        guard scanner.take("/") else { return Turn(day: day, seconds: 7200) }
        return scanner.time().map { Turn(day: day, seconds: $0) }
    }
    private static func day(_ scanner: inout RuleScanner) -> Day? {
        if scanner.take("J") { return scanner.number().map(Day.julian) }
        guard scanner.take("M") else { return scanner.number().map(Day.ordinal) }
        guard let month = scanner.number(), scanner.take("."), let week = scanner.number(), scanner.take("."), let day = scanner.number(),
            (1...12).contains(month), (1...5).contains(week), (0...6).contains(day)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }

    /// Seconds east of UTC at a moment.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilDay(days: (seconds + Int64(standard)).flooredQuotient(86_400)).year
        let start = Self.local(summer.start, year) - Int64(standard)
        let end = Self.local(summer.end, year) - Int64(summer.offset)
        let inside = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
        return inside ? summer.offset : standard
    }
    private static func local(_ turn: Turn, _ year: Int) -> Int64 {
        let first = CivilDay(year: year, month: 1, day: 1).days
        let day: Int64
        switch turn.day {
        case .ordinal(let number): day = first + Int64(number)
        case .julian(let number):
            let leap = CivilDay(year: year, month: 3, day: 1).days - first == 60
            day = first + Int64(number - 1) + (leap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let start = CivilDay(year: year, month: month, day: 1)
            var found = start.days + Int64((weekday - start.weekday + 7) % 7) + Int64(7 * (week - 1))
            let next = month == 12 ? CivilDay(year: year + 1, month: 1, day: 1) : CivilDay(year: year, month: month + 1, day: 1)
            if found >= next.days { found -= 7 }
            day = found
        }
        return day * 86_400 + Int64(turn.seconds)
    }
}

/// Reads the parts of a rule.
private struct RuleScanner {
    private var rest: Substring
    init(_ text: String) { rest = text[...] }

    mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
    mutating func number() -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits.count > 4 ? nil : Int(digits)
    }
    /// An abbreviation: letters, or anything in angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            rest = rest.drop { $0 != ">" }
            return take(">")
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }
    /// Hours with minutes and seconds, in seconds.
    mutating func time() -> Int? {
        let negative = take("-")
        if !negative { _ = take("+") }
        guard var seconds = number().map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let part = number() else { return nil }
            seconds += part * unit
        }
        return negative ? -seconds : seconds
    }
}
