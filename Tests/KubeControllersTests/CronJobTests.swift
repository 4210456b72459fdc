import Control
import Documents
import KubeModel
import Reconcile
import Storage
import Testing

@testable import KubeControllers

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

@Suite struct CronJobTests {
    private static func cron(_ image: String = "good", schedule: String = "* * * * *", spec extra: Value = [:]) -> Value {
        let pod: Value = ["restartPolicy": "Never", "containers": [["name": "c", "image": .string(image)]]]
        var spec: Value = ["schedule": .string(schedule), "jobTemplate": ["spec": ["template": ["spec": pod]]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "tick", "namespace": "default"], "spec": spec]
    }
    private func plane(_ cron: Value, seconds: Int) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(kubelet: JobKubelet())
        try await plane.apply(.create(CronJobFields.kind, cron))
        plane.bed.settle()
        try await plane.advance(seconds)
        return plane
    }
    private func status(_ plane: ControlPlaneBed) throws -> CronJobStatus { try #require(plane.bed.get(CronJob.self, "tick")).status }
    private func jobs(_ plane: ControlPlaneBed) -> [Job] { plane.bed.list(Job.self) }

    @Test func startsAJobEachTimeAndKeepsTheLastThree() async throws {
        let plane = try await plane(Self.cron(), seconds: 430)
        #expect(jobs(plane).count == 3)
        let last = try #require(status(plane).lastScheduleTime.flatMap(Timestamp.init))
        #expect(plane.bed.clock.now - last < .seconds(60) && last.seconds % 60 == 0)
        #expect(jobs(plane).last?.metadata.name == "tick-\(last.seconds / 60)")
        #expect(jobs(plane).last?.metadata.annotations?["batch.kubernetes.io/cronjob-scheduled-timestamp"] == last.text)
        #expect(try status(plane).lastSuccessfulTime != nil)
        #expect(plane.pods.count <= 4, "pods go with their Jobs")
        #expect(plane.bed.events("SuccessfulCreate").contains("Created job tick-\(last.seconds / 60)"))
        plane.bed.stop()
    }
    @Test(arguments: [("Allow", 3), ("Forbid", 1), ("Replace", 1)]) func overlapsAsThePolicySays(policy: String, expected: Int) async throws
    {
        let plane = try await plane(Self.cron("long", spec: ["concurrencyPolicy": .string(policy)]), seconds: 190)
        #expect(jobs(plane).count == expected)
        #expect(try status(plane).active?.count == expected)
        let name = try #require(jobs(plane).first?.metadata.name)
        let first = plane.bed.events("SuccessfulCreate").filter { $0.hasPrefix("Created job") }.sorted().first
        #expect((first == "Created job \(name)") == (policy != "Replace"))
        plane.bed.stop()
    }
    @Test func suspendedOnesRestAndLateOnesAreSkipped() async throws {
        let plane = try await plane(
            Self.cron(schedule: "0 * * * *", spec: ["suspend": true, "startingDeadlineSeconds": 60]), seconds: 4000)
        #expect(jobs(plane).isEmpty)
        try await plane.apply(.patch(CronJobFields.kind, namespace: "default", name: "tick", ["spec": ["suspend": false]]))
        try await plane.advance(20)
        #expect(jobs(plane).isEmpty, "the full hour is long gone")
        try await plane.advance(3600)
        #expect(jobs(plane).count == 1)
        plane.bed.stop()
    }
    @Test func tellsOfSchedulesThatMeanNothing() async throws {
        let plane = try await plane(Self.cron(schedule: "61 * * * *", spec: [:]), seconds: 10)
        #expect(
            plane.bed.events("UnparseableSchedule") == ["unparseable schedule: \"61 * * * *\" : end of range (61) above maximum (59): 61"])
        plane.bed.stop()
    }
    @Test(arguments: 0..<8) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1), kubelet: JobKubelet())
        plane.bed.stop()
        try await plane.apply(.create(CronJobFields.kind, Self.cron(schedule: "0 * * * *")))
        plane.start(writer: MortalServer(plane.server, survives: writes))
        try await plane.advance(3600)
        plane.bed.stop()
        plane.start()
        try await plane.advance(60)
        #expect(jobs(plane).count == 1 && jobs(plane).first?.status.succeeded == 1)
        #expect(try status(plane).active == nil && status(plane).lastScheduleTime != nil)
        plane.bed.stop()
    }
}
