import Control
import Documents
import KubeClient
import KubeModel
import Linux
import Testing

@testable import LinuxNode

@Suite(.enabled(if: ContainerdBed.isPossible && HostBed.isPossible), .serialized) struct RealNodeTests {
    private static let staying = "trap 'exit 0' TERM; while true; do sleep 0.05; done"

    @Test func runsReportsAndRemovesPods() async throws {
        try await NodeBed.with { bed in
            let probe: Value = ["exec": ["command": ["/bin/sh", "-c", "test -e /tmp/up"]], "periodSeconds": 1]
            try await bed.run("web", "touch /tmp/up; \(Self.staying)", container: ["readinessProbe": probe])
            let web = try await bed.ready("web")
            let container = web["status"]["containerStatuses"][0]
            #expect(web["status"]["phase"] == "Running" && web["status"]["podIP"] == "192.0.2.7")
            #expect(container["image"].string == ContainerdBed.image && container["imageID"].string?.contains("sha256:") == true)

            try await bed.run("job", "echo sorry > /dev/termination-log; exit 3", ["restartPolicy": "Never"])
            let job = try await bed.pod("job") { $0["status"]["phase"] == "Failed" }
            let ended = job["status"]["containerStatuses"][0]["state"]["terminated"]
            #expect(ended["exitCode"] == 3 && ended["reason"] == "Error" && ended["message"] == "sorry\n")

            try await bed.run("greedy", "exec /bin/tail /dev/zero", container: ["resources": ["limits": ["memory": "20Mi"]]])
            // The runtime may hear of the end before its cause.
            _ = try await bed.pod("greedy") {
                let status = $0["status"]["containerStatuses"][0]
                return (status["restartCount"].int ?? 0) > 0 && status["lastState"]["terminated"]["reason"] == "OOMKilled"
            }

            for name in ["web", "job", "greedy"] { try await bed.client.delete(PodFields.kind, name) }
            for name in ["web", "job", "greedy"] { _ = try await bed.pod(name) { $0.isNull } }
            #expect(try await bed.containerd.runtime.sandboxes().isEmpty)
            #expect(await bed.host.uids().isEmpty)
        }
    }

    @Test func podsOutliveTheirRuntimesRestart() async throws {
        try await NodeBed.with { bed in
            try await bed.run("web", Self.staying)
            try await bed.run("brief", "sleep 3; exit 1")
            let before = try await bed.ready("web")["status"]["containerStatuses"][0]
            _ = try await bed.ready("brief")
            bed.containerd.kill()
            try await bed.clock.sleep(for: .milliseconds(500))
            try bed.containerd.start()
            try await bed.containerd.ready()
            _ = try await bed.pod("brief") { ($0["status"]["containerStatuses"][0]["restartCount"].int ?? 0) > 0 }
            let after = try await bed.ready("web")["status"]["containerStatuses"][0]
            #expect(after == before)
            try await bed.client.delete(PodFields.kind, "web")
            _ = try await bed.pod("web") { $0.isNull }
        }
    }

    @Test func startsManyPodsSideBySide() async throws {
        try await NodeBed.with { bed in
            let begun = bed.clock.now
            for index in 0..<20 { try await bed.run("pod-\(index)", "exec sleep 1000") }
            for index in 0..<20 { _ = try await bed.ready("pod-\(index)") }
            let taken = bed.clock.now - begun
            print("20 pods:", taken)
            #expect(taken < .seconds(60))
        }
    }

    @Test func startsPodsFast() async throws {
        try await NodeBed.with { bed in
            try await bed.run("first", Self.staying)
            _ = try await bed.ready("first")
            // A pause of ours would be in every start, what a busy machine takes is in some.
            var times: [Duration] = []
            for index in 0..<40 where times.count < 8 || times.allSatisfy({ $0 >= .seconds(1) }) {
                let begun = bed.clock.now
                try await bed.run("pod-\(index)", Self.staying)
                _ = try await bed.ready("pod-\(index)")
                times.append(bed.clock.now - begun)
                try await bed.client.delete(PodFields.kind, "pod-\(index)")
            }
            print("pod start:", times.map { $0.description }.joined(separator: " "))
            #expect(times.contains { $0 < .seconds(1) })
        }
    }
}
