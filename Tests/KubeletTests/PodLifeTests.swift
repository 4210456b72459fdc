import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import Kubelet

@Suite struct PodLifeTests {
    @Test func bringsAPlainPodToReady() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            let pod = try await bed.pod("web") { $0.isReady }
            let status = pod["status"]
            #expect(status["phase"] == "Running")
            #expect(status["podIP"].string?.hasPrefix("10.0.0.") == true)
            #expect(status["podIPs"] == [["ip": status["podIP"]]])
            #expect(status["hostIP"] == "192.168.1.2")
            #expect(status["hostIPs"] == [["ip": "192.168.1.2"]])
            #expect(status["qosClass"] == "BestEffort")
            for type in ["PodReadyToStartContainers", "Initialized", "ContainersReady", "PodScheduled"] {
                #expect(pod.condition(type) == "True", "\(type)")
            }
            let container = pod.container("main")
            #expect(container["ready"] == true)
            #expect(container["started"] == true)
            #expect(container["restartCount"] == 0)
            #expect(container["containerID"].string?.hasPrefix("containerd://") == true)
            #expect(container["state"]["running"]["startedAt"].string != nil)
            _ = try await bed.event(about: "web", "Started")
            let events = try await bed.events(about: "web")
            #expect(
                events.suffix(3) == [
                    "Pulled: Container image \"nginx:1\" already present on machine and can be accessed by the pod",
                    "Created: Container created", "Started: Container started",
                ])
        }
    }

    @Test func removesADeletedPodOnlyWhenEverythingOfItIsGone() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let uid = try await bed.run("web")["metadata"]["uid"].string ?? ""
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            _ = try await bed.pod("web") { $0.isNull }
            bed.runtime.change { state in
                #expect(state.boxes.isEmpty)
                #expect(state.sandboxes.isEmpty)
            }
            bed.host.change { #expect($0.released == [uid]) }
            #expect(try await bed.events(about: "web").contains("Killing: Stopping container main"))
        }
    }
}
