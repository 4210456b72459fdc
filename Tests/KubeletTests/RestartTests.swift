import Control
import Documents
import KubeClient
import KubeModel
import Synchronization
import Testing

@testable import Kubelet

@Suite struct RestartTests {
    private static func crashing(_ code: Int, after seconds: Int = 1) -> Value {
        [["name": "main", "image": "busybox:1", "command": ["exit", .string(String(code)), "after", .string(String(seconds))]]]
    }

    @Test func restartsACrashedContainerAtOnceAndThenBacksOff() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let uid = try await bed.run("web", ["containers": Self.crashing(2)])["metadata"]["uid"].string ?? ""
            let again = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 }
            #expect(again.container("main")["lastState"]["terminated"]["exitCode"] == 2)
            #expect(again.container("main")["lastState"]["terminated"]["reason"] == "Error")
            let waiting = try await bed.pod("web") { $0.waiting() == "CrashLoopBackOff" }
            let since = bed.clock.now
            #expect(
                waiting.container("main")["state"]["waiting"]["message"]
                    == "back-off 10s restarting failed container=main pod=web_default(\(uid))")
            #expect(waiting.phase == "Running")
            #expect(waiting.entry("Ready")["reason"] == "ContainersNotReady")
            #expect(waiting.entry("Ready")["message"] == "containers with unready status: [main]")
            _ = try await bed.pod("web") { $0.container("main")["restartCount"] == 2 }
            let waited = bed.clock.now - since
            #expect(waited > .seconds(8) && waited < .seconds(12))
            let longer = try await bed.pod("web") { $0.container("main")["state"]["waiting"]["message"].string?.contains("20s") == true }
            #expect(longer.container("main")["restartCount"] == 2)
            #expect(
                try await bed.event(about: "web", "BackOff")
                    == "BackOff: Back-off restarting failed container main in pod web_default(\(uid))")
        }
    }

    @Test func forgetsTheBackOffAfterALongRun() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            bed.runtime.end("main", code: 1)
            _ = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 && $0.isReady }
            try await bed.pass(.seconds(660), step: .seconds(5))
            bed.runtime.end("main", code: 1)
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.container("main")["restartCount"] == 2 }
            let waited = bed.clock.now - begun
            #expect(waited < .seconds(2))
        }
    }

    @Test func endsPodsThatRunToCompletion() async throws {
        let bed = try await KubeletBed()
        bed.host.change { $0.messages["main"] = "all done" }
        try await bed.with {
            try await bed.run("good", ["restartPolicy": "OnFailure", "containers": Self.crashing(0)])
            try await bed.run("bad", ["restartPolicy": "Never", "containers": Self.crashing(3)])
            let good = try await bed.pod("good") { $0.phase == "Succeeded" }
            let ended = good.container("main")["state"]["terminated"]
            #expect(ended["exitCode"] == 0 && ended["reason"] == "Completed" && ended["message"] == "all done")
            #expect(good.entry("Ready")["reason"] == "PodCompleted")
            #expect(good.entry("Initialized")["reason"] == "PodCompleted")
            #expect(good.condition("PodReadyToStartContainers") == "False")
            let bad = try await bed.pod("bad") { $0.phase == "Failed" }
            #expect(bad.entry("ContainersReady")["reason"] == "PodFailed")
            #expect(bad.container("main")["state"]["terminated"]["exitCode"] == 3)
            try await bed.pass(.seconds(30))
            bed.runtime.change { state in
                #expect(state.sandboxes.values.allSatisfy { !$0.isReady })
                #expect(state.boxes.count == 2, "logs can still be read")
            }
            let still = try await bed.client.get(PodFields.kind, "good")
            #expect(still.phase == "Succeeded")
            try await bed.client.delete(PodFields.kind, "good")
            _ = try await bed.pod("good") { $0.isNull }
        }
    }

    @Test func followsTheRestartRulesOfAContainer() async throws {
        let bed = try await KubeletBed()
        let rules: Value = [["action": "Restart", "exitCodes": ["operator": "In", "values": [42]]]]
        let slot = ContainerSlot(name: "main", place: .main, spec: ["restartPolicy": "Never", "restartPolicyRules": rules])
        #expect(RestartRule.restarts(slot, exitCode: 42, podPolicy: "Never"))
        #expect(!RestartRule.restarts(slot, exitCode: 1, podPolicy: "Always"))
        _ = bed
    }

    @Test func tellsThatMemoryRanOut() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            bed.runtime.end("main", code: 137, reason: "OOMKilled")
            let pod = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 }
            #expect(pod.container("main")["lastState"]["terminated"]["reason"] == "OOMKilled")
        }
    }

    @Test func replacesAContainerWhoseImageChanged() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            let change: Value = ["spec": ["containers": [["name": "main", "image": "busybox:1"]]]]
            _ = try await bed.client.patch(PodFields.kind, "web", .strategic(change))
            let pod = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 && $0.isReady }
            #expect(pod.container("main")["image"] == "busybox:1")
            #expect(
                try await bed.event(about: "web", "Killing") == "Killing: Container main definition changed, will be restarted")
        }
    }

    @Test func resizesARunningContainer() async throws {
        let bed = try await KubeletBed()
        func resources(_ cpu: Value) -> Value { ["requests": ["cpu": cpu], "limits": ["cpu": "1"]] }
        try await bed.with {
            try await bed.run("web", ["containers": [["name": "main", "image": "nginx:1", "resources": resources("100m")]]])
            let before = try await bed.pod("web") { $0.isReady }
            #expect(before.container("main")["allocatedResources"]["cpu"] == "100m")
            let change: Value = ["spec": ["containers": [["name": "main", "resources": resources("200m")]]]]
            _ = try await bed.client.patch(PodFields.kind, "web", .strategic(change), subresource: "resize")
            let after = try await bed.pod("web") { $0.container("main")["allocatedResources"]["cpu"] == "200m" }
            #expect(after.container("main")["resources"]["requests"]["cpu"] == "200m")
            #expect(after.container("main")["containerID"] == before.container("main")["containerID"])
            #expect(bed.runtime.calls.contains { $0.hasPrefix("update") })
        }
    }

    @Test func goesOnAfterTheAgentWasStartedAnew() async throws {
        let bed = try await KubeletBed()
        var before = Value.null
        let probe: Value = ["httpGet": ["port": 80], "periodSeconds": 10]
        try await bed.with {
            try await bed.run("web", ["containers": [["name": "main", "image": "nginx:1", "readinessProbe": probe]]])
            before = try await bed.pod("web") { $0.isReady }
        }
        try await bed.with {
            try await bed.pass(.seconds(5))
            try await bed.run("new")
            _ = try await bed.pod("new") { $0.isReady }
            let pod = try await bed.client.get(PodFields.kind, "web")
            #expect(pod.container("main") == before.container("main"))
            #expect(pod.entry("Ready") == before.entry("Ready"))
        }
        #expect(bed.runtime.calls.filter { $0.hasPrefix("create main") }.count == 2)
        try await bed.client.delete(PodFields.kind, "web", DeleteOptions(gracePeriodSeconds: 0))
        try await bed.with {
            for _ in 0..<60_000 where bed.runtime.state.withLock({ $0.sandboxes.count }) > 1 { try await bed.pass(.milliseconds(100)) }
            bed.runtime.change { #expect($0.sandboxes.values.map(\.name) == ["new"], "orphans end") }
        }
    }

    @Test func removesWhatForgottenPodsLeftOnTheHost() async throws {
        let bed = try await KubeletBed()
        bed.host.change { $0.prepared = ["old-uid"] }
        try await bed.with {
            for _ in 0..<60_000 where !bed.host.state.withLock({ $0.prepared.isEmpty }) { try await bed.pass(.milliseconds(100)) }
            bed.host.change { #expect($0.released == ["old-uid"]) }
        }
    }

    @Test func reportsAContainerThatVanished() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
        }
        bed.runtime.change { ($0.boxes, $0.sandboxes) = ([:], [:]) }
        try await bed.with {
            let pod = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 && $0.isReady }
            let last = pod.container("main")["lastState"]["terminated"]
            #expect(last["reason"] == "ContainerStatusUnknown")
            #expect(last["exitCode"] == 137)
        }
    }
}
