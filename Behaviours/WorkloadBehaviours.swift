import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let workloads: [Behaviour] = [
        Behaviour("a Deployment rolls out, is scaled, updated and rolled back") { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 3)
            try await stage.rolledOut("web", 3)
            try await stage.scale("web", 5)
            try await stage.rolledOut("web", 5)
            let first = try await stage.deployment("web")["spec"]["template"]
            try await stage.patch("web", ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:1.28"]]]]]])
            try await stage.rolledOut("web", 5)
            let images = Set(try await stage.pods("web").map { $0["spec"]["containers"][0]["image"].string ?? "" })
            try scene.expect(images == ["nginx:1.28"], "images are \(images)")
            try await stage.patch("web", ["spec": ["template": first]])
            try await stage.rolledOut("web", 5)
            let sets = try await stage.list(ReplicaSetFields.kind, in: "default", labels: "app=\(scene.name("web"))")
            try scene.expect(sets.count == 2, "a roll-back takes the old ReplicaSet again, there are \(sets.count)")
            let revision = try await stage.deployment("web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
            try scene.expect(revision == "3", "the revision is \(JSON.text(revision))")
            try await stage.scale("web", 0)
            try await stage.rolledOut("web", 0)
        },
        Behaviour("a roll-out to an image that cannot be pulled stalls and keeps the old pods serving", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 4, spec: ["progressDeadlineSeconds": 600])
            try await stage.rolledOut("web", 4)
            try await stage.patch(
                "web", ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "registry.invalid/web:2"]]]]]])
            try await scene.eventually("the progress deadline passes", within: .seconds(660), every: .seconds(5)) {
                let ready = try await stage.readyPods("web").count
                try scene.expect(ready >= 3, "only \(ready) pods serve during the roll-out")
                return try await stage.deployment("web").reason("Progressing") == "ProgressDeadlineExceeded"
            }
        },
        Behaviour("pods spread over zones and nodes") { scene in
            let stage = try await scene.cluster(nodes: 4)
            try await stage.deployment("web", 8)
            try await stage.rolledOut("web", 8)
            let zones = Dictionary(uniqueKeysWithValues: try await stage.nodes().map { ($0.name, $0.zone) })
            let nodes = try await stage.pods("web").map(\.nodeName)
            let perNode = Dictionary(grouping: nodes) { $0 }.mapValues(\.count)
            let perZone = Dictionary(grouping: nodes) { zones[$0] ?? "" }.mapValues(\.count)
            try scene.expect(perNode.values.sorted() == [2, 2, 2, 2], "pods by node: \(perNode)")
            try scene.expect(perZone.values.sorted() == [4, 4], "pods by zone: \(perZone)")
        },
        Behaviour("a Service's endpoints are its ready pods") { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 3)
            let app = Value.string(scene.name("web"))
            try await stage.create(
                ServiceFields.kind, "web", ["spec": ["selector": ["app": app], "ports": [["port": 80, "targetPort": 8080]]]])
            func endpoints() async throws -> Set<String> {
                let slices = try await stage.list(
                    EndpointSliceFields.kind, in: "default", labels: "kubernetes.io/service-name=\(scene.name("web"))")
                let ready = slices.flatMap { $0["endpoints"].items }.filter { $0["conditions"]["ready"] == true }
                return Set(ready.compactMap { $0["addresses"][0].string })
            }
            func addresses() async throws -> Set<String> {
                Set(try await stage.readyPods("web").compactMap { $0["status"]["podIP"].string })
            }
            try await scene.eventually("three endpoints") { try await endpoints().count == 3 }
            try scene.expect(try await endpoints() == addresses(), "endpoints are not the pods' addresses")
            try await stage.scale("web", 5)
            try await scene.eventually("five endpoints") { try await endpoints().count == 5 }
            let gone = try await stage.pods("web")[0]
            try await stage.kubernetes.delete(PodFields.kind, gone.name)
            try await scene.eventually("the endpoints follow the replacement") {
                let now = try await endpoints()
                let addresses = try await addresses()
                return now.count == 5 && now == addresses && !now.contains(gone["status"]["podIP"].string ?? "")
            }
        },
    ]
}
