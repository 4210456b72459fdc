import Control
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"),
        (-1, "1969-12-31T23:59:59Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
    ])
    func writesAndReadsKnownMoments(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).text == text)
        #expect(Timestamp(text) == Timestamp(seconds: seconds))
    }
    @Test func everyMomentComesBackFromItsText() {
        let random = RandomSource(seed: 1)
        for _ in 0..<2000 {
            let moment = Timestamp(nanoseconds: Int64(random.int(in: -7_000_000_000_000_000_000..<7_000_000_000_000_000_000)))
            #expect(Timestamp(moment.nanoText) == moment)
            #expect(Timestamp(moment.text)?.seconds == moment.seconds)
        }
    }
    @Test func readsOffsetsAndFractions() {
        #expect(Timestamp("2023-11-14T23:13:20.5+01:00") == Timestamp(nanoseconds: 1_700_000_000_500_000_000))
        #expect(Timestamp("2023-11-14T20:13:20.000001-02:00")?.microText == "2023-11-14T22:13:20.000001Z")
    }
    @Test(arguments: [
        "", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01 00:00:00Z", "2023-01-01T00:00:00",
        "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00Zx", "99999-01-01T00:00:00Z", "2023-01-01T00:00:00+1:00", "é", "9999-01-01T00:00:00Z",
    ])
    func refusesWhatIsNoMoment(text: String) { #expect(Timestamp(text) == nil) }

    @Test func sumsStopAtTheEndsOfTime() throws {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(Timestamp(seconds: .max) == last && Timestamp(seconds: .min) == first)
        #expect(last + .seconds(Int.max) == last && first - .seconds(Int.max) == first)
        #expect(last - first == .nanoseconds(Int64.max) && first - last == .nanoseconds(Int64.min))
        for moment in [first, last] { #expect(Timestamp(moment.text)?.seconds ?? moment.seconds == moment.seconds) }
        #expect(first.nanoText == "1677-09-21T00:12:43.145224192Z" && last.milliText == "2262-04-11T23:47:16.854Z")
        let old = try #require(Timestamp("1700-01-01T00:00:00Z"))
        #expect(try #require(Timestamp("2262-12-31T00:00:00Z")) - old == .nanoseconds(Int64.max))
    }
}
