import Control
import Documents
import KubeClient
import KubeModel
import Synchronization
import Testing

@testable import Kubelet

@Suite struct ProbeTests {
    private static func main(_ probes: Value, image: String = "nginx:1") -> Value {
        var container: Value = ["name": "main", "image": .string(image), "ports": [["name": "http", "containerPort": 8080]]]
        for member in probes.object ?? [:] { container[member.key] = member.value }
        return ["containers": [container]]
    }

    @Test func isReadyOnceItsReadinessProbeSucceeds() async throws {
        let bed = try await KubeletBed()
        bed.network.change { $0.statuses["/ready"] = 503 }
        try await bed.with {
            let header: Value = [["name": "X-Who", "value": "kubelet"]]
            let get: Value = ["path": "/ready", "port": "http", "scheme": "HTTPS", "httpHeaders": header]
            try await bed.run("web", Self.main(["readinessProbe": ["httpGet": get, "periodSeconds": 2]]))
            #expect(
                try await bed.event(about: "web", "Unhealthy")
                    == "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503")
            let waiting = try await bed.client.get(PodFields.kind, "web")
            #expect(!waiting.isReady && waiting.phase == "Running" && waiting.container("main")["started"] == true)
            bed.network.change { $0.statuses["/ready"] = 204 }
            _ = try await bed.pod("web") { $0.isReady }
            let target = bed.network.state.withLock { $0.targets.first }
            #expect(target?.url.hasPrefix("https://10.0.0.") == true && target?.port == 8080)
            #expect(target?.headers["x-who"] == "kubelet")
            #expect(target?.headers["user-agent"] == "kube-probe/1.36")
            bed.network.change { $0.statuses["/ready"] = 500 }
            let begun = bed.clock.now
            let unready = try await bed.pod("web") { !$0.isReady }
            let taken = bed.clock.now - begun
            #expect(taken > .seconds(3), "three failures are needed")
            #expect(unready.container("main")["restartCount"] == 0)
        }
    }

    @Test func isReadyAsSoonAsItsServerListens() async throws {
        let bed = try await KubeletBed()
        bed.network.change { $0.closed = [80] }
        try await bed.with {
            try await bed.run("web", Self.main(["readinessProbe": ["httpGet": ["port": 80], "periodSeconds": 10]]))
            _ = try await bed.pod("web") { $0.container("main")["started"] == true }
            try await bed.pass(.milliseconds(500))
            bed.network.change { $0.closed = [] }
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isReady }
            let taken = DurationText.milliseconds(bed.clock.now - begun)
            #expect(taken < 1500)
            let events = try await bed.events(about: "web")
            #expect(events.contains { $0.hasPrefix("Unhealthy") } == false)
        }
    }

    @Test func restartsAContainerWhoseLivenessProbeFails() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let probe: Value = ["tcpSocket": ["port": 80], "periodSeconds": 1, "failureThreshold": 2, "terminationGracePeriodSeconds": 7]
            try await bed.run("web", Self.main(["livenessProbe": probe]))
            _ = try await bed.pod("web") { $0.isReady }
            bed.network.change { $0.closed = [80] }
            _ = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 }
            let address = try await bed.client.get(PodFields.kind, "web")["status"]["podIP"].string ?? ""
            #expect(
                try await bed.event(about: "web", "Unhealthy")
                    == "Unhealthy: Liveness probe failed: dial tcp \(address):80: connect: connection refused")
            #expect(try await bed.event(about: "web", "Killing") == "Killing: Container main failed liveness probe, will be restarted")
            #expect(bed.runtime.state.withLock { $0.stopGraces["main"] } == .seconds(7))
        }
    }

    @Test func waitsForTheStartupProbeBeforeTheOthers() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.executions["check"] = ExecOutcome(exitCode: 1, output: Array("not yet\n".utf8), error: []) }
        try await bed.with {
            let startup: Value = ["exec": ["command": ["check"]], "periodSeconds": 1, "failureThreshold": 30]
            let ready: Value = ["httpGet": ["port": 80], "periodSeconds": 1]
            try await bed.run("web", Self.main(["startupProbe": startup, "readinessProbe": ready, "livenessProbe": ready]))
            #expect(try await bed.event(about: "web", "Unhealthy") == "Unhealthy: Startup probe failed: not yet\n")
            try await bed.pass(.seconds(3))
            #expect(bed.network.state.withLock { $0.targets.isEmpty })
            let waiting = try await bed.client.get(PodFields.kind, "web")
            #expect(waiting.container("main")["started"] == false)
            bed.runtime.change { $0.executions = [:] }
            let pod = try await bed.pod("web") { $0.isReady }
            #expect(pod.container("main")["started"] == true)
            let checks = bed.runtime.calls.filter { $0 == "execute check" }.count
            try await bed.pass(.seconds(5))
            #expect(bed.runtime.calls.filter { $0 == "execute check" }.count == checks, "it is not asked again")
        }
    }

    @Test func countsACommandThatTakesTooLongAsAFailure() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let probe: Value = ["exec": ["command": ["sleep", "10"]], "timeoutSeconds": 2, "periodSeconds": 5]
            try await bed.run("web", Self.main(["readinessProbe": probe]))
            #expect(
                try await bed.event(about: "web", "Unhealthy")
                    == "Unhealthy: Readiness probe failed: command timed out: \"sleep 10\" timed out after 2s")
        }
    }

    @Test func asksTheHealthServiceOfGRPC() async throws {
        let bed = try await KubeletBed()
        bed.network.change { $0.health["db"] = 2 }
        try await bed.with {
            try await bed.run("web", Self.main(["readinessProbe": ["grpc": ["port": 9000, "service": "db"], "periodSeconds": 1]]))
            #expect(
                try await bed.event(about: "web", "Unhealthy")
                    == "Unhealthy: Readiness probe failed: service unhealthy (responded with \"NOT_SERVING\")")
            bed.network.change { $0.health = [:] }
            _ = try await bed.pod("web") { $0.isReady }
        }
    }

    @Test func keepsToInitialDelayAndSuccessThreshold() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let probe: Value = ["httpGet": ["port": 80], "initialDelaySeconds": 10, "periodSeconds": 2, "successThreshold": 3]
            try await bed.run("web", Self.main(["readinessProbe": probe]))
            _ = try await bed.pod("web") { $0.container("main")["started"] == true && !$0.isReady }
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isReady }
            let taken = DurationText.seconds(bed.clock.now - begun)
            #expect((13...15).contains(taken))
        }
    }

    @Test func waitsForReadinessGates() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web", ["readinessGates": [["conditionType": "example.com/open"]]])
            let waiting = try await bed.pod("web") { $0.condition("ContainersReady") == "True" }
            #expect(waiting.entry("Ready")["reason"] == "ReadinessGatesNotReady")
            #expect(
                waiting.entry("Ready")["message"]
                    == "corresponding condition of pod readiness gate \"example.com/open\" does not exist.")
            let gate: Value = ["status": ["conditions": [["type": "example.com/open", "status": "True"]]]]
            _ = try await bed.client.patch(PodFields.kind, "web", .strategic(gate), subresource: "status")
            let ready = try await bed.pod("web") { $0.isReady }
            #expect(ready.condition("example.com/open") == "True")
            #expect(ready.entry("Ready")["message"].isNull)
        }
    }
}
