import Control
import Documents
import KubeModel
import Reconcile
import Storage
import Testing

@testable import KubeControllers

@Suite struct CronJobTests {
    private static func cron(_ image: String = "good", schedule: String = "* * * * *", spec extra: Value = [:]) -> Value {
        let pod: Value = ["restartPolicy": "Never", "containers": [["name": "c", "image": .string(image)]]]
        var spec: Value = ["schedule": .string(schedule), "jobTemplate": ["spec": ["template": ["spec": pod]]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "tick", "namespace": "default"], "spec": spec]
    }
    private func plane(_ cron: Value, seconds: Int) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet()])
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
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet()])
        // As an older server may have stored it.
        try plane.bed.create(CronJobFields.kind, Self.cron(schedule: "61 * * * *", spec: [:]))
        try await plane.advance(10)
        #expect(
            plane.bed.events("UnparseableSchedule") == ["unparseable schedule: \"61 * * * *\" : end of range (61) above maximum (59): 61"])
        plane.bed.stop()
    }
    @Test(arguments: 0..<8) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1), kubelets: [JobKubelet()])
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
