import Control
import Documents
import KubeAPI
import Storage
import Testing

@Suite("Deleting documents") struct DeleteTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let pods = "/api/v1/namespaces/default/pods"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    @Test("A deletion answers with a Status that names the document") func plain() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(deployments, Sample.deployment("web"))
        let deleted = try await bed.delete(deployments + "/web")
        #expect(deleted.status == 200 && deleted["kind"] == "Status" && deleted["status"] == "Success")
        #expect(
            deleted["details"] == ["name": "web", "group": "apps", "kind": "deployments", "uid": created["metadata"]["uid"]])
        #expect(try await bed.delete(deployments + "/web").status == 404)
    }

    @Test("Finalizers hold a document until the last one is taken off") func finalizers() async throws {
        let bed = try await ClusterBed()
        var map = Sample.configMap("web")
        map["metadata"]["finalizers"] = ["example.com/hold"]
        _ = try await bed.post(maps, map)
        let marked = try await bed.delete(maps + "/web")
        #expect(marked.status == 200 && marked["kind"] == "ConfigMap")
        #expect(marked["metadata"]["deletionTimestamp"] == "2027-01-15T08:00:00Z")
        #expect(marked["metadata"]["deletionGracePeriodSeconds"] == 0)
        let added = try await bed.merge(maps + "/web", ["metadata": ["finalizers": ["example.com/hold", "example.com/more"]]])
        #expect(added.status == 422 && added.message.contains("no new finalizers can be added if the object is being deleted"))
        let released = try await bed.merge(maps + "/web", ["metadata": ["finalizers": nil]])
        #expect(released.status == 200)
        #expect(try await bed.get(maps + "/web").status == 404)
    }

    @Test(
        "The propagation policy leaves a finalizer for the garbage collector",
        arguments: [("Orphan", "orphan", 200), ("Foreground", "foregroundDeletion", 202)])
    func propagation(policy: String, finalizer: String, status: Int) async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(deployments, Sample.deployment("web"))
        let answer = try await bed.delete(deployments + "/web", ["propagationPolicy": .string(policy)])
        #expect(answer.status == status && answer["metadata"]["finalizers"] == [.string(finalizer)])
        #expect(answer["metadata"]["generation"] == 2)
    }

    @Test("A propagation policy that does not exist is refused") func badPolicy() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("web"))
        let answer = try await bed.delete(maps + "/web", ["propagationPolicy": "Sometimes"])
        #expect(answer.status == 422 && answer["details"]["causes"][0]["field"] == "propagationPolicy")
        #expect(try await bed.delete(maps + "/web", ["propagationPolicy": "Background"]).status == 200)
    }

    @Test("A pod on a node gets its grace period; a second deletion may only shorten it") func graceful() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(pods, Sample.pod("web", node: "n1"))
        let first = try await bed.delete(pods + "/web")
        #expect(first["metadata"]["deletionGracePeriodSeconds"] == 30)
        #expect(first["metadata"]["deletionTimestamp"] == "2027-01-15T08:00:30Z")
        #expect(try await bed.delete(pods + "/web", ["gracePeriodSeconds": 60])["metadata"]["deletionGracePeriodSeconds"] == 30)
        let shorter = try await bed.delete(pods + "/web", ["gracePeriodSeconds": 5])
        #expect(shorter["metadata"]["deletionTimestamp"] == "2027-01-15T08:00:05Z")
        let last = try await bed.delete(pods + "/web", ["gracePeriodSeconds": 0])
        #expect(last.status == 200 && last["kind"] == "Pod")
        #expect(try await bed.get(pods + "/web").status == 404)
    }

    @Test("A pod without a node is gone at once") func unscheduled() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(pods, Sample.pod("web"))
        #expect(try await bed.delete(pods + "/web").status == 200)
        #expect(try await bed.get(pods + "/web").status == 404)
    }

    @Test("Preconditions protect a namesake") func preconditions() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(maps, Sample.configMap("web"))
        let other = try await bed.delete(maps + "/web", ["preconditions": ["uid": "other"]])
        #expect(other.status == 409 && other.message.contains("Precondition failed: UID in precondition: other, UID in object meta: "))
        let version = try await bed.delete(maps + "/web", ["preconditions": ["resourceVersion": "1"]])
        #expect(version.status == 409)
        #expect(try await bed.delete(maps + "/web", ["preconditions": ["uid": created["metadata"]["uid"]]]).status == 200)
    }

    @Test("A collection is deleted as far as it is selected") func collection() async throws {
        let bed = try await ClusterBed()
        for (name, app) in [("a", "web"), ("b", "web"), ("c", "db")] {
            _ = try await bed.post(maps, Sample.configMap(name, labels: ["app": app]))
        }
        let answer = try await bed.delete(maps + "?labelSelector=app%3Dweb")
        #expect(answer["kind"] == "ConfigMapList" && answer["items"].items.count == 2)
        #expect(try await bed.get(maps)["items"].items.map { $0["metadata"]["name"] } == ["c"])
    }

    @Test("A namespace ends when it is finalized; until then nothing new comes in") func namespace() async throws {
        let bed = try await ClusterBed()
        let namespace = "/api/v1/namespaces/team"
        let created = try await bed.post("/api/v1/namespaces", ["metadata": ["name": "team"]])
        #expect(created["spec"]["finalizers"] == ["kubernetes"] && created["status"]["phase"] == "Active")
        #expect(created["metadata"]["labels"]["kubernetes.io/metadata.name"] == "team")
        let marked = try await bed.delete(namespace)
        #expect(marked.status == 200 && marked["status"]["phase"] == "Terminating")
        let refused = try await bed.post(namespace + "/configmaps", Sample.configMap("web"))
        #expect(refused.status == 403)
        #expect(
            refused.message
                == "configmaps \"web\" is forbidden: unable to create new content in namespace team because it is being terminated")
        #expect(refused["details"]["causes"][0]["reason"] == "NamespaceTerminating")
        #expect(try await bed.delete(namespace).status == 409)
        var current = try await bed.get(namespace).json
        current["spec"]["finalizers"] = []
        #expect(try await bed.put(namespace, current).status == 200)
        #expect(try await bed.get(namespace)["spec"]["finalizers"] == ["kubernetes"])
        current["metadata"]["resourceVersion"] = nil
        #expect(try await bed.put(namespace + "/finalize", current).status == 200)
        #expect(try await bed.get(namespace).status == 404)
        let system = try await bed.delete("/api/v1/namespaces/kube-system")
        #expect(system.status == 403 && system.message.hasSuffix("this namespace may not be deleted"))
    }

    @Test("Events expire an hour after they were last seen, or as the cluster says", arguments: [(nil, 3700), ("10m", 700)])
    func events(lifetime: String?, seconds: Int) async throws {
        let bed = try await ClusterBed()
        if let lifetime { try await APIServerSettings.store(["eventTtl": .string(lifetime)], in: bed.realm) }
        let running = bed.start { try await bed.server.upkeep.run() }
        defer { running.stop() }
        let event: Value = [
            "metadata": ["name": "e"], "involvedObject": ["kind": "Pod", "name": "web", "namespace": "default"], "reason": "R",
            "type": "Normal",
        ]
        _ = try await bed.post("/api/v1/namespaces/default/events", event)
        running.pass(seconds)
        #expect(bed.realm.snapshot().count(prefix: "core/events/") == 0)
    }

    @Test("Numbers at the end of their range neither overflow nor hold a deletion up", arguments: [Int64.max, Int64.min])
    func extremes(number: Int64) async throws {
        let bed = try await ClusterBed()
        var map = Sample.configMap("web")
        map["metadata"]["finalizers"] = ["example.com/hold"]
        map["metadata"]["generation"] = .int(number)
        #expect(try await bed.post(maps, map).status == 201)
        #expect(try await bed.delete(maps + "/web").status == 200)
        _ = try await bed.post(pods, Sample.pod("far", node: "n"))
        let marked = try await bed.delete(pods + "/far", ["gracePeriodSeconds": .int(number)])
        #expect(marked["metadata"]["deletionTimestamp"] == (number > 0 ? "2262-04-11T23:47:16Z" : "2027-01-15T08:00:01Z"))
        let sooner = try await bed.delete(pods + "/far", ["gracePeriodSeconds": 0])
        #expect(sooner.status == 200)
        #expect(try await bed.delete(maps + "?limit=\(number)").status == 200)
        #expect(try await bed.get(pods + "?limit=\(number)").status == 200)
    }
}
