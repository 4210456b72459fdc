import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let scheduling: [Behaviour] = [
        Behaviour("a taint keeps pods away unless they tolerate it, and NoExecute evicts those that stand") { scene in
            let stage = try await scene.cluster(nodes: 2)
            let nodes = try await stage.nodes().map(\.name)
            try await stage.deployment("plain", 2)
            try await stage.rolledOut("plain", 2)
            let taint: Value = ["key": "dedicated", "value": "lab", "effect": "NoExecute"]
            let toleration: Value = ["key": "dedicated", "operator": "Equal", "value": "lab", "effect": "NoExecute"]
            _ = try await stage.kubernetes.patch(NodeFields.kind, nodes[0], .strategic(["spec": ["taints": [taint]]]))
            try await scene.eventually("plain pods stand on the other node only") {
                let pods = try await stage.readyPods("plain")
                return pods.count == 2 && pods.allSatisfy { $0.nodeName == nodes[1] }
            }
            try await stage.deployment(
                "tolerant", 2, pod: ["tolerations": [toleration], "nodeSelector": ["kubernetes.io/hostname": .string(nodes[0])]])
            try await stage.rolledOut("tolerant", 2)
            try await scene.throughout(.seconds(60), every: .seconds(10), "tolerant pods stay") {
                try await stage.readyPods("tolerant").filter { $0.nodeName == nodes[0] }.count == 2
            }
        },
        Behaviour("a toleration with an end holds that long") { scene in
            let stage = try await scene.cluster(nodes: 1)
            let toleration: Value = ["key": "spare", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 90]
            try await stage.pod("short", ["tolerations": [toleration]])
            let name = scene.name("short")
            try await scene.eventually("the pod runs") { try await stage.find(PodFields.kind, name)?.isReadyPod == true }
            let node = try await stage.nodes()[0].name
            _ = try await stage.kubernetes.patch(
                NodeFields.kind, node, .strategic(["spec": ["taints": [["key": "spare", "effect": "NoExecute"]]]]))
            try await scene.throughout(.seconds(85), "the pod is tolerated") {
                try await stage.find(PodFields.kind, name)?.isReadyPod == true
            }
            try await scene.eventually("the pod is evicted", within: .seconds(10)) { try await stage.find(PodFields.kind, name) == nil }
        },
        Behaviour("of waiting pods the one with the higher priority goes first") { scene in
            let stage = try await scene.cluster(nodes: 1)
            for (name, value) in [("low", 10), ("high", 1000)] {
                try await stage.create(PriorityClassFields.kind, name, in: nil, ["value": .int(Int64(value))])
            }
            let node = try await stage.nodes()[0].name
            try await stage.cordon(node)
            let container: Value = ["name": "main", "image": "nginx:1.27", "resources": ["requests": ["cpu": "1100m"]]]
            for name in ["low", "high"] {
                try await stage.pod(name, ["priorityClassName": .string(scene.name(name)), "containers": [container]])
                try await scene.pass(.seconds(5))
            }
            try await scene.eventually("both wait") {
                try await ["low", "high"].asyncAll { name in
                    try await stage.find(PodFields.kind, scene.name(name))?.condition("PodScheduled") == "False"
                }
            }
            try await stage.cordon(node, false)
            try await scene.eventually("the high one runs") { try await stage.find(PodFields.kind, scene.name("high"))?.isReadyPod == true }
            let low = try await stage.find(PodFields.kind, scene.name("low"))
            try scene.expect(low?.nodeName == "", "there is room for one; the low one stands on \(low?.nodeName ?? "nothing")")
            try await stage.kubernetes.delete(PodFields.kind, scene.name("high"))
            try await scene.eventually("the low one runs when there is room", within: .seconds(360)) {
                try await stage.find(PodFields.kind, scene.name("low"))?.isReadyPod == true
            }
        },
        Behaviour("pods that fit nowhere wait, and run on the node that is added for them") { scene in
            let stage = try await scene.cluster(nodes: 1)
            let container: Value = ["name": "main", "image": "nginx:1.27", "resources": ["requests": ["cpu": "1100m"]]]
            try await stage.deployment("big", 2, pod: ["containers": [container]])
            try await scene.eventually("one runs and one waits") {
                let pods = try await stage.pods("big")
                return pods.count { $0.isReadyPod } == 1 && pods.count { $0.reason("PodScheduled") == "Unschedulable" } == 1
            }
            try await stage.update("ng", ["scalingConfig": ["desiredSize": 2]])
            try await stage.rolledOut("big", 2)
        },
    ]
}

extension Array where Element: Sendable {
    /// Whether a condition holds for all elements.
    func asyncAll(_ condition: (Element) async throws -> Bool) async throws -> Bool {
        for element in self where try await !condition(element) { return false }
        return true
    }
}
