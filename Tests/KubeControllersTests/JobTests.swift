import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// Ends the pods of Jobs: those whose image is `good` succeed after a second, those of `bad` fail, those of `long` go on.
struct JobKubelet: Controller {
    typealias Primary = PodFields
    static let name = "job-kubelet"
    static let writes: Set<Kind> = [PodFields.kind]
    /// Indexes that fail whatever their image.
    var failing: Set<String> = []
    /// Indexes that go on.
    var lasting: Set<String> = []
    func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        let (name, namespace) = (pod.metadata.name ?? "", pod.metadata.namespace)
        if pod.metadata.deletionTimestamp != nil {
            if (pod.value["metadata"]["deletionGracePeriodSeconds"].int ?? 0) == 0 { return Plan() }
            return Plan([.delete(PodFields.kind, namespace: namespace, name: name, uid: nil, gracePeriodSeconds: 0)])
        }
        guard pod.status.phase != "Succeeded", pod.status.phase != "Failed",
            let created = pod.metadata.creationTimestamp.flatMap(Timestamp.init)
        else { return Plan() }
        let image = pod.value["spec"]["containers"][0]["image"].string
        let index = pod.metadata.labels?["batch.kubernetes.io/job-completion-index"]
        let lasts = image == "long" || index.map(lasting.contains) ?? false
        if lasts, pod.status.phase == "Running" { return Plan() }
        let left = created + .seconds(1) - world.now
        if left > .zero { return Plan(revisit: left) }
        let bad = image == "bad" || index.map(failing.contains) ?? false
        let phase = lasts ? "Running" : bad ? "Failed" : "Succeeded"
        let ended: Value = [
            "name": "c", "state": ["terminated": ["exitCode": bad ? 42 : 0, "finishedAt": .string(world.now.text)]],
        ]
        let status: Value = ["status": ["phase": .string(phase), "containerStatuses": phase == "Running" ? [] : [ended]]]
        return Plan([.patch(PodFields.kind, namespace: namespace, name: name, status, subresource: "status")])
    }
}

@Suite struct JobTests {
    private static func job(_ image: String = "good", spec extra: Value = [:]) -> Value {
        var spec: Value = [
            "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": .string(image)]]]]
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "work", "namespace": "default"], "spec": spec]
    }
    private func plane(_ job: Value, seed: UInt64 = 1, failing: Set<String> = [], seconds: Int = 20) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(seed: seed, kubelets: [JobKubelet(failing: failing)])
        try await plane.apply(.create(JobFields.kind, job))
        plane.bed.settle()
        try await plane.advance(seconds)
        return plane
    }
    private func job(_ plane: ControlPlaneBed) throws -> Job { try #require(plane.bed.get(Job.self, "work")) }
    private func conditions(_ plane: ControlPlaneBed) throws -> [String] {
        try (job(plane).status.conditions ?? []).filter { $0.status == "True" }.map { "\($0.type ?? ""): \($0.reason ?? "")" }
    }
    private func indexes(_ plane: ControlPlaneBed) -> [String] {
        plane.pods.compactMap { $0.metadata.annotations?["batch.kubernetes.io/job-completion-index"] }.sorted()
    }

    @Test(arguments: 1..<4 as Range<UInt64>) func runsAsManyPodsAsAreToSucceed(seed: UInt64) async throws {
        let plane = try await plane(Self.job(spec: ["completions": 5, "parallelism": 2]), seed: seed)
        let job = try job(plane)
        #expect(try conditions(plane) == ["SuccessCriteriaMet: CompletionsReached", "Complete: CompletionsReached"])
        #expect(job.status.succeeded == 5 && job.status.failed == nil && job.status.active == nil)
        #expect(job.status.uncountedTerminatedPods == [:] && job.status.completionTime != nil && job.status.startTime != nil)
        #expect(plane.pods.count == 5 && plane.pods.allSatisfy { $0.metadata.finalizers?.isEmpty ?? true })
        #expect(plane.bed.events("Completed") == ["Job completed"])
        plane.bed.stop()
    }
    @Test func keepsToItsParallelism() async throws {
        let plane = try await plane(Self.job("long", spec: ["completions": 5, "parallelism": 3]))
        #expect(plane.pods.count == 3)
        #expect(try job(plane).status.active == 3)
        try await plane.apply(.patch(JobFields.kind, namespace: "default", name: "work", ["spec": ["parallelism": 1]]))
        try await plane.advance(20)
        #expect(plane.pods.count == 1)
        #expect(try job(plane).status.failed == nil, "pods that are merely too many are no failures")
        plane.bed.stop()
    }
    @Test func failuresAreTriedAgainLaterAndLater() async throws {
        let plane = try await plane(Self.job("bad", spec: ["backoffLimit": 2]), seconds: 10)
        #expect(plane.pods.count == 1)
        try await plane.advance(10)
        #expect(plane.pods.count == 2)
        try await plane.advance(10)
        #expect(plane.pods.count == 2, "the second time it waits twenty seconds")
        try await plane.advance(20)
        #expect(plane.pods.count == 3)
        #expect(try conditions(plane) == ["FailureTarget: BackoffLimitExceeded", "Failed: BackoffLimitExceeded"])
        #expect(try job(plane).status.failed == 3)
        #expect(plane.bed.events("BackoffLimitExceeded") == ["Job has reached the specified backoff limit"])
        plane.bed.stop()
    }
    @Test func failuresOfPodsThatAreGoneDelayTheNextOneToo() async throws {
        let plane = try await plane(Self.job("bad", spec: ["backoffLimit": 6]), seconds: 10)
        try await plane.advance(10)
        #expect(plane.pods.count == 2)
        for pod in plane.pods {
            try await plane.apply(
                .delete(PodFields.kind, namespace: "default", name: pod.metadata.name ?? "", uid: nil, gracePeriodSeconds: 0))
        }
        plane.bed.settle()
        #expect(plane.pods.isEmpty, "the second failure is followed by twenty seconds")
        try await plane.advance(20)
        #expect(plane.pods.count == 1)
        #expect(try job(plane).status.failed ?? 0 >= 2)
        plane.bed.stop()
    }
    @Test func indexedPodsKnowTheirIndex() async throws {
        let plane = try await plane(Self.job(spec: ["completionMode": "Indexed", "completions": 4, "parallelism": 4]))
        #expect(try job(plane).status.completedIndexes == "0-3")
        #expect(indexes(plane) == ["0", "1", "2", "3"])
        let pod = try #require(plane.pods.first { $0.metadata.name?.hasPrefix("work-2-") == true })
        #expect(pod.spec.hostname == "work-2")
        let variable = pod.value["spec"]["containers"][0]["env"][0]
        #expect(variable["name"] == "JOB_COMPLETION_INDEX")
        let path = "metadata.labels['batch.kubernetes.io/job-completion-index']"
        #expect(variable["valueFrom"]["fieldRef"]["fieldPath"].string == path)
        plane.bed.stop()
    }
    @Test func eachIndexHasItsOwnLimit() async throws {
        let spec: Value = ["completionMode": "Indexed", "completions": 3, "parallelism": 3, "backoffLimitPerIndex": 1]
        let plane = try await plane(Self.job(spec: spec), failing: ["1"], seconds: 60)
        let job = try job(plane)
        #expect(job.status.completedIndexes == "0,2" && job.status.failedIndexes == "1")
        #expect(try conditions(plane) == ["FailureTarget: FailedIndexes", "Failed: FailedIndexes"])
        let counts = plane.pods.filter { $0.metadata.name?.hasPrefix("work-1-") == true }
            .compactMap { $0.metadata.annotations?["batch.kubernetes.io/job-index-failure-count"] }
        #expect(counts.sorted() == ["0", "1"] && job.status.failed == 2)
        plane.bed.stop()
    }
    @Test func aPolicyMayFailTheJobAtOnce() async throws {
        let rule: Value = ["action": "FailJob", "onExitCodes": ["operator": "In", "values": [42]]]
        let plane = try await plane(Self.job("bad", spec: ["podFailurePolicy": ["rules": [rule]]]))
        #expect(try conditions(plane) == ["FailureTarget: PodFailurePolicy", "Failed: PodFailurePolicy"])
        let message = try #require(job(plane).status.conditions?.last?.message)
        #expect(message.hasSuffix(" failed with exit code 42 matching FailJob rule at index 0") && message.hasPrefix("Container c for pod"))
        #expect(plane.pods.count == 1)
        plane.bed.stop()
    }
    @Test func ignoredFailuresDoNotCount() async throws {
        let rule: Value = ["action": "Ignore", "onExitCodes": ["operator": "In", "values": [42]]]
        let plane = try await plane(Self.job("bad", spec: ["backoffLimit": 0, "podFailurePolicy": ["rules": [rule]]]))
        #expect(try conditions(plane) == [])
        #expect(try job(plane).status.failed == nil)
        plane.bed.stop()
    }
    @Test func aLeaderMayBeEnough() async throws {
        let spec: Value = [
            "completionMode": "Indexed", "completions": 3, "parallelism": 3, "successPolicy": ["rules": [["succeededIndexes": "0"]]],
        ]
        let plane = try await plane(Self.job(spec: spec), failing: ["1", "2"])
        #expect(try conditions(plane) == ["SuccessCriteriaMet: SuccessPolicy", "Complete: SuccessPolicy"])
        #expect(try job(plane).status.conditions?.last?.message == "Matched rules at index 0")
        plane.bed.stop()
    }
    @Test func theDeadlineEndsRunningPods() async throws {
        let plane = try await plane(Self.job("long", spec: ["activeDeadlineSeconds": 30, "parallelism": 2, "completions": 2]))
        #expect(try conditions(plane) == [])
        try await plane.advance(40)
        #expect(try conditions(plane) == ["FailureTarget: DeadlineExceeded", "Failed: DeadlineExceeded"])
        #expect(plane.pods.isEmpty)
        #expect(try job(plane).status.failed == 2)
        plane.bed.stop()
    }
    @Test func suspensionEndsPodsAndResumptionStartsThemAgain() async throws {
        let plane = try await plane(Self.job("long"))
        try await plane.apply(.patch(JobFields.kind, namespace: "default", name: "work", ["spec": ["suspend": true]]))
        try await plane.advance(20)
        #expect(plane.pods.isEmpty)
        #expect(try conditions(plane) == ["Suspended: JobSuspended"])
        #expect(try job(plane).status.failed == nil)
        try await plane.apply(.patch(JobFields.kind, namespace: "default", name: "work", ["spec": ["suspend": false]]))
        try await plane.advance(20)
        #expect(plane.pods.count == 1)
        #expect(plane.bed.events("Resumed") == ["Job resumed"])
        plane.bed.stop()
    }
    @Test func finishedJobsGoWithTheirPods() async throws {
        let plane = try await plane(Self.job(spec: ["ttlSecondsAfterFinished": 60]))
        #expect(try !conditions(plane).isEmpty)
        try await plane.advance(90)
        #expect(plane.bed.list(Job.self).isEmpty && plane.pods.isEmpty)
        plane.bed.stop()
    }
    @Test func podsOfADeletedJobAreLetGo() async throws {
        let plane = try await plane(Self.job("long"))
        #expect(await plane.delete("/apis/batch/v1/namespaces/default/jobs/work", "Orphan") == 200)
        try await plane.advance(20)
        #expect(plane.bed.list(Job.self).isEmpty)
        #expect(plane.pods.count == 1 && plane.pods.allSatisfy { $0.metadata.finalizers?.isEmpty ?? true })
        plane.bed.stop()
    }
    @Test(arguments: 0..<24) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1), kubelets: [JobKubelet(failing: ["1"])])
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        let spec: Value = ["completionMode": "Indexed", "completions": 3, "parallelism": 2, "backoffLimitPerIndex": 0]
        try await plane.apply(.create(JobFields.kind, Self.job(spec: spec)))
        try await plane.advance(10)
        plane.bed.stop()
        plane.start()
        try await plane.advance(60)
        let job = try job(plane)
        #expect(job.status.completedIndexes == "0,2" && job.status.failedIndexes == "1" && job.status.failed == 1)
        #expect(try conditions(plane) == ["FailureTarget: FailedIndexes", "Failed: FailedIndexes"])
        #expect(plane.pods.count == 3)
        let head = plane.bed.realm.head
        try await plane.advance(100)
        #expect(plane.bed.realm.head - head == 20, "only leases are renewed")
        plane.bed.stop()
    }
    @Test(arguments: 0..<24) func everyEndIsCountedOnce(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1), kubelets: [JobKubelet()])
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        try await plane.apply(.create(JobFields.kind, Self.job(spec: ["completions": 3, "parallelism": 3])))
        try await plane.advance(10)
        plane.bed.stop()
        plane.start()
        try await plane.advance(40)
        #expect(try job(plane).status.succeeded == 3)
        #expect(plane.pods.count { $0.status.phase == "Succeeded" } == 3)
        plane.bed.stop()
    }
}
