import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import Kubelet

@Suite struct InitContainerTests {
    private static func container(_ name: String, _ command: [Value] = [], _ more: Value = .null) -> Value {
        var value: Value = ["name": .string(name), "image": "busybox:1", "command": .array(command)]
        for member in more.object ?? [:] { value[member.key] = member.value }
        return value
    }

    @Test func runsInitContainersOneAfterTheOther() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let initial = [Self.container("one", ["exit", "0", "after", "2"]), Self.container("two", ["exit", "0", "after", "2"])]
            try await bed.run("web", ["initContainers": .array(initial)])
            let first = try await bed.pod("web") { !$0.container("one")["state"]["running"].isNull }
            #expect(first.phase == "Pending")
            #expect(first.waiting("two") == "PodInitializing")
            #expect(first.waiting() == "PodInitializing")
            #expect(first.entry("Initialized")["reason"] == "ContainersNotInitialized")
            #expect(first.entry("Initialized")["message"] == "containers with incomplete status: [one two]")
            let second = try await bed.pod("web") { !$0.container("two")["state"]["running"].isNull }
            #expect(second.container("one")["state"]["terminated"]["reason"] == "Completed")
            #expect(second.container("one")["ready"] == true)
            #expect(second.container("one")["started"] == false)
            let ready = try await bed.pod("web") { $0.isReady }
            #expect(ready.condition("Initialized") == "True")
            #expect(ready["status"]["initContainerStatuses"].items.map { $0["name"] } == ["one", "two"])
        }
    }

    @Test func triesAFailingInitContainerAgainAndFailsThePodWhenItMayNot() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let initial: Value = [Self.container("one", ["exit", "1"])]
            try await bed.run("again", ["initContainers": initial])
            try await bed.run("never", ["initContainers": initial, "restartPolicy": "Never"])
            let again = try await bed.pod("again") { $0.waiting("one") == "CrashLoopBackOff" }
            #expect(again.phase == "Pending")
            let never = try await bed.pod("never") { $0.phase == "Failed" }
            #expect(never.container("one")["state"]["terminated"]["exitCode"] == 1)
            #expect(never.entry("Initialized")["reason"] == "ContainersNotInitialized")
            #expect(bed.runtime.box("main") == nil)
        }
    }

    @Test func startsSidecarsInOrderAndStopsThemLast() async throws {
        let bed = try await KubeletBed()
        let probe: Value = ["tcpSocket": ["port": 1], "periodSeconds": 1, "failureThreshold": 30]
        bed.network.change { $0.closed = [1] }
        try await bed.with {
            let initial = [
                Self.container("proxy", [], ["restartPolicy": "Always", "startupProbe": probe]),
                Self.container("log", [], ["restartPolicy": "Always"]), Self.container("setup", ["exit", "0"]),
            ]
            try await bed.run("web", ["initContainers": .array(initial)])
            _ = try await bed.pod("web") { !$0.container("proxy")["state"]["running"].isNull }
            try await bed.pass(.seconds(5))
            #expect(bed.runtime.box("log") == nil, "the next one waits for the startup probe")
            bed.network.change { $0.closed = [] }
            let ready = try await bed.pod("web") { $0.isReady }
            #expect(ready.container("proxy")["started"] == true)
            #expect(ready.container("log")["ready"] == true)
            bed.runtime.end("log", code: 0)
            _ = try await bed.pod("web") { $0.container("log")["restartCount"] == 1 && $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            _ = try await bed.pod("web") { $0.isNull }
            let stops = bed.runtime.calls.filter { $0.hasPrefix("stop ") }
            #expect(stops == ["stop main", "stop log", "stop proxy"])
        }
    }

    @Test func endsAJobsPodWhoseSidecarStillRuns() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let initial: Value = [Self.container("proxy", [], ["restartPolicy": "Always"])]
            let main: Value = [Self.container("main", ["exit", "0", "after", "3"])]
            try await bed.run("job", ["restartPolicy": "Never", "initContainers": initial, "containers": main])
            let pod = try await bed.pod("job") { $0.phase == "Succeeded" }
            #expect(!pod.container("proxy")["state"]["terminated"].isNull)
        }
    }
}
