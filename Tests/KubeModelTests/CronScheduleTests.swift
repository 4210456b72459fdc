import Control
import Testing

@testable import KubeModel

@Suite struct CronScheduleTests {
    private let zones = ZoneDirectory()
    private func next(_ schedule: String, _ moment: String, _ zone: String = "UTC") throws -> String? {
        let zone = try #require(zones.zone(zone))
        return try CronSchedule(schedule).next(after: try #require(Timestamp(moment)), in: zone)?.text
    }

    @Test(arguments: [
        ("* * * * *", "2026-01-02T03:04:05Z", "2026-01-02T03:05:00Z"), ("*/15 * * * *", "2026-01-02T03:45:00Z", "2026-01-02T04:00:00Z"),
        ("0 0 29 2 *", "2026-01-02T03:04:05Z", "2028-02-29T00:00:00Z"), ("30 4 1,15 * 5", "2026-01-02T05:00:00Z", "2026-01-09T04:30:00Z"),
        ("0 12 * * mon-fri", "2026-01-02T12:00:00Z", "2026-01-05T12:00:00Z"), ("@monthly", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("5-59/20 22 * JAN ?", "2026-01-02T22:30:00Z", "2026-01-02T22:45:00Z"),
        ("@every 1h30m", "2026-01-02T03:04:05Z", "2026-01-02T04:34:05Z"),
    ]) func findsTheNextTime(schedule: String, moment: String, expected: String) throws {
        #expect(try next(schedule, moment) == expected)
    }
    @Test func zonesDecideWhenItIsMidnight() throws {
        #expect(try next("0 0 * * *", "2026-07-01T00:00:00Z", "Europe/Berlin") == "2026-07-01T22:00:00Z")
        #expect(try next("0 0 * * *", "2026-01-01T00:00:00Z", "Europe/Berlin") == "2026-01-01T23:00:00Z")
        #expect(try next("0 9 * * *", "2026-03-07T18:00:00Z", "America/New_York") == "2026-03-08T13:00:00Z")
        #expect(try next("30 2 * * *", "2026-03-08T00:00:00Z", "America/New_York") == "2026-03-09T06:30:00Z", "there is no half past two")
        #expect(try next("0 0 * * *", "2026-09-05T12:00:00Z", "America/Santiago") == "2026-09-07T03:00:00Z", "nor a midnight here")
        #expect(try next("0 0 * * *", "2095-07-01T00:00:00Z", "Europe/Berlin") == "2095-07-01T22:00:00Z", "by the rule for later years")
        #expect(zones.zone("Mars/Olympus") == nil && zones.zone("../../../etc/passwd") == nil && zones.zone("") == nil)
    }
    @Test(arguments: [
        ("60 * * * *", "end of range (60) above maximum (59): 60"), ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * *", "expected exactly 5 fields, found 3: [* * *]"), ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("@never", "unrecognized descriptor: @never"), ("9-3 * * * *", "beginning of range (9) beyond end of range (3): 9-3"),
    ]) func saysWhatIsWrong(schedule: String, message: String) {
        #expect(throws: CronSchedule.Failure(description: message)) { try CronSchedule(schedule) }
    }
    @Test func findsTheLastMissedTimeQuickly() throws {
        let (start, end) = (Timestamp(seconds: 0), try #require(Timestamp("2026-01-02T03:04:05Z")))
        let last = try #require(CronSchedule("* * * * *").last(after: start, until: end, in: .utc))
        #expect(last.moment.text == "2026-01-02T03:04:00Z" && last.count == 101)
        let yearly = try #require(CronSchedule("@yearly").last(after: start, until: end, in: .utc))
        #expect(yearly.moment.text == "2026-01-01T00:00:00Z" && yearly.count == 56)
    }
}
