import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let ownership: [Behaviour] = [
        Behaviour("a namespace's deletion takes all its content") { scene in
            let stage = try await scene.cluster(nodes: 1)
            let space = try await stage.namespace("space")
            try await stage.deployment("web", 2, in: space)
            try await scene.eventually("two pods run") { try await stage.readyPods("web", in: space).count == 2 }
            try await stage.create(ConfigMapFields.kind, "map", in: space, ["data": ["a": "b"]])
            try await stage.create(SecretFields.kind, "secret", in: space, [:])
            try await stage.create(ServiceFields.kind, "web", in: space, ["spec": ["selector": ["app": "web"], "ports": [["port": 80]]]])
            try await stage.kubernetes.delete(NamespaceFields.kind, space)
            let message = try await scene.refused(403) { try await stage.create(ConfigMapFields.kind, "late", in: space, [:]) }
            try scene.expect(message.contains("because it is being terminated"), message)
            try await scene.eventually("the namespace is gone") { try await stage.find(NamespaceFields.kind, space) == nil }
            for kind in [
                PodFields.kind, ReplicaSetFields.kind, DeploymentFields.kind, ConfigMapFields.kind, SecretFields.kind, ServiceFields.kind,
                EndpointSliceFields.kind, ServiceAccountFields.kind, EventFields.kind,
            ] {
                let left = try await stage.list(kind, in: space).map(\.name)
                try scene.expect(left.isEmpty, "left of \(kind.name): \(left)")
            }
        },
        Behaviour("what an owner owned goes with it, in the background, in the foreground, or stays as an orphan") { scene in
            let stage = try await scene.cluster(nodes: 1)
            for policy in ["Background", "Foreground", "Orphan"] {
                let name = policy.lowercased()
                try await stage.deployment(name, 2)
                try await stage.rolledOut(name, 2)
                try await stage.kubernetes.delete(
                    DeploymentFields.kind, scene.name(name), DeleteOptions(propagationPolicy: policy))
                try await scene.eventually("\(name) is gone") { try await stage.find(DeploymentFields.kind, scene.name(name)) == nil }
                func sets() async throws -> [Value] {
                    try await stage.list(ReplicaSetFields.kind, in: "default", labels: "app=\(scene.name(name))")
                }
                switch policy {
                case "Foreground":
                    let left = try await sets().count + stage.pods(name).count
                    try scene.expect(left == 0, "the owner went before its \(left) dependents")
                case "Orphan":
                    try await scene.pass(.seconds(60))
                    let left = try await sets()
                    try scene.expect(left.count == 1 && left[0]["metadata"]["ownerReferences"].items.isEmpty, "orphans: \(left)")
                    try scene.expect(try await stage.readyPods(name).count == 2, "the orphan's pods are gone")
                default:
                    try await scene.eventually("dependents go") {
                        let (sets, pods) = (try await sets(), try await stage.pods(name))
                        return sets.isEmpty && pods.isEmpty
                    }
                }
            }
        },
        Behaviour("a quota holds, and frees what is deleted") { scene in
            let stage = try await scene.cluster(nodes: 1)
            let space = try await stage.namespace("space")
            try await stage.create(ResourceQuotaFields.kind, "quota", in: space, ["spec": ["hard": ["pods": "2", "configmaps": "3"]]])
            try await stage.deployment("web", 3, in: space)
            try await scene.eventually("two pods run") { try await stage.readyPods("web", in: space).count == 2 }
            try await scene.throughout(.seconds(60), every: .seconds(5), "no third pod") {
                try await stage.pods("web", in: space).count <= 2
            }
            func used() async throws -> String? {
                let quota = try await stage.kubernetes.get(ResourceQuotaFields.kind, namespace: space, scene.name("quota"))
                return quota["status"]["used"]["pods"].string
            }
            try scene.expect(try await used() == "2", "the quota does not tell of its pods")
            let failure = try await stage.deployment("web", in: space).condition("ReplicaFailure")
            try scene.expect(failure == "True", "the Deployment does not tell of the quota")
            let message = try await scene.refused(403) { try await stage.pod("third", in: space) }
            try scene.expect(message.contains("exceeded quota"), message)
            _ = try await stage.kubernetes.patch(
                DeploymentFields.kind, namespace: space, scene.name("web"), .merge(["spec": ["replicas": 1]]))
            try await scene.eventually("one pod is left") { try await stage.pods("web", in: space).count == 1 }
            try await scene.eventually("the quota counts one pod") { try await used() == "1" }
            try await stage.pod("third", in: space)
        },
        Behaviour("events expire after an hour", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            try await stage.pod("one")
            try await scene.eventually("it has events") { try await !stage.events(about: "one").isEmpty }
            try await stage.kubernetes.delete(PodFields.kind, scene.name("one"))
            try await scene.pass(.seconds(3300))
            try scene.expect(try await !stage.events(about: "one").isEmpty, "events expired before their hour")
            try await scene.pass(.seconds(600))
            try scene.expect(try await stage.events(about: "one").isEmpty, "events outlive their hour")
        },
    ]
}

extension Stage {
    func events(about suffix: String) async throws -> [Value] {
        try await list(EventFields.kind, in: "default").filter { $0["involvedObject"]["name"].string == scene.name(suffix) }
    }
}
