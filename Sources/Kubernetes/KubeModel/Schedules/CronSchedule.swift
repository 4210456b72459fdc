package import Control

/// When a CronJob is due. Source: the standard grammar of robfig/cron v3, which kube-controller-manager uses.
package struct CronSchedule: Hashable {
    /// What is wrong with a schedule.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let description: String
    }
    private struct Field: Hashable {
        var numbers: Set<Int> = []
        /// Whether every value is meant; then the other day field alone decides.
        var isOpen = false
    }
    private var minutes = Field()
    private var hours = Field()
    private var days = Field()
    private var months = Field()
    private var weekdays = Field()
    /// `@every`: the time between two runs, whatever the calendar.
    private var period: Int64?

    private static let words: [String: String] = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]
    private static let monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Reads five fields or a word that begins with `@`.
    package init(_ text: String) throws(Failure) {
        var text = text
        if text.hasPrefix("@every ") {
            guard let seconds = Self.duration(text.dropFirst(7)) else {
                throw Failure(description: "failed to parse duration \(text): time: invalid duration \"\(text.dropFirst(7))\"")
            }
            period = max(1, seconds)
            return
        }
        if text.hasPrefix("@") {
            guard let meaning = Self.words[text] else { throw Failure(description: "unrecognized descriptor: \(text)") }
            text = meaning
        }
        let parts = text.split { $0 == " " || $0 == "\t" }
        guard parts.count == 5 else {
            throw Failure(description: "expected exactly 5 fields, found \(parts.count): [\(parts.joined(separator: " "))]")
        }
        minutes = try Self.field(parts[0], 0...59)
        hours = try Self.field(parts[1], 0...23)
        days = try Self.field(parts[2], 1...31)
        months = try Self.field(parts[3], 1...12, Self.monthNames)
        weekdays = try Self.field(parts[4], 0...6, Self.dayNames)
    }

    private static func field(_ text: Substring, _ bounds: ClosedRange<Int>, _ names: [String] = []) throws(Failure) -> Field {
        var field = Field()
        for part in text.split(separator: ",") {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
            guard halves.count <= 2, ends.count <= 2 else { throw Failure(description: "too many hyphens: \(part)") }
            var (first, last) = (bounds.lowerBound, bounds.upperBound)
            let isStar = halves[0] == "*" || halves[0] == "?"
            if !isStar {
                first = try number(ends[0], bounds, names)
                last = ends.count == 2 ? try number(ends[1], bounds, names) : halves.count == 2 ? bounds.upperBound : first
            }
            let step = halves.count == 2 ? try number(halves[1]) : 1
            if step == 0 { throw Failure(description: "step of range should be a positive number: \(part)") }
            if first < bounds.lowerBound {
                throw Failure(description: "beginning of range (\(first)) below minimum (\(bounds.lowerBound)): \(part)")
            }
            if last > bounds.upperBound {
                throw Failure(description: "end of range (\(last)) above maximum (\(bounds.upperBound)): \(part)")
            }
            if first > last { throw Failure(description: "beginning of range (\(first)) beyond end of range (\(last)): \(part)") }
            field.numbers.formUnion(stride(from: first, through: last, by: step))
            if isStar, step == 1 { field.isOpen = true }
        }
        return field
    }
    private static func number(_ text: Substring, _ bounds: ClosedRange<Int> = 0...0, _ names: [String] = []) throws(Failure) -> Int {
        if let place = names.firstIndex(of: text.lowercased()) { return bounds.lowerBound + place }
        guard let number = Int(text) else {
            throw Failure(description: "failed to parse int from \(text): strconv.Atoi: parsing \"\(text)\": invalid syntax")
        }
        guard number >= 0 else { throw Failure(description: "negative number (\(number)) not allowed: \(text)") }
        return number
    }
    /// A Go duration such as `1h30m`, in whole seconds.
    private static func duration(_ text: Substring) -> Int64? {
        var (rest, total) = (text, Int64(0))
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int64(digits), number < 1 << 32 else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            guard let seconds = ["h": Int64(3600), "m": 60, "s": 1][String(unit)] else { return nil }
            rest = rest.dropFirst(unit.count)
            total += number * seconds
        }
        return total
    }

    /// The first due moment after another; nil when there is none within five years.
    package func next(after moment: Timestamp, in zone: ZoneInfo) -> Timestamp? {
        if let period { return Timestamp(seconds: moment.seconds + period) }
        var seconds = moment.seconds.flooredQuotient(60) * 60 + 60
        let end = seconds + 5 * 366 * 86_400
        while seconds <= end {
            let local = seconds + Int64(zone.offset(at: seconds))
            let day = CivilDay(days: local.flooredQuotient(86_400))
            let time = Int(local - day.days * 86_400)
            guard months.numbers.contains(day.month), matches(day) else {
                seconds = Self.midnight(after: seconds, time, zone)
                continue
            }
            if !hours.numbers.contains(time / 3600) {
                seconds += Int64(3600 - time % 3600)
            } else if !minutes.numbers.contains(time / 60 % 60) {
                seconds += Int64(60 - time % 60)
            } else {
                return Timestamp(seconds: seconds)
            }
        }
        return nil
    }
    /// When to look again: a period counts from the last run, the calendar from now.
    package func alarm(after now: Timestamp, since run: Timestamp, in zone: ZoneInfo) -> Timestamp? {
        guard let period else { return next(after: now, in: zone) }
        return Timestamp(seconds: run.seconds + ((now.seconds - run.seconds).flooredQuotient(period) + 1) * period)
    }
    private func matches(_ day: CivilDay) -> Bool {
        let (date, weekday) = (days.numbers.contains(day.day), weekdays.numbers.contains(day.weekday))
        return days.isOpen || weekdays.isOpen ? date && weekday : date || weekday
    }
    /// The start of the next local day, also when the clocks are changed in between.
    private static func midnight(after seconds: Int64, _ time: Int, _ zone: ZoneInfo) -> Int64 {
        let day = (seconds + Int64(zone.offset(at: seconds))).flooredQuotient(86_400)
        let next = seconds + Int64(86_400 - time)
        let local = next + Int64(zone.offset(at: next))
        let overshoot = local - (day + 1) * 86_400
        guard overshoot > 0 else { return next }
        let earlier = next - overshoot
        return (earlier + Int64(zone.offset(at: earlier))).flooredQuotient(86_400) > day ? earlier : next
    }

    /// The last due moment in `(start, end]`, and how many there are up to a hundred and one.
    package func last(after start: Timestamp, until end: Timestamp, in zone: ZoneInfo) -> (moment: Timestamp, count: Int)? {
        guard var moment = next(after: start, in: zone), moment <= end else { return nil }
        var count = 1
        while count <= 100, let following = next(after: moment, in: zone), following <= end {
            (moment, count) = (following, count + 1)
        }
        guard count > 100 else { return (moment, count) }
        if let period {
            let rest = (end.seconds - moment.seconds) / period
            return (Timestamp(seconds: moment.seconds + rest * period), count)
        }
        var width: Int64 = 60
        while end.seconds - width > moment.seconds {
            let from = Timestamp(seconds: end.seconds - width)
            if let late = next(after: from, in: zone), late <= end {
                moment = late
                break
            }
            width *= 2
        }
        while let following = next(after: moment, in: zone), following <= end { moment = following }
        return (moment, count)
    }
}
