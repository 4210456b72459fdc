import Control
import Documents
import KubeClient
import KubeModel
import Synchronization
import Testing

@testable import Kubelet

@Suite struct TerminationTests {
    private static func main(_ lifecycle: Value, command: [Value] = []) -> Value {
        ["containers": [["name": "main", "image": "nginx:1", "command": .array(command), "lifecycle": lifecycle]]]
    }

    @Test func givesContainersTheirGracePeriod() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            var spec = Self.main(.null, command: ["ignore"])
            spec["terminationGracePeriodSeconds"] = 20
            try await bed.run("web", spec)
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isNull }
            let taken = bed.clock.now - begun
            #expect(taken >= .seconds(19) && taken < .seconds(24))
        }
    }

    @Test func hurriesWhenTheGracePeriodIsShortened() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            var spec = Self.main(.null, command: ["ignore"])
            spec["terminationGracePeriodSeconds"] = 300
            try await bed.run("web", spec)
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            try await bed.pass(.seconds(3))
            try await bed.client.delete(PodFields.kind, "web", DeleteOptions(gracePeriodSeconds: 4))
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isNull }
            let taken = bed.clock.now - begun
            #expect(taken < .seconds(10))
        }
    }

    @Test func cleansUpAfterAForcedDeletion() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web", DeleteOptions(gracePeriodSeconds: 0))
            for _ in 0..<60_000 where !bed.runtime.state.withLock({ $0.sandboxes.isEmpty }) { try await bed.pass(.milliseconds(100)) }
            bed.runtime.change { #expect($0.boxes.isEmpty && $0.sandboxes.isEmpty) }
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
        }
    }

    @Test func runsHooksAfterTheStartAndBeforeTheEnd() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let hooks: Value = [
                "postStart": ["exec": ["command": ["hello"]]], "preStop": ["httpGet": ["path": "/bye", "port": 80]],
            ]
            try await bed.run("web", Self.main(hooks))
            _ = try await bed.pod("web") { $0.isReady }
            #expect(bed.runtime.calls.contains("execute hello"))
            try await bed.client.delete(PodFields.kind, "web")
            _ = try await bed.pod("web") { $0.isNull }
            #expect(bed.network.state.withLock { $0.targets.map(\.path) } == ["/bye"])
        }
    }

    @Test func stopsAContainerWhosePostStartHookFails() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.executions["hello"] = ExecOutcome(exitCode: 3, output: [], error: Array("no".utf8)) }
        try await bed.with {
            try await bed.run("web", Self.main(["postStart": ["exec": ["command": ["hello"]]]]))
            let pod = try await bed.pod("web") { ["PostStartHookError", "CrashLoopBackOff"].contains($0.waiting()) }
            #expect(pod.condition("Ready") == "False")
            _ = try await bed.event(about: "web", "FailedPostStartHook: PostStartHook failed")
            _ = try await bed.event(about: "web", "Killing: FailedPostStartHook")
            _ = try await bed.pod("web") { ($0.container("main")["restartCount"].int ?? 0) > 0 }
        }
    }

    @Test func takesTheTimeOfPreStopOffTheGracePeriod() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web", Self.main(["preStop": ["sleep": ["seconds": 5]]]))
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isNull }
            let taken = bed.clock.now - begun
            #expect(taken >= .seconds(5) && taken < .seconds(8))
            let grace = bed.runtime.state.withLock { $0.stopGraces["main"] } ?? .zero
            #expect(grace > .seconds(20) && grace <= .seconds(25))
        }
    }

    @Test func failsAPodThatIsPastItsDeadline() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web", ["activeDeadlineSeconds": 5])
            _ = try await bed.pod("web") { $0.isReady }
            let pod = try await bed.pod("web") { $0.phase == "Failed" }
            #expect(pod["status"]["reason"] == "DeadlineExceeded")
            #expect(pod["status"]["message"] == "Pod was active on the node longer than the specified deadline")
            #expect(!pod.container("main")["state"]["terminated"].isNull)
        }
    }

    @Test func evictsAPodWithItsReason() async throws {
        let bed = try await KubeletBed()
        let kubelet = bed.kubelet()
        try await bed.with(kubelet) {
            let uid = try await bed.run("web")["metadata"]["uid"].string ?? ""
            _ = try await bed.pod("web") { $0.isReady }
            #expect(kubelet.pods().map { $0["metadata"]["name"] } == ["web"])
            kubelet.evict(uid: uid, reason: "Evicted", message: "The node was low on resource: memory. ", grace: 0)
            let pod = try await bed.pod("web") { $0.phase == "Failed" }
            #expect(pod["status"]["reason"] == "Evicted")
            #expect(pod.entry("DisruptionTarget")["reason"] == "TerminationByKubelet")
            _ = try await bed.event(about: "web", "Evicted: The node was low on resource: memory. ")
        }
    }

    @Test func breaksAPullOffWhenThePodIsDeleted() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.pullTime = .seconds(3600) }
        try await bed.with {
            try await bed.run("web", ["containers": [["name": "main", "image": "huge:1"]]])
            _ = try await bed.event(about: "web", "Pulling")
            try await bed.client.delete(PodFields.kind, "web")
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isNull }
            let taken = bed.clock.now - begun
            #expect(taken < .seconds(20))
        }
    }

    @Test func letsADebuggerIn() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            let pod = try await bed.pod("web") { $0.isReady }
            let debugger: Value = [
                "spec": ["ephemeralContainers": [["name": "debug", "image": "busybox:1", "targetContainerName": "main"]]]
            ]
            _ = try await bed.client.patch(PodFields.kind, "web", .strategic(debugger), subresource: "ephemeralcontainers")
            let joined = try await bed.pod("web") { !$0.container("debug")["state"]["running"].isNull }
            #expect(joined.isReady && joined.container("main") == pod.container("main"))
            bed.runtime.end("debug", code: 0)
            let ended = try await bed.pod("web") { !$0.container("debug")["state"]["terminated"].isNull }
            #expect(ended.isReady)
        }
    }
}
