import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let nodes: [Behaviour] = [
        Behaviour("a drained node is emptied, as fast as a disruption budget lets it") { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 4)
            try await stage.rolledOut("web", 4)
            let app = Value.string(scene.name("web"))
            try await stage.create(
                PodDisruptionBudgetFields.kind, "web", ["spec": ["minAvailable": 3, "selector": ["matchLabels": ["app": app]]]])
            let node = try await stage.nodes()[0].name
            try await scene.eventually("the budget allows one") {
                try await stage.find(PodDisruptionBudgetFields.kind, scene.name("web"))?["status"]["disruptionsAllowed"] == 1
            }
            try await stage.cordon(node)
            let first = try await stage.pods("web").filter { $0.nodeName == node }
            try scene.expect(first.count == 2, "2 pods were expected on \(node), not \(first.count)")
            _ = try await stage.evict(first[0])
            let message = try await scene.refused(429) { try await stage.evict(first[1]) }
            try scene.expect(message == "Cannot evict pod as it would violate the pod's disruption budget.", message)
            try await scene.eventually("the node is empty", every: .seconds(1)) {
                let ready = try await stage.readyPods("web").count
                try scene.expect(ready >= 3, "only \(ready) pods serve")
                let left = try await stage.pods("web").filter { $0.nodeName == node }
                for pod in left where pod["metadata"]["deletionTimestamp"].isNull { _ = try? await stage.evict(pod) }
                return left.isEmpty
            }
            try await stage.rolledOut("web", 4)
        },
        Behaviour("a machine that dies is NotReady after 50 s, loses its pods after 300 s, and they are replaced", needs: [.nodeFaults]) {
            scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 4)
            try await stage.rolledOut("web", 4)
            let victim = try await stage.nodes()[0]
            try await scene.bed.nodes?.fail(instance: victim.instanceID)
            try await scene.throughout(.seconds(38), "the node is still Ready") {
                try await stage.node(victim.name).condition("Ready") == "True"
            }
            try await scene.eventually("the node is NotReady", within: .seconds(14)) {
                try await stage.node(victim.name).condition("Ready") == "Unknown"
            }
            let taints = try await stage.node(victim.name)["spec"]["taints"].items.compactMap { $0["key"].string }
            try scene.expect(taints.contains("node.kubernetes.io/unreachable"), "the taints are \(taints)")
            try await scene.throughout(.seconds(290), every: .seconds(5), "its pods are bound to it") {
                try await stage.pods("web").count { $0.nodeName == victim.name && $0["metadata"]["deletionTimestamp"].isNull } == 2
            }
            try await scene.eventually("four pods are ready elsewhere", within: .seconds(40)) {
                try await stage.readyPods("web").count { $0.nodeName != victim.name } == 4
            }
        },
        Behaviour("a machine that comes back before its pods are evicted keeps them", needs: [.nodeFaults, .clusterFaults]) { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 4)
            try await stage.rolledOut("web", 4)
            let before = Set(try await stage.pods("web").map { $0["metadata"]["uid"].string ?? "" })
            let victim = try await stage.nodes()[0]
            try await scene.bed.nodes?.fail(instance: victim.instanceID)
            try await scene.eventually("the node is NotReady") { try await stage.node(victim.name).condition("Ready") == "Unknown" }
            try await scene.bed.nodes?.recover(instance: victim.instanceID)
            try await scene.eventually("the node is Ready") { try await stage.node(victim.name).condition("Ready") == "True" }
            try await scene.pass(.seconds(400))
            try await stage.rolledOut("web", 4)
            let after = Set(try await stage.pods("web").map { $0["metadata"]["uid"].string ?? "" })
            try scene.expect(before == after, "pods were replaced: \(before) \(after)")
        },
        Behaviour("a cordoned node takes no pods until it is uncordoned") { scene in
            let stage = try await scene.cluster(nodes: 2)
            let nodes = try await stage.nodes().map(\.name)
            try await stage.cordon(nodes[0])
            try await stage.deployment("web", 4)
            try await stage.rolledOut("web", 4)
            try scene.expect(try await stage.pods("web").allSatisfy { $0.nodeName == nodes[1] }, "a pod stands on the cordoned node")
            try await stage.cordon(nodes[0], false)
            // A scheduler hears of nodes and of pods by watches of their own.
            try await scene.pass(.seconds(1))
            try await stage.scale("web", 8)
            try await stage.rolledOut("web", 8)
            let taken = try await stage.pods("web").count { $0.nodeName == nodes[0] }
            try scene.expect(taken == 4, "the uncordoned node took \(taken) of 4 pods")
        },
    ]
}
