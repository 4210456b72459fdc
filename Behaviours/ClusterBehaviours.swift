import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let clusters: [Behaviour] = [
        Behaviour("a cluster becomes ACTIVE and its nodes Ready") { scene in
            let stage = try await scene.cluster(nodes: 3)
            let nodes = try await stage.readyNodes()
            try scene.expect(nodes.count == 3, "3 Ready nodes were expected, not \(nodes.count)")
            try scene.expect(Set(nodes.map(\.zone)).count == 2, "nodes stand in \(nodes.map(\.zone))")
            let ids = try await stage.instances(of: "ng").map { $0["InstanceId"].string ?? "" }
            try scene.expect(Set(nodes.map(\.instanceID)) == Set(ids), "nodes \(nodes.map(\.instanceID)) are not the instances \(ids)")
        },
        Behaviour("a nodegroup's label and taint updates reach its nodes, and only those") { scene in
            let stage = try await scene.cluster(nodes: 2)
            let taint: Value = ["key": "team", "value": "red", "effect": "NO_SCHEDULE"]
            try await stage.update("ng", ["labels": ["addOrUpdateLabels": ["tier": "web", "color": "red"]]])
            try await stage.update("ng", ["taints": ["addOrUpdateTaints": [taint]]])
            try await scene.eventually("labels and taint are on the nodes") {
                try await stage.nodes().allSatisfy { node in
                    node["metadata"]["labels"]["tier"] == "web" && node["metadata"]["labels"]["color"] == "red"
                        && node["spec"]["taints"].items.contains { $0["key"] == "team" && $0["effect"] == "NoSchedule" }
                }
            }
            let node = try await stage.nodes()[0].name
            _ = try await stage.kubernetes.patch(NodeFields.kind, node, .merge(["metadata": ["labels": ["mine": "kept"]]]))
            try await stage.update("ng", ["labels": ["addOrUpdateLabels": ["color": "blue"], "removeLabels": ["tier"]]])
            try await stage.update("ng", ["taints": ["removeTaints": [taint]]])
            try await scene.eventually("label and taint are gone from the nodes") {
                try await stage.nodes().allSatisfy { node in
                    node["metadata"]["labels"]["tier"].isNull && node["metadata"]["labels"]["color"] == "blue"
                        && !node["spec"]["taints"].items.contains { $0["key"] == "team" }
                }
            }
            let kept = try await stage.node(node)["metadata"]["labels"]["mine"]
            try scene.expect(kept == "kept", "the user's own label is gone from \(node)")
        },
        Behaviour("labels of a nodegroup are on nodes that come later") { scene in
            let stage = try await scene.cluster(nodes: 1)
            try await stage.update("ng", ["labels": ["addOrUpdateLabels": ["tier": "web"]]])
            try await stage.update("ng", ["scalingConfig": ["desiredSize": 2]])
            try await scene.eventually("both nodes have the label") {
                try await stage.readyNodes().count { $0["metadata"]["labels"]["tier"] == "web" } == 2
            }
        },
        Behaviour("a control plane that is stopped and started at every few writes converges to the same", needs: [.clusterFaults]) {
            scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 3)
            for step in 1...8 {
                try await stage.scale("web", step % 2 == 0 ? 3 : 6)
                for count in 0..<3 { try await stage.create(ConfigMapFields.kind, "map-\(step)-\(count)", ["data": ["a": "b"]]) }
                try await scene.bed.clusters?.restart(stage.cluster)
                if step % 3 == 0 { try await scene.pass(.seconds(1)) }
            }
            try await stage.rolledOut("web", 3)
            let before = Set(try await stage.pods("web").map { $0["metadata"]["uid"].string ?? "" })
            try await scene.bed.clusters?.restart(stage.cluster)
            try await scene.pass(.seconds(60))
            let after = Set(try await stage.pods("web").map { $0["metadata"]["uid"].string ?? "" })
            try scene.expect(before == after, "a restart alone replaced pods: \(before) \(after)")
            let maps = try await stage.list(ConfigMapFields.kind, in: "default").count { $0.name.hasPrefix(scene.name("map-")) }
            try scene.expect(maps == 24, "of 24 acknowledged ConfigMaps there are \(maps)")
            try scene.expect(try await stage.readyNodes().count == 2, "nodes are not Ready after the restarts")
        },
    ]
}
