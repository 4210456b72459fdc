import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Testing

/// Rules of CronJobs that Kubernetes' documentation states, one by one.
@Suite struct CronJobRuleTests {
    private static func cron(_ image: String, _ schedule: String, _ extra: Value) -> Value {
        let pod: Value = ["restartPolicy": "Never", "containers": [["name": "c", "image": .string(image)]]]
        var spec: Value = [
            "schedule": .string(schedule), "jobTemplate": ["spec": ["backoffLimit": 0, "template": ["spec": pod]]],
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "tick", "namespace": "default"], "spec": spec]
    }
    private func plane(_ image: String, _ schedule: String, _ extra: Value = [:], seconds: Int) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet()])
        try await plane.apply(.create(CronJobFields.kind, Self.cron(image, schedule, extra)))
        try await plane.advance(seconds)
        return plane
    }
    private func status(_ plane: ControlPlaneBed) throws -> CronJobStatus { try #require(plane.bed.get(CronJob.self, "tick")).status }
    private func change(_ plane: ControlPlaneBed, _ spec: Value) async throws {
        try await plane.apply(.patch(CronJobFields.kind, namespace: "default", name: "tick", ["spec": spec]))
        plane.bed.settle()
    }

    @Test func timesAreOfTheZoneAndWrittenWithItsOffset() async throws {
        let plane = try await plane("good", "0 * * * *", ["timeZone": "Asia/Kathmandu"], seconds: 3700)
        let job = try #require(plane.bed.list(Job.self).last)
        let stamp = try #require(job.metadata.annotations?["batch.kubernetes.io/cronjob-scheduled-timestamp"])
        #expect(stamp.hasSuffix(":00:00+05:45"))
        let time = try #require(status(plane).lastScheduleTime.flatMap(Timestamp.init))
        #expect(time.seconds % 3600 == 900 && job.metadata.name == "tick-\(time.seconds / 60)")
        plane.bed.stop()
    }
    @Test func aJobMadeByHandRunsBesideTheSchedule() async throws {
        let plane = try await plane("long", "* * * * *", ["concurrencyPolicy": "Forbid", "suspend": true], seconds: 10)
        let uid = try #require(plane.bed.get(CronJob.self, "tick")?.metadata.uid)
        let owner: Value = [
            "apiVersion": "batch/v1", "kind": "CronJob", "name": "tick", "uid": .string(uid), "controller": true,
        ]
        let pod: Value = ["restartPolicy": "Never", "containers": [["name": "c", "image": "long"]]]
        try await plane.apply(
            .create(
                JobFields.kind,
                [
                    "metadata": [
                        "name": "by-hand", "namespace": "default", "annotations": ["cronjob.kubernetes.io/instantiate": "manual"],
                        "ownerReferences": [owner],
                    ], "spec": ["template": ["spec": pod]],
                ]))
        plane.bed.settle()
        #expect(plane.bed.events("UnexpectedJob") == ["Saw a job that the controller did not create or forgot: by-hand"])
        #expect(try status(plane).active == nil)
        try await change(plane, ["suspend": false])
        try await plane.advance(70)
        #expect(plane.bed.list(Job.self).count == 2, "Forbid minds the schedule's own Jobs alone")
        #expect(try status(plane).active?.count == 1)
        plane.bed.stop()
    }
    @Test func overAHundredMissedTimesAreToldAndTheLastIsMadeUpFor() async throws {
        let plane = try await plane("good", "* * * * *", ["suspend": true], seconds: 7000)
        try await change(plane, ["suspend": false])
        try await plane.advance(10)
        let advice = "Set or decrease .spec.startingDeadlineSeconds or check clock skew"
        #expect(plane.bed.events("TooManyMissedTimes") == ["too many missed start times. \(advice)"])
        let jobs = plane.bed.list(Job.self)
        #expect(jobs.count == 1)
        let last = try #require(status(plane).lastScheduleTime.flatMap(Timestamp.init))
        #expect(plane.bed.clock.now - last < .seconds(80))
        plane.bed.stop()
    }
    @Test func failedJobsHaveAHistoryOfTheirOwn() async throws {
        let plane = try await plane("bad", "* * * * *", ["failedJobsHistoryLimit": 2], seconds: 400)
        let failed = plane.bed.list(Job.self).filter { $0.status.conditions?.contains { $0.type == "Failed" } ?? false }
        #expect(failed.count == 2)
        #expect(try status(plane).lastSuccessfulTime == nil)
        #expect(plane.bed.events("SawCompletedJob").allSatisfy { $0.hasSuffix(", condition: Failed") })
        plane.bed.stop()
    }
    @Test func aJobThatSomebodyDeletesIsMissed() async throws {
        let plane = try await plane("long", "0 * * * *", seconds: 3700)
        let name = try #require(status(plane).active?.first?.name)
        #expect(await plane.delete("/apis/batch/v1/namespaces/default/jobs/\(name)", "Background") == 200)
        try await plane.advance(10)
        #expect(plane.bed.events("MissingJob") == ["Active job went missing: \(name)"])
        #expect(try status(plane).active == nil)
        #expect(plane.bed.list(Job.self).isEmpty, "it is not made again")
        plane.bed.stop()
    }
}
