import Control
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import Network
import Reconcile
import Storage
import Testing

/// Rules of Jobs that Kubernetes' documentation states, one by one.
@Suite struct JobRuleTests {
    private static let job = "/apis/batch/v1/namespaces/default/jobs/work"
    private func plane(_ image: String, _ extra: Value, failing: Set<String> = [], seconds: Int = 10) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet(failing: failing)])
        var spec: Value = ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": .string(image)]]]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        try await plane.apply(.create(JobFields.kind, ["metadata": ["name": "work", "namespace": "default"], "spec": spec]))
        plane.bed.settle()
        try await plane.advance(seconds)
        return plane
    }
    private func status(_ plane: ControlPlaneBed) throws -> JobStatus { try #require(plane.bed.get(Job.self, "work")).status }
    private func conditions(_ plane: ControlPlaneBed) throws -> [String] {
        try (status(plane).conditions ?? []).filter { $0.status == "True" }.map { "\($0.type ?? ""): \($0.reason ?? "")" }
    }
    private func change(_ plane: ControlPlaneBed, _ spec: Value) async throws {
        try await plane.apply(.patch(JobFields.kind, namespace: "default", name: "work", ["spec": spec]))
        plane.bed.settle()
    }
    private func end(_ plane: ControlPlaneBed, _ pod: Pod, _ phase: String) async throws {
        try await plane.apply(
            .patch(
                PodFields.kind, namespace: "default", name: pod.metadata.name ?? "", ["status": ["phase": .string(phase)]],
                subresource: "status"))
        plane.bed.settle()
    }
    private func running(_ plane: ControlPlaneBed, index: String? = nil) -> [Pod] {
        plane.pods.filter { pod in
            let label = pod.metadata.labels?["batch.kubernetes.io/job-completion-index"]
            return pod.status.phase == "Running" && pod.metadata.deletionTimestamp == nil && (index == nil || label == index)
        }
    }

    @Test func podsThatASuccessMakesNeedlessAreNoFailures() async throws {
        let spec: Value = [
            "completionMode": "Indexed", "completions": 3, "parallelism": 3, "successPolicy": ["rules": [["succeededIndexes": "0"]]],
        ]
        let plane = try await plane("long", spec)
        try await end(plane, try #require(running(plane, index: "0").first), "Succeeded")
        try await plane.advance(20)
        #expect(try conditions(plane) == ["SuccessCriteriaMet: SuccessPolicy", "Complete: SuccessPolicy"])
        let status = try status(plane)
        #expect(status.succeeded == 1 && status.failed == nil && status.active == nil && status.terminating == 0 && status.ready == 0)
        plane.bed.stop()
    }
    @Test func afterASuccessOfAWorkQueueWhatRunsGoesOn() async throws {
        let plane = try await plane("long", ["parallelism": 3])
        try await end(plane, try #require(running(plane).first), "Succeeded")
        try await change(plane, ["parallelism": 1])
        try await plane.advance(20)
        #expect(running(plane).count == 2 && plane.pods.count == 3)
        for pod in running(plane) { try await end(plane, pod, "Failed") }
        try await plane.advance(20)
        #expect(try conditions(plane) == ["SuccessCriteriaMet: CompletionsReached", "Complete: CompletionsReached"])
        #expect(try status(plane).failed == 2, "failures are told, and nothing is tried again")
        plane.bed.stop()
    }
    @Test func ignoredFailuresDelayTheNextPodToo() async throws {
        let rule: Value = ["action": "Ignore", "onExitCodes": ["operator": "In", "values": [42]]]
        let plane = try await plane("bad", ["backoffLimit": 0, "podFailurePolicy": ["rules": [rule]]], seconds: 10)
        #expect(plane.pods.count == 1)
        try await plane.advance(20)
        #expect(plane.pods.count == 2, "ten seconds, then twenty")
        plane.bed.stop()
    }
    @Test func suspensionTakesTheStartTimeBackAndMakesThePlaceFree() async throws {
        let plane = try await plane("long", [:])
        let place: Value = ["template": ["spec": ["nodeSelector": ["kubernetes.io/hostname": "n1"]]]]
        await #expect(throws: ChangeError.self) { try await change(plane, place) }
        try await change(plane, ["suspend": true])
        try await plane.advance(20)
        #expect(try status(plane).startTime == nil && conditions(plane) == ["Suspended: JobSuspended"])
        try await change(plane, place)
        try await change(plane, ["suspend": false])
        try await plane.advance(20)
        #expect(running(plane).map(\.spec.nodeName) == ["n1"])
        let start = try #require(status(plane).startTime.flatMap(Timestamp.init))
        #expect(plane.bed.clock.now - start < .seconds(25))
        plane.bed.stop()
    }
    @Test func indexedJobsGrowAndShrink() async throws {
        let plane = try await plane("long", ["completionMode": "Indexed", "completions": 2, "parallelism": 2])
        try await change(plane, ["completions": 4, "parallelism": 4])
        try await plane.advance(10)
        #expect(running(plane).count == 4)
        try await end(plane, try #require(running(plane, index: "3").first), "Succeeded")
        #expect(try status(plane).completedIndexes == "3")
        try await change(plane, ["completions": 1, "parallelism": 1])
        try await plane.advance(10)
        #expect(running(plane).count == 1 && running(plane, index: "0").count == 1)
        #expect(try status(plane).completedIndexes == nil, "an index that is no more has done nothing")
        plane.bed.stop()
    }
    @Test func tooManyFailedIndexesEndTheRest() async throws {
        let spec: Value = [
            "completionMode": "Indexed", "completions": 4, "parallelism": 2, "backoffLimitPerIndex": 0, "maxFailedIndexes": 1,
        ]
        let plane = try await plane("good", spec, failing: ["0", "1", "2"], seconds: 30)
        #expect(try conditions(plane) == ["FailureTarget: MaxFailedIndexesExceeded", "Failed: MaxFailedIndexesExceeded"])
        #expect(try status(plane).conditions?.last?.message == "Job has exceeded the specified maximal number of failed indexes")
        plane.bed.stop()
    }
    @Test func aRuleMayFailAnIndexAtOnce() async throws {
        let rule: Value = ["action": "FailIndex", "onExitCodes": ["operator": "NotIn", "values": [1]]]
        let spec: Value = [
            "completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 5,
            "podFailurePolicy": ["rules": [rule]],
        ]
        let plane = try await plane("good", spec, failing: ["1"], seconds: 20)
        let status = try status(plane)
        #expect(status.failedIndexes == "1" && status.completedIndexes == "0" && plane.pods.count == 2)
        #expect(try conditions(plane) == ["FailureTarget: FailedIndexes", "Failed: FailedIndexes"])
        plane.bed.stop()
    }
    @Test func whatADrainTakesIsNoFailureOfTheJob() async throws {
        let rule: Value = ["action": "Ignore", "onPodConditions": [["type": "DisruptionTarget", "status": "True"]]]
        let plane = try await plane("long", ["backoffLimit": 0, "podFailurePolicy": ["rules": [rule]]])
        let pod = try #require(running(plane).first)
        let name = pod.metadata.name ?? ""
        let eviction: Value = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)]]
        // A silent kubelet ends the pod later, as failed.
        try await plane.apply(
            .patch(
                PodFields.kind, namespace: "default", name: name, ["metadata": ["finalizers": ["a/b", "batch.kubernetes.io/job-tracking"]]])
        )
        #expect(await plane.post("/api/v1/namespaces/default/pods/\(name)/eviction", eviction) == 201)
        let condition = try #require(plane.bed.get(Pod.self, name)).value["status"]["conditions"].items.first {
            $0["type"] == "DisruptionTarget"
        }
        #expect(condition?["reason"] == "EvictionByEvictionAPI" && condition?["message"] == "Eviction API: evicting")
        #expect(condition?["observedGeneration"] == 1)
        try await end(plane, pod, "Failed")
        try await plane.advance(30)
        #expect(try status(plane).failed == nil && conditions(plane) == [])
        #expect(running(plane).count == 1)
        plane.bed.stop()
    }
    @Test func aLastingFailureIsWaitedForWhenAsked() async throws {
        let plane = try await plane("long", ["podReplacementPolicy": "Failed"])
        let pod = try #require(running(plane).first)
        let name = pod.metadata.name ?? ""
        try await plane.apply(
            .patch(
                PodFields.kind, namespace: "default", name: name, ["metadata": ["finalizers": ["a/b", "batch.kubernetes.io/job-tracking"]]])
        )
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: name, uid: nil))
        try await plane.advance(30)
        #expect(plane.pods.count == 1 && running(plane).isEmpty)
        #expect(try status(plane).terminating == 1 && status(plane).failed == nil)
        try await end(plane, pod, "Failed")
        try await plane.advance(20)
        #expect(try status(plane).failed == 1)
        #expect(running(plane).count == 1)
        plane.bed.stop()
    }
    @Test func anotherControllersJobIsLeftAlone() async throws {
        let plane = try await plane("good", ["managedBy": "example.com/queue"])
        #expect(plane.pods.isEmpty)
        #expect(try status(plane).startTime == nil)
        plane.bed.stop()
    }
    @Test func restartsInPlaceCountAgainstTheLimit() async throws {
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet()])
        let pod: Value = ["restartPolicy": "OnFailure", "containers": [["name": "c", "image": "long"]]]
        let spec: Value = ["backoffLimit": 2, "template": ["spec": pod]]
        try await plane.apply(.create(JobFields.kind, ["metadata": ["name": "work", "namespace": "default"], "spec": spec]))
        plane.bed.settle()
        try await plane.advance(10)
        let name = try #require(running(plane).first?.metadata.name)
        for (restarts, ended) in [(1, false), (2, true)] {
            let container: Value = ["name": "c", "image": "long", "imageID": "", "ready": true, "restartCount": .int(Int64(restarts))]
            try await plane.apply(
                .patch(
                    PodFields.kind, namespace: "default", name: name, ["status": ["containerStatuses": [container]]], subresource: "status")
            )
            try await plane.advance(10)
            #expect(try conditions(plane).isEmpty != ended)
        }
        #expect(try conditions(plane) == ["FailureTarget: BackoffLimitExceeded", "Failed: BackoffLimitExceeded"])
        plane.bed.stop()
    }
    @Test func aLongNameLeavesRoomForTheIndex() async throws {
        let plane = try await ControlPlaneBed(kubelets: [JobKubelet()])
        let name = String(repeating: "n", count: 59)
        let pod: Value = ["restartPolicy": "Never", "containers": [["name": "c", "image": "good"]]]
        let spec: Value = ["completionMode": "Indexed", "completions": 2, "parallelism": 2, "template": ["spec": pod]]
        try await plane.apply(.create(JobFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]))
        try await plane.advance(10)
        let starts = Set(plane.pods.compactMap { $0.metadata.name?.dropLast(5).suffix(4) })
        #expect(starts == ["n-0-", "n-1-"] && plane.pods.allSatisfy { $0.metadata.name?.count == 63 })
        plane.bed.stop()
    }
}

extension ControlPlaneBed {
    /// Posts a document.
    func post(_ path: String, _ body: Value) async -> Int {
        let request = HTTPRequest("POST", path, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(body)))
        let status = await server.respond(to: request).status
        bed.settle()
        return status
    }
}
