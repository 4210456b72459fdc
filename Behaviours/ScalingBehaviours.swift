import Documents
import KubeClient
import KubeModel

extension Behaviour {
    /// Pods by load. Loads are stated, so these need simulated nodes.
    static let scaling: [Behaviour] = [
        Behaviour("a HorizontalPodAutoscaler follows the load up at once and down after five minutes", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 3)
            let container: Value = ["name": "main", "image": "nginx:1.27", "resources": ["requests": ["cpu": "200m"]]]
            try await stage.deployment("web", 1, pod: ["containers": [container]])
            try await stage.rolledOut("web", 1)
            let target: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(scene.name("web"))]
            let metric: Value = [
                "type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
            ]
            try await stage.create(
                HorizontalPodAutoscalerFields.kind, "web",
                ["spec": ["scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 6, "metrics": [metric]]])
            try await stage.load("web", "800m")
            try await scene.eventually("six pods share the load") { try await stage.readyPods("web").count == 6 }
            try await scene.eventually("the autoscaler is at its maximum") {
                try await stage.autoscaler("web").reason("ScalingLimited") == "TooManyReplicas"
            }
            let status = try await stage.autoscaler("web")["status"]
            try scene.expect(status["desiredReplicas"].int == 6, "desired: \(JSON.text(status["desiredReplicas"]))")
            try await stage.load("web", "280m")
            try await scene.throughout(.seconds(240), every: .seconds(10), "falling recommendations are held back") {
                try await stage.deployment("web")["spec"]["replicas"].int == 6
            }
            let held = try await stage.autoscaler("web").reason("AbleToScale")
            try scene.expect(held == "ScaleDownStabilized", "AbleToScale: \(held ?? "")")
            try await scene.eventually("three pods are enough", within: .seconds(120)) { try await stage.readyPods("web").count == 3 }
            let event = try await stage.events(about: "web").first { $0["reason"] == "SuccessfulRescale" }
            try scene.expect(event?["message"].string?.hasPrefix("New size: ") == true, "no event tells of the new size")
        },
        Behaviour("an autoscaler without metrics or a target says so and leaves the workload alone", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            try await stage.deployment("web", 2)
            try await stage.rolledOut("web", 2)
            func autoscaler(_ suffix: String, of target: String, _ metric: Value) async throws {
                let reference: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(target)]
                try await stage.create(
                    HorizontalPodAutoscalerFields.kind, suffix,
                    ["spec": ["scaleTargetRef": reference, "minReplicas": 1, "maxReplicas": 6, "metrics": [metric]]])
            }
            let cpu: Value = [
                "type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
            ]
            let queue: Value = [
                "type": "External", "external": ["metric": ["name": "queue"], "target": ["type": "Value", "value": "10"]],
            ]
            try await autoscaler("lost", of: "nobody", cpu)
            try await scene.eventually("the target is missed") {
                try await stage.autoscaler("lost").reason("AbleToScale") == "FailedGetScale"
            }
            try await autoscaler("unasked", of: scene.name("web"), cpu)
            try await scene.eventually("requests are missed") {
                let autoscaler = try await stage.autoscaler("unasked")
                return autoscaler.reason("ScalingActive") == "FailedGetResourceMetric"
                    && autoscaler.message("ScalingActive").contains("missing request for cpu in container main of Pod ")
            }
            try await stage.kubernetes.delete(HorizontalPodAutoscalerFields.kind, scene.name("unasked"))
            try await autoscaler("queue", of: scene.name("web"), queue)
            try await scene.eventually("the external API is missed") {
                try await stage.autoscaler("queue").message("ScalingActive").contains(
                    "the server could not find the requested resource (get queue.external.metrics.k8s.io)")
            }
            try scene.expect(try await stage.deployment("web")["spec"]["replicas"].int == 2, "the workload was scaled")
        },
        Behaviour("what pods and nodes use is served as metrics", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            try await stage.pod("busy", ["containers": [["name": "main", "image": "nginx:1.27", "resources": ["requests": ["cpu": "1"]]]]])
            let path = ["apis", "metrics.k8s.io", "v1beta1"]
            try await scene.eventually("the pod's use is known") {
                let list = try await stage.kubernetes.send("GET", path + ["namespaces", "default", "pods"])
                let pod = list["items"].items.first { $0.name == scene.name("busy") }
                return pod?["containers"][0]["usage"]["cpu"] == "500m"
            }
            let nodes = try await stage.kubernetes.send("GET", path + ["nodes"])["items"].items
            try scene.expect(nodes.count == 1 && Quantity(nodes[0]["usage"]["cpu"]).map(\.milli) ?? 0 >= 550, "nodes: \(nodes)")
            let groups = try await stage.kubernetes.send("GET", ["apis"])["groups"].items.compactMap { $0["name"].string }
            try scene.expect(groups.contains("metrics.k8s.io"), "discovery does not tell of metrics")
        },
    ]
}

extension Stage {
    func autoscaler(_ suffix: String) async throws -> Value {
        try await kubernetes.get(HorizontalPodAutoscalerFields.kind, scene.name(suffix))
    }
    /// States the work that a Deployment's pods share.
    func load(_ suffix: String, _ cores: String) async throws {
        try await patch(suffix, ["metadata": ["annotations": ["simulation.eyrie.dev/cpu-load": .string(cores)]]])
    }
}
extension Value {
    /// The message of a condition; empty without one.
    func message(_ type: String) -> String {
        self["status"]["conditions"].items.first { $0["type"].string == type }?["message"].string ?? ""
    }
}
