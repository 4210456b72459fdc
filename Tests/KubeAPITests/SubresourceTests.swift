import Documents
import KubeModel
import Network
import Reconcile
import Storage
import Testing

@testable import KubeAPI

@Suite("Parts of documents") struct SubresourceTests {
    private let pods = "/api/v1/namespaces/default/pods"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"
    private let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"

    @Test("The scale of a deployment is read, replaced and patched") func scale() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(deployments, Sample.deployment("web", replicas: 2))
        let scale = try await bed.get(deployments + "/web/scale")
        let table = try await bed.get(deployments + "/web/scale", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        #expect(table["columnDefinitions"].items.map { $0["name"] } == ["Name", "Desired", "Available", "Age"])
        #expect(table["rows"][0]["cells"][0] == "web" && table["rows"][0]["cells"][1] == scale["spec"]["replicas"])
        #expect(scale["kind"] == "Scale" && scale["apiVersion"] == "autoscaling/v1")
        #expect(scale["spec"]["replicas"] == 2 && scale["status"]["selector"] == "app=web")
        var wanted = scale.json
        wanted["spec"]["replicas"] = 5
        #expect(try await bed.put(deployments + "/web/scale", wanted)["spec"]["replicas"] == 5)
        #expect(try await bed.put(deployments + "/web/scale", wanted).status == 409)
        #expect(try await bed.merge(deployments + "/web/scale", ["spec": ["replicas": 0]]).status == 200)
        let deployment = try await bed.get(deployments + "/web")
        #expect(deployment["spec"]["replicas"] == 0 && deployment["metadata"]["generation"] == 3)
        #expect(try await bed.merge(deployments + "/web/scale", ["spec": ["replicas": -1]]).status == 422)
    }

    @Test("A binding gives a pod its node, once") func binding() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(pods, Sample.pod("web"))
        let binding: Value = [
            "apiVersion": "v1", "kind": "Binding", "metadata": ["name": "web"], "target": ["kind": "Node", "name": "n1"],
        ]
        let bound = try await bed.post(pods + "/web/binding", binding)
        #expect(bound.status == 201 && bound["status"] == "Success", "\(bound.text)")
        let pod = try await bed.get(pods + "/web")
        #expect(pod["spec"]["nodeName"] == "n1")
        #expect(pod["status"]["conditions"][0]["type"] == "PodScheduled")
        let again = try await bed.post(pods + "/web/binding", binding)
        #expect(again.status == 409)
        #expect(
            again.message
                == "Operation cannot be fulfilled on pods/binding \"web\": pod web is already assigned to node \"n1\"")
        let listed = try await bed.get("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")
        #expect(listed["items"].items.count == 1)
    }

    private func running(_ bed: ClusterBed, _ name: String) async throws {
        _ = try await bed.post(pods, Sample.pod(name, labels: ["app": "web"], node: "n1"))
        let status: Value = ["status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]]
        #expect(try await bed.merge(pods + "/\(name)/status", status).status == 200)
    }

    @Test("An eviction takes a disruption off the budget, and waits while there is none") func eviction() async throws {
        let bed = try await ClusterBed()
        for name in ["a", "b"] { try await running(bed, name) }
        let budget: Value = [
            "metadata": ["name": "web"], "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "web"]]],
        ]
        #expect(try await bed.post(budgets, budget).status == 201)
        let eviction: Value = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "a", "namespace": "default"]]
        let early = try await bed.post(pods + "/a/eviction", eviction)
        #expect(early.status == 429 && early.headers["retry-after"] == "10")
        let status: Value = ["status": ["observedGeneration": 1, "disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1]]
        _ = try await bed.merge(budgets + "/web/status", status)
        let evicted = try await bed.post(pods + "/a/eviction", eviction)
        #expect(evicted.status == 201, "\(evicted.text)")
        #expect(try await bed.get(pods + "/a")["metadata"]["deletionTimestamp"].string != nil)
        let after = try await bed.get(budgets + "/web")
        #expect(after["status"]["disruptionsAllowed"] == 0 && after["status"]["disruptedPods"]["a"].string != nil)
        var second = eviction
        second["metadata"]["name"] = "b"
        let refused = try await bed.post(pods + "/b/eviction", second)
        #expect(refused.status == 429 && refused.message == "Cannot evict pod as it would violate the pod's disruption budget.")
        #expect(
            refused["details"]["causes"][0]
                == ["reason": "DisruptionBudget", "message": "The disruption budget web needs 1 healthy pods and has 2 currently"])
    }

    @Test("An eviction of a version marks the pod and takes that one alone") func evictionOfAVersion() async throws {
        let bed = try await ClusterBed()
        try await running(bed, "a")
        func eviction(_ version: Value) -> Value {
            let options: Value = ["preconditions": ["resourceVersion": version]]
            return ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "a"], "deleteOptions": options]
        }
        #expect(try await bed.post(pods + "/a/eviction", eviction("1")).status == 409)
        let version = try await bed.get(pods + "/a")["metadata"]["resourceVersion"]
        #expect(try await bed.post(pods + "/a/eviction", eviction(version)).status == 201)
        let pod = try await bed.get(pods + "/a")
        #expect(pod["metadata"]["deletionTimestamp"].string != nil)
        let mark = pod["status"]["conditions"].items.first { $0["type"] == "DisruptionTarget" }
        #expect(mark?["reason"] == "EvictionByEvictionAPI" && mark?["observedGeneration"] == 1)
    }

    @Test("What an eviction insists on is asked once; a lost race is run again") func evictionAttempts() async throws {
        let bed = try await ClusterBed()
        var attempts = 0
        let conflict = KubeStatus(409, .conflict, "another version")
        await #expect(throws: KubeStatus.self) {
            try await bed.server.retryingConflicts {
                attempts += 1
                throw APIServer.FailedPrecondition(status: conflict)
            }
        }
        #expect(attempts == 1)
        let last = try await bed.server.retryingConflicts {
            attempts += 1
            if attempts < 5 { throw conflict }
            return attempts
        }
        #expect(last == 5)
    }

    @Test("Ephemeral containers come one by one, as simple as they must be, and stay") func ephemeral() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(pods, Sample.pod("web"))
        func add(_ container: Value) async throws -> ClusterBed.Answer {
            var named = container
            if named["name"].isNull { named["name"] = "debug" }
            return try await bed.send(
                "PATCH", pods + "/web/ephemeralcontainers", ["spec": ["ephemeralContainers": [named]]],
                type: "application/strategic-merge-patch+json")
        }
        let lost = try await add(["image": "busybox", "targetContainerName": "other"])
        #expect(lost.status == 422 && lost.message.contains("spec.ephemeralContainers[0].targetContainerName: Not found: \"other\""))
        let limited = try await add(["image": "busybox", "resources": ["limits": ["cpu": "1"]]])
        #expect(limited.message.contains("spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container"))
        let twin = try await add(["name": "main", "image": "busybox"])
        #expect(twin.status == 422 && twin.message.contains("Duplicate value: \"main\""))
        #expect(try await add(["image": "busybox", "targetContainerName": "main", "stdin": true, "tty": true]).status == 200)
        let changed = try await add(["image": "alpine"])
        #expect(changed.message.contains("existing ephemeral containers \"debug\" may not be changed"))
        #expect(try await add(["name": "second", "image": "busybox"])["spec"]["ephemeralContainers"].items.count == 2)
    }

    @Test("A pod's spec is frozen but for its images") func frozen() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(pods, Sample.pod("web"))
        let image: Value = ["spec": ["containers": [["name": "main", "image": "nginx:1.28"]]]]
        let changed = try await bed.send("PATCH", pods + "/web", image, type: "application/strategic-merge-patch+json")
        #expect(changed.status == 200 && changed["metadata"]["generation"] == 2, "\(changed.text)")
        let moved = try await bed.merge(pods + "/web", ["spec": ["nodeName": "n2"]])
        #expect(moved.status == 422 && moved.message.contains("pod updates may not change fields other than"))
        let debugger: Value = ["spec": ["ephemeralContainers": [["name": "debug", "image": "busybox"]]]]
        let debugged = try await bed.send(
            "PATCH", pods + "/web/ephemeralcontainers", debugger, type: "application/strategic-merge-patch+json")
        #expect(debugged.status == 200 && debugged["spec"]["ephemeralContainers"].items.count == 1, "\(debugged.text)")
    }

    @Test("Controllers in the process write through the same pipeline") func inProcess() async throws {
        let bed = try await ClusterBed()
        let kind = Kind("ConfigMap", prefix: "core/configmaps/")
        var map = Sample.configMap("web")
        map["metadata"]["namespace"] = "default"
        let revision = try await bed.server.apply(.create(kind, map), by: "test-controller")
        #expect(revision == bed.realm.head)
        await #expect(throws: ChangeError.alreadyExists("configmaps \"web\" already exists")) {
            _ = try await bed.server.apply(.create(kind, map), by: "test-controller")
        }
        map["metadata"]["resourceVersion"] = "1"
        await #expect(throws: ChangeError.self) { _ = try await bed.server.apply(.update(kind, map), by: "test-controller") }
        _ = try await bed.server.apply(
            .patch(kind, namespace: "default", name: "web", ["data": ["x": "1"]]), by: "test-controller")
        #expect(try await bed.get("/api/v1/namespaces/default/configmaps/web")["data"]["x"] == "1")
        _ = try await bed.post(pods, Sample.pod("web"))
        let pod = Kind("Pod", prefix: "core/pods/")
        _ = try await bed.server.apply(
            .patch(pod, namespace: "default", name: "web", ["target": ["name": "n1"]], subresource: "binding"), by: "scheduler")
        #expect(try await bed.get(pods + "/web")["spec"]["nodeName"] == "n1")
        _ = try await bed.server.apply(.delete(kind, namespace: "default", name: "web", uid: nil), by: "test-controller")
        #expect(try await bed.get("/api/v1/namespaces/default/configmaps/web").status == 404)
    }
}
