import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import Kubelet

@Suite struct NodeTests {
    @Test func registersAsAnEKSNodeDoes() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            let node = try await bed.wait(NodeFields.kind, KubeletBed.node.name) { $0.isReady }
            let labels = node["metadata"]["labels"]
            #expect(labels["node.kubernetes.io/instance-type"] == "t3.medium")
            #expect(labels["topology.kubernetes.io/zone"] == "us-west-1a")
            #expect(labels["eks.amazonaws.com/nodegroup"] == "ng-1")
            #expect(node["spec"]["providerID"] == "aws:///us-west-1a/i-0123456789abcdef0")
            #expect(node["spec"]["taints"].items.contains { $0["key"] == "dedicated" })
            let status = node["status"]
            #expect(status["capacity"]["memory"] == "4Gi" && status["allocatable"]["cpu"] == "1930m")
            #expect(status["allocatable"]["pods"] == "17")
            #expect(status["nodeInfo"]["containerRuntimeVersion"] == "containerd://1.6.20")
            #expect(status["daemonEndpoints"]["kubeletEndpoint"]["Port"] == 10250)
            #expect(status["volumesInUse"].isNull)
            #expect(node.entry("Ready")["message"] == "kubelet is posting ready status")
            #expect(node.entry("MemoryPressure")["reason"] == "KubeletHasSufficientMemory")
            _ = try await bed.event(about: KubeletBed.node.name, "NodeReady: Node \(KubeletBed.node.name) status is now: NodeReady")
        }
    }

    @Test func isReadyAsSoonAsTheNetworkIs() async throws {
        let bed = try await KubeletBed()
        bed.runtime.change { $0.networkReady = false }
        try await bed.with {
            let waiting = try await bed.wait(NodeFields.kind, KubeletBed.node.name) { !$0.entry("Ready").isNull }
            #expect(waiting.entry("Ready")["reason"] == "KubeletNotReady")
            #expect(
                waiting.entry("Ready")["message"]
                    == "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"
            )
            try await bed.pass(.seconds(3))
            bed.runtime.change { $0.networkReady = true }
            let begun = bed.clock.now
            _ = try await bed.wait(NodeFields.kind, KubeletBed.node.name, step: .milliseconds(20)) { $0.isReady }
            let taken = bed.clock.now - begun
            #expect(taken <= .milliseconds(400))
        }
    }

    @Test func tellsThatTheRuntimeIsDown() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            bed.runtime.change { $0.isUp = false }
            let node = try await bed.wait(NodeFields.kind, KubeletBed.node.name, step: .seconds(1)) { $0.condition("Ready") == "False" }
            #expect(node.entry("Ready")["message"] == "container runtime is down")
            bed.runtime.change { $0.isUp = true }
            _ = try await bed.wait(NodeFields.kind, KubeletBed.node.name) { $0.isReady }
            let pod = try await bed.client.get(PodFields.kind, "web")
            #expect(pod.container("main")["restartCount"] == 0)
        }
    }

    @Test func renewsItsLeaseAndReportsPressure() async throws {
        let bed = try await KubeletBed()
        let kubelet = bed.kubelet()
        try await bed.with(kubelet) {
            let lease = try await bed.wait(LeaseFields.kind, KubeletBed.node.name, namespace: "kube-node-lease") { !$0.isNull }
            #expect(lease["spec"]["leaseDurationSeconds"] == 40)
            #expect(lease["metadata"]["ownerReferences"][0]["kind"] == "Node")
            _ = try await bed.wait(LeaseFields.kind, KubeletBed.node.name, namespace: "kube-node-lease") {
                $0["spec"]["renewTime"] != lease["spec"]["renewTime"]
            }
            kubelet.report(NodePressure(memory: true))
            let node = try await bed.wait(NodeFields.kind, KubeletBed.node.name) { $0.condition("MemoryPressure") == "True" }
            #expect(node.entry("MemoryPressure")["reason"] == "KubeletHasInsufficientMemory")
            try await bed.run("poor")
            let poor = try await bed.pod("poor") { $0.phase == "Failed" }
            #expect(poor["status"]["reason"] == "Evicted")
            #expect(poor["status"]["message"] == "Pod was rejected: The node had condition: [MemoryPressure]. ")
        }
    }

    @Test func refusesPodsThatDoNotFit() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            func asking(_ cpu: Value, _ more: Value = .null) -> Value {
                var spec: Value = ["containers": [["name": "main", "image": "nginx:1", "resources": ["requests": ["cpu": cpu]]]]]
                for member in more.object ?? [:] { spec[member.key] = member.value }
                return spec
            }
            try await bed.run("first", asking("1500m"))
            _ = try await bed.pod("first") { $0.isReady }
            try await bed.run("second", asking("500m"))
            let second = try await bed.pod("second") { $0.phase == "Failed" }
            #expect(second["status"]["reason"] == "OutOfcpu")
            #expect(
                second["status"]["message"]
                    == "Pod was rejected: Node didn't have enough resource: cpu, requested: 500, used: 1500, capacity: 1930")
            _ = try await bed.event(about: "second", "OutOfcpu: Node didn't have enough resource")
            try await bed.run("elsewhere", asking("1m", ["nodeSelector": ["disk": "ssd"]]))
            let elsewhere = try await bed.pod("elsewhere") { $0.phase == "Failed" }
            #expect(elsewhere["status"]["reason"] == "NodeAffinity")
            try await bed.client.delete(PodFields.kind, "second")
            _ = try await bed.pod("second") { $0.isNull }
            let port: Value = ["containers": [["name": "main", "image": "nginx:1", "ports": [["containerPort": 80, "hostPort": 80]]]]]
            try await bed.run("port", port)
            _ = try await bed.pod("port") { $0.isReady }
            try await bed.run("taken", port)
            let taken = try await bed.pod("taken") { $0.phase == "Failed" }
            #expect(taken["status"]["reason"] == "NodePorts")
        }
    }
}
