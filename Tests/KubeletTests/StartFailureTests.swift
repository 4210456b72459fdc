import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import Kubelet

@Suite struct StartFailureTests {
    @Test func waitsForAConfigurationThatCannotBeMadeYet() async throws {
        let bed = try await KubeletBed()
        bed.host.change { $0.configFailures["main"] = .config("configmap \"settings\" not found") }
        try await bed.with {
            try await bed.run("web")
            let pod = try await bed.pod("web") { $0.waiting() == "CreateContainerConfigError" }
            #expect(pod.container("main")["state"]["waiting"]["message"] == "configmap \"settings\" not found")
            _ = try await bed.event(about: "web", "Failed: Error: configmap \"settings\" not found")
            bed.host.change { $0.configFailures = [:] }
            let ready = try await bed.pod("web") { $0.isReady }
            #expect(ready.container("main")["restartCount"] == 0)
        }
    }

    @Test func tellsWhyAContainerCannotRun() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.startFailures["main"] = "failed to create containerd task: exec: \"nope\": not found" }
        try await bed.with {
            try await bed.run("web")
            let pod = try await bed.pod("web") { ["RunContainerError", "CrashLoopBackOff"].contains($0.waiting()) }
            #expect(pod.container("main")["lastState"]["terminated"]["reason"] == "StartError")
            #expect(pod.container("main")["lastState"]["terminated"]["exitCode"] == 128)
            _ = try await bed.event(about: "web", "Failed: Error: failed to create containerd task: exec: \"nope\": not found")
            _ = try await bed.pod("web") { $0.waiting() == "CrashLoopBackOff" }
        }
    }

    @Test func tellsThatAVolumeCannotBeMountedAndTriesAgain() async throws {
        let bed = try await KubeletBed()
        let problem = "MountVolume.SetUp failed for volume \"x\" : secret \"y\" not found"
        bed.host.change { $0.prepareFailure = .volume(name: "x", message: problem) }
        try await bed.with {
            try await bed.run("web")
            #expect(try await bed.event(about: "web", "FailedMount") == "FailedMount: \(problem)")
            let pod = try await bed.client.get(PodFields.kind, "web")
            #expect(pod.waiting() == "ContainerCreating")
            bed.host.change { $0.prepareFailure = nil }
            _ = try await bed.pod("web") { $0.isReady }
        }
    }

    @Test func tellsThatASandboxCannotBeMadeAndTriesAgain() async throws {
        let bed = try await KubeletBed()
        let problem = "failed to setup network for sandbox: plugin type=\"aws-cni\" failed (add): no address is free"
        bed.runtime.change { $0.sandboxFailure = problem }
        try await bed.with {
            try await bed.run("web")
            #expect(
                try await bed.event(about: "web", "FailedCreatePodSandBox")
                    == "FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = \(problem)")
            bed.runtime.change { $0.sandboxFailure = nil }
            let pod = try await bed.pod("web") { $0.isReady }
            #expect(pod.container("main")["restartCount"] == 0)
        }
    }

    @Test func makesANewSandboxWhenTheOldOneIsGone() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            let before = try await bed.pod("web") { $0.isReady }
            bed.runtime.endSandbox(of: "web")
            let after = try await bed.pod("web") { $0.container("main")["restartCount"] == 1 && $0.isReady }
            #expect(after["status"]["podIP"] != before["status"]["podIP"])
            #expect(after["status"]["podIPs"].items.count == 1)
            _ = try await bed.event(about: "web", "SandboxChanged: Pod sandbox changed, it will be killed and re-created.")
        }
    }

    @Test func startsPodsOfTheirOwnNetworkOnlyWhenThereIsOne() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.networkReady = false }
        try await bed.with {
            try await bed.run("web")
            try await bed.run("host", ["hostNetwork": true])
            let host = try await bed.pod("host") { $0.isReady }
            #expect(host["status"]["podIP"] == "192.168.1.2")
            _ = try await bed.event(about: "web", "NetworkNotReady: network is not ready: container runtime network not ready")
            #expect(try await bed.client.get(PodFields.kind, "web").phase == "Pending")
            bed.runtime.change { $0.networkReady = true }
            let begun = bed.clock.now
            _ = try await bed.pod("web") { $0.isReady }
            let taken = bed.clock.now - begun
            #expect(taken < .seconds(2))
        }
    }
}
