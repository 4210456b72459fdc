import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import SimulatedNode

@Suite struct NodeTests {
    @Test func registersAsAnEKSNodeAndBecomesReady() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            let node = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName) { $0.isReady }
            #expect(node["spec"]["providerID"] == "aws:///us-west-1a/i-0123456789abcdef0")
            #expect(
                node["spec"]["taints"].items.filter { $0["key"].string?.hasPrefix("node.kubernetes.io/") == false } == [
                    ["key": "dedicated", "value": "lab", "effect": "NoSchedule"], ["key": "spare", "effect": "NoExecute"],
                ])
            let labels = node["metadata"]["labels"]
            #expect(labels["k8s.io/cloud-provider-aws"].string?.count == 32)
            #expect(labels["eks.amazonaws.com/nodegroup"] == "ng-1")
            #expect(labels["node.kubernetes.io/instance-type"] == "t3.medium")
            #expect(labels["topology.kubernetes.io/zone"] == "us-west-1a")
            #expect(labels["kubernetes.io/hostname"] == .string(MachineBed.spec.nodeName))
            #expect(node["status"]["addresses"][0] == ["type": "InternalIP", "address": "192.168.1.2"])
            #expect(node["status"]["nodeInfo"]["kubeletVersion"] == "v1.36.2-eks-abcdef0")
            #expect(node.condition("MemoryPressure") == "False")
            let lease = try await bed.client.get(LeaseFields.kind, namespace: "kube-node-lease", MachineBed.spec.nodeName)
            #expect(lease["spec"]["leaseDurationSeconds"] == 40)
            #expect(lease["metadata"]["ownerReferences"][0]["uid"] == node["metadata"]["uid"])
        }
    }

    @Test func tellsHowItStarts() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            _ = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName) { $0.isReady }
            var reasons: [String] = []
            for _ in 0..<30_000 where reasons.count < 6 {
                reasons = try await bed.events(about: MachineBed.spec.nodeName)
                try await SystemClock().sleep(for: .milliseconds(1))
            }
            let states = ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"]
            #expect(reasons == ["Starting"] + states + ["NodeAllocatableEnforced", "NodeReady"])
        }
    }

    /// Figures of real nodes: t3.medium and m5.large with an 80 GiB volume, t2.micro with one core.
    @Test func reservesWhatEKSReserves() {
        var spec = MachineBed.spec
        var size: NodeSize { NodeDocument(spec: spec, bootID: "").size }
        #expect(size.capacity["ephemeral-storage"] == "83873772Ki")
        #expect(size.allocatable["ephemeral-storage"] == "76224326324")
        #expect(size.allocatable["cpu"] == "1930m")
        (spec.virtualCPUs, spec.volumeGiB) = (1, 20)
        #expect(size.allocatable["cpu"] == "940m")
        #expect(size.allocatable["ephemeral-storage"] == "18242267924")
        (spec.virtualCPUs, spec.memoryMiB, spec.maxPods) = (16, 65_536, 234)
        #expect(size.allocatable["cpu"] == "15890m")
        let memoryKiB = 65_536 * 1024 * 94 / 100
        #expect(size.capacity["memory"] == "\(memoryKiB)Ki")
        #expect(size.allocatable["memory"] == "\(memoryKiB - (11 * 234 + 355) * 1024)Ki")
    }

    @Test func keepsItsLeaseFreshAndReportsEveryFiveMinutes() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            let node = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName) { $0.isReady }
            let begun = bed.clock.now
            for count in 1...3 {
                let due = begun + .seconds(count * 11)
                _ = try await bed.wait(LeaseFields.kind, MachineBed.spec.nodeName, namespace: "kube-node-lease") {
                    $0["spec"]["renewTime"].string.flatMap(Timestamp.init).map { $0 > due - .seconds(10) } ?? false
                }
                #expect(bed.clock.now < due + .seconds(2))
            }
            let heartbeat = node["status"]["conditions"][0]["lastHeartbeatTime"]
            let later = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName, step: .seconds(1)) {
                $0["status"]["conditions"][0]["lastHeartbeatTime"] != heartbeat
            }
            #expect(bed.clock.now - begun >= .seconds(298))
            #expect(later["status"]["conditions"][3]["lastTransitionTime"] == node["status"]["conditions"][3]["lastTransitionTime"])
        }
    }

    @Test func mendsItsStatusAfterASilence() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) { _ = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName) { $0.isReady } }
        _ = try await bed.client.patch(
            NodeFields.kind, MachineBed.spec.nodeName, .strategic(["status": ["conditions": [["type": "Ready", "status": "Unknown"]]]]),
            subresource: "status")
        bed.clock.advance(by: .seconds(100))
        try await bed.with(bed.machine()) { _ = try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName) { $0.isReady } }
        let nodes = try await bed.client.all(NodeFields.kind)
        #expect(nodes.items.count == 1)
    }
}
