import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import SimulatedNode

@Suite struct PodTests {
    @Test func bringsAPodToReady() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web")
            let created = try await bed.pod("web") { !$0["status"]["startTime"].isNull }
            #expect(created["status"]["phase"] == "Pending")
            #expect(created.waiting == "ContainerCreating")
            let pod = try await bed.pod("web") { $0.isReady }
            let status = pod["status"]
            #expect(status["phase"] == "Running")
            #expect(status["podIP"] == "192.168.10.20")
            #expect(status["podIPs"] == [["ip": "192.168.10.20"]])
            #expect(status["hostIP"] == "192.168.1.2")
            #expect(status["qosClass"] == "BestEffort")
            #expect(pod.condition("PodReadyToStartContainers") == "True")
            #expect(pod.condition("Initialized") == "True")
            #expect(pod.condition("ContainersReady") == "True")
            let container = status["containerStatuses"][0]
            #expect(container["image"] == "docker.io/library/nginx:latest")
            #expect(container["ready"] == true)
            #expect(container["started"] == true)
            #expect(container["containerID"].string?.hasPrefix("containerd://") == true)
            var reasons: [String] = []
            for _ in 0..<30_000 where reasons.count < 4 {
                reasons = try await bed.events(about: "web")
                try await SystemClock().sleep(for: .milliseconds(1))
            }
            #expect(reasons == ["Pulling", "Pulled", "Created", "Started"])
        }
    }

    @Test func endsAPodAtItsDeadline() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web", ["activeDeadlineSeconds": 5])
            _ = try await bed.pod("web") { $0.isReady }
            let pod = try await bed.pod("web") { $0["status"]["phase"] == "Failed" }
            #expect(pod["status"]["reason"] == "DeadlineExceeded")
            #expect(pod["status"]["message"] == "Pod was active on the node longer than the specified deadline")
            #expect(pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137)
        }
    }

    @Test func startsContainersForDebuggingThatComeLater() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            let debugger: Value = ["name": "debugger", "image": "busybox", "targetContainerName": "main"]
            let patch = Patch.strategic(["spec": ["ephemeralContainers": [debugger]]])
            _ = try await bed.client.patch(PodFields.kind, "web", patch, subresource: "ephemeralcontainers")
            let pod = try await bed.pod("web") { !$0["status"]["ephemeralContainerStatuses"].items.isEmpty }
            let status = pod["status"]["ephemeralContainerStatuses"][0]
            #expect(status["name"] == "debugger" && status["image"] == "docker.io/library/busybox:latest")
            #expect(!status["state"]["running"]["startedAt"].isNull && pod.isReady)
        }
    }

    @Test func runsInitContainersInOrderAndWaitsForReadiness() async throws {
        let bed = try await MachineBed()
        var stages = StageTable()
        stages.initContainer = .seconds(5)
        try await bed.with(bed.machine(stages: stages)) {
            try await bed.run(
                "web",
                [
                    "initContainers": [
                        ["name": "one", "image": "busybox"], ["name": "proxy", "image": "envoy", "restartPolicy": "Always"],
                        ["name": "two", "image": "busybox"],
                    ],
                    "containers": [
                        ["name": "b", "image": "nginx", "readinessProbe": ["httpGet": ["port": 80], "initialDelaySeconds": 20]],
                        ["name": "a", "image": "redis:7"],
                    ],
                ])
            let first = try await bed.pod("web") { !$0["status"]["initContainerStatuses"][0]["state"]["terminated"].isNull }
            #expect(first["status"]["initContainerStatuses"][2]["state"]["waiting"]["reason"] == "PodInitializing")
            #expect(first.condition("Initialized") == "False")
            let running = try await bed.pod("web") { $0["status"]["phase"] == "Running" }
            #expect(running.condition("Initialized") == "True")
            #expect(running["status"]["initContainerStatuses"][1]["state"]["running"].object != nil)
            #expect(running["status"]["initContainerStatuses"][2]["state"]["terminated"]["exitCode"] == 0)
            #expect(running["status"]["containerStatuses"].items.map { $0["name"] } == ["a", "b"])
            #expect(running["status"]["containerStatuses"].items.map { $0["ready"] } == [true, false])
            #expect(!running.isReady)
            let started = bed.clock.now
            let ready = try await bed.pod("web") { $0.isReady }
            let warming = bed.clock.now - started
            #expect(warming >= .seconds(18))
            #expect(ready["status"]["conditions"].items.allSatisfy { $0["reason"].isNull && $0["message"].isNull })
        }
    }

    @Test func endsAPodWithinItsGracePeriod() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web")
            let pod = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web", DeleteOptions(gracePeriodSeconds: 30))
            let ending = try await bed.client.get(PodFields.kind, "web")
            let asked = ending["metadata"]["deletionTimestamp"].string
            #expect(asked != nil)
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isNull }
            let taken = bed.clock.now - begun
            #expect(taken < .seconds(5))
            try await bed.run("web")
            let next = try await bed.pod("web") { $0.isReady }
            let uids = [pod["metadata"]["uid"], next["metadata"]["uid"]]
            #expect(Set(uids).count == 2)
            #expect(next["status"]["podIP"] == "192.168.10.21")
            let events = try await bed.events(about: "web")
            #expect(events.contains("Killing"))
        }
    }

    @Test func podsOfJobsEndOnlyIfAskedTo() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            let once: Value = ["restartPolicy": "Never"]
            try await bed.run("good", once, annotations: ["simulation.eyrie.dev/run-seconds": "3"])
            try await bed.run(
                "bad", once, annotations: ["simulation.eyrie.dev/run-seconds": "3", "simulation.eyrie.dev/exit-code": "2"])
            try await bed.run("stays", once)
            let good = try await bed.pod("good") { $0["status"]["phase"] == "Succeeded" }
            #expect(good["status"]["containerStatuses"][0]["state"]["terminated"]["reason"] == "Completed")
            #expect(good.condition("Ready") == "False")
            let bad = try await bed.pod("bad") { $0["status"]["phase"] == "Failed" }
            #expect(bad["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 2)
            bed.clock.advance(by: .seconds(60))
            let stays = try await bed.client.get(PodFields.kind, "stays")
            #expect(stays.isReady)
            try await bed.run(
                "again", ["restartPolicy": "OnFailure"],
                annotations: ["simulation.eyrie.dev/run-seconds": "1", "simulation.eyrie.dev/exit-code": "1"])
            let crashed = try await bed.pod("again") { $0.waiting == "CrashLoopBackOff" }
            #expect(crashed["status"]["containerStatuses"][0]["restartCount"] == 1)
            let second = try await bed.pod("again") { $0["status"]["containerStatuses"][0]["restartCount"] == 2 }
            #expect(second["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 1)
            #expect(second["status"]["phase"] == "Running")
        }
    }

    @Test(arguments: [
        ([], 1, 0), (["sleep", "30"], 30, 0), (["sh", "-c", "sleep 5; exit 3"], 5, 3), (["perl", "-wle", "print bpi(2000)"], 1, 0),
    ])
    func podsOfJobsDoWhatTheirCommandSays(command: [String], seconds: Int, exitCode: Int) throws {
        var pod: Value = ["spec": ["restartPolicy": "Never", "containers": [["command": .array(command.map(Value.string))]]]]
        #expect(StageTable.ending(of: pod) == nil, "nobody's pod goes on")
        pod["metadata"]["ownerReferences"] = [["kind": "Job", "controller": true]]
        let ending = try #require(StageTable.ending(of: pod))
        #expect(ending.seconds == seconds && ending.exitCode == exitCode)
        pod["metadata"]["annotations"] = ["simulation.eyrie.dev/run-seconds": "7"]
        #expect(StageTable.ending(of: pod)?.seconds == 7)
    }

    @Test func reportsImagesThatCannotBePulled() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("typo", ["containers": [["name": "main", "image": "nginx:1.161"]]])
            try await bed.run("odd", ["containers": [["name": "main", "image": "Nginx::1"], ["name": "side", "image": "redis"]]])
            let failing = try await bed.pod("typo") { $0.waiting == "ErrImagePull" }
            #expect(failing["status"]["phase"] == "Pending")
            _ = try await bed.pod("typo") { $0.waiting == "ImagePullBackOff" }
            let odd = try await bed.pod("odd") { $0.waiting == "InvalidImageName" }
            let side = try await bed.pod("odd") { $0["status"]["containerStatuses"][1]["ready"] == true }
            #expect(side["status"]["phase"] == "Pending")
            #expect(!odd.isReady)
            _ = try await bed.client.patch(
                PodFields.kind, "typo", .strategic(["spec": ["containers": [["name": "main", "image": "nginx:1.16.1"]]]]))
            _ = try await bed.pod("typo") { $0.isReady }
        }
    }

    @Test func goesOnWhereItWasAfterARestart() async throws {
        let bed = try await MachineBed()
        var slow = StageTable()
        slow.start = .seconds(3600)
        try await bed.with(bed.machine(stages: slow)) {
            try await bed.run("half")
            _ = try await bed.pod("half") { $0.condition("PodReadyToStartContainers") == "True" }
        }
        try await bed.run("new")
        try await bed.with(bed.machine()) {
            let half = try await bed.pod("half") { $0.isReady }
            #expect(half["status"]["podIP"] == "192.168.10.20")
            let new = try await bed.pod("new") { $0.isReady }
            #expect(new["status"]["podIP"] == "192.168.10.21")
            #expect(half["status"]["startTime"] != .null)
        }
        try await bed.client.delete(PodFields.kind, "half")
        try await bed.with(bed.machine()) {
            _ = try await bed.pod("half") { $0.isNull }
            let new = try await bed.client.get(PodFields.kind, "new")
            #expect(new.isReady)
        }
    }

    @Test(
        arguments: [
            ("nginx", "docker.io/library/nginx:latest"), ("nginx:1.2", "docker.io/library/nginx:1.2"), ("a/b", "docker.io/a/b:latest"),
            ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"), ("localhost:5000/x", "localhost:5000/x:latest"),
            ("UPPER", nil), ("a:", nil), ("a//b", nil), ("", nil), ("a@sha256:12", nil), ("-a", nil), ("a b", nil), ("a:b:c", nil),
        ] as [(String, String?)])
    func takesImageNamesApart(image: String, name: String?) { #expect(ImageReference(image)?.name == name) }
}
