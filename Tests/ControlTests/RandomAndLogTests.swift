import Control
import Synchronization
import Testing

@Suite struct RandomSourceTests {
    @Test func aSeedRepeatsItsSequence() {
        let (one, two, other) = (RandomSource(seed: 7), RandomSource(seed: 7), RandomSource(seed: 8))
        let sequence = (0..<10).map { _ in one.next() }
        #expect(sequence == (0..<10).map { _ in two.next() })
        #expect(sequence != (0..<10).map { _ in other.next() })
    }
    @Test(arguments: [RandomSource(), RandomSource(seed: 2)]) func textsHaveTheirAlphabets(random: RandomSource) {
        #expect(random.suffix(500).allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
        #expect(random.suffix(5).count == 5)
        #expect(random.hex(17).count == 17)
        let uuid = Array(random.uuid())
        #expect(uuid.count == 36 && uuid[14] == "4" && "89ab".contains(uuid[19]))
        #expect([8, 13, 18, 23].allSatisfy { uuid[$0] == "-" })
        #expect((0..<1000).allSatisfy { _ in (3..<6).contains(random.int(in: 3..<6)) })
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.fraction()) })
    }
}

@Suite struct LogTests {
    @Test func aLineIsLogfmt() {
        let lines = Mutex<[String]>([])
        let log = Log("store", clock: ManualClock(Timestamp(seconds: 0))) { line in lines.withLock { $0.append(line) } }
        log.error("opened the \"log\"", ["path": "/var/lib/x", "records": 3, "note": "two\nlines"])
        #expect(
            lines.withLock { $0 } == [
                "time=1970-01-01T00:00:00.000Z level=error component=store msg=\"opened the \\\"log\\\"\" path=/var/lib/x records=3 note=\"two\\nlines\"\n"
            ])
    }
}
