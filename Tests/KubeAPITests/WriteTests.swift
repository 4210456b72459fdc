import Documents
import KubeAPI
import Network
import Storage
import Testing

@Suite("Writing documents") struct WriteTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    @Test("A created document gets an identity and can be read back as it was answered") func create() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(maps, Sample.configMap("web", ["a": "1"]))
        #expect(created.status == 201)
        let metadata = created["metadata"]
        #expect(metadata["namespace"] == "default")
        #expect(metadata["uid"].string?.count == 36)
        #expect(metadata["creationTimestamp"] == "2027-01-15T08:00:00Z")
        #expect(metadata["resourceVersion"].string.flatMap(Int.init) ?? 0 > 0)
        #expect(created["kind"] == "ConfigMap" && created["apiVersion"] == "v1")
        let read = try await bed.get(maps + "/web")
        #expect(read.text == created.text)
    }

    @Test("A name that is taken is refused in upstream's words") func taken() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("web"))
        let again = try await bed.post(maps, Sample.configMap("web"))
        #expect(again.status == 409 && again.reason == "AlreadyExists")
        #expect(again.message == "configmaps \"web\" already exists")
        #expect(again["details"] == ["name": "web", "kind": "configmaps"])
    }

    @Test("A generated name is the prefix with five characters") func generateName() async throws {
        let bed = try await ClusterBed()
        var map = Sample.configMap("")
        map["metadata"] = ["generateName": "web-"]
        let name = try await bed.post(maps, map)["metadata"]["name"].string ?? ""
        #expect(name.hasPrefix("web-") && name.count == 9)
    }

    @Test("An update on an old version conflicts and names the way out") func conflict() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(maps, Sample.configMap("web"))
        var map = created.json
        map["data"] = ["a": "1"]
        #expect(try await bed.put(maps + "/web", map).status == 200)
        map["data"] = ["a": "2"]
        let stale = try await bed.put(maps + "/web", map)
        #expect(stale.status == 409 && stale.reason == "Conflict")
        #expect(
            stale.message
                == "Operation cannot be fulfilled on configmaps \"web\": the object has been modified; please apply your changes to the latest version and try again"
        )
        #expect(try await bed.put(maps + "/web", Sample.configMap("web", ["a": "3"])).status == 200)
    }

    @Test("A write that changes nothing keeps the revision") func noop() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(maps, Sample.configMap("web", ["a": "1"]))
        let same = try await bed.put(maps + "/web", created.json)
        #expect(same["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"])
        let patched = try await bed.merge(maps + "/web", ["data": ["a": "1"]])
        #expect(patched["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"])
    }

    @Test("The generation counts changes of the spec alone, and the status is a part of its own") func generation() async throws {
        let bed = try await ClusterBed()
        var sent = Sample.deployment("web")
        sent["status"] = ["replicas": 9]
        let created = try await bed.post(deployments, sent)
        #expect(created.status == 201, "\(created.text)")
        #expect(created["metadata"]["generation"] == 1)
        #expect(created["status"]["replicas"].isNull || created["status"]["replicas"] == 0)
        let labelled = try await bed.merge(deployments + "/web", ["metadata": ["labels": ["a": "b"]]])
        #expect(labelled["metadata"]["generation"] == 1)
        let scaled = try await bed.merge(deployments + "/web", ["spec": ["replicas": 3], "status": ["replicas": 8]])
        #expect(scaled["metadata"]["generation"] == 2)
        #expect(scaled["status"]["replicas"] != 8)
        let status = try await bed.merge(deployments + "/web/status", ["spec": ["replicas": 7], "status": ["replicas": 3]])
        #expect(status["status"]["replicas"] == 3 && status["spec"]["replicas"] == 3)
        #expect(status["metadata"]["generation"] == 2)
    }

    @Test("A dry run answers as the write would and stores nothing") func dryRun() async throws {
        let bed = try await ClusterBed()
        let head = bed.realm.head
        let answer = try await bed.post(maps + "?dryRun=All", Sample.configMap("web"))
        #expect(answer.status == 201 && answer["metadata"]["uid"].string != nil)
        #expect(bed.realm.head == head)
        #expect(try await bed.get(maps + "/web").status == 404)
    }

    @Test("Merge, strategic and JSON patches change the newest document") func patches() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(deployments, Sample.deployment("web"))
        let strategic: Value = ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:1.28"]]]]]]
        let first = try await bed.send("PATCH", deployments + "/web", strategic, type: "application/strategic-merge-patch+json")
        #expect(first.status == 200, "\(first.text)")
        #expect(first["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28")
        #expect(first["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent")
        let json: Value = [["op": "replace", "path": "/spec/replicas", "value": 4]]
        let second = try await bed.send("PATCH", deployments + "/web", json, type: "application/json-patch+json")
        #expect(second["spec"]["replicas"] == 4)
        let failing: Value = [["op": "test", "path": "/spec/replicas", "value": 5]]
        let failed = try await bed.send("PATCH", deployments + "/web", failing, type: "application/json-patch+json")
        #expect(failed.status == 422 && failed.message == "the server rejected our request due to an error in our request")
        // kubectl makes its sentence of the details where they name a kind.
        #expect(failed["details"] == [:])
        let unknown = try await bed.send("PATCH", deployments + "/web", [:], type: "text/plain")
        #expect(unknown.status == 415 && unknown.reason == "UnsupportedMediaType")
    }

    @Test("Unknown fields warn by default, fail when strict and pass silently when ignored") func fieldValidation() async throws {
        let bed = try await ClusterBed()
        var map = Sample.configMap("web")
        map["datum"] = "x"
        let warned = try await bed.post(maps + "?dryRun=All", map)
        #expect(warned.status == 201 && warned["datum"].isNull)
        #expect(warned.headers.all("warning") == ["299 - \"unknown field \\\"datum\\\"\""])
        let strict = try await bed.post(maps + "?fieldValidation=Strict", map)
        #expect(strict.status == 400 && strict.message.contains("strict decoding error: unknown field \"datum\""))
        #expect(try await bed.post(maps + "?fieldValidation=Ignore", map).headers.all("warning").isEmpty)
    }

    @Test("Bodies that cannot be meant are refused with a Status") func badBodies() async throws {
        let bed = try await ClusterBed()
        #expect(try await bed.post(maps, Sample.pod("web")).status == 400)
        #expect(
            try await bed.post("/api/v1/namespaces/none/configmaps", Sample.configMap("web")).message == "namespaces \"none\" not found")
        #expect(try await bed.put(maps + "/other", Sample.configMap("web")).message.contains("does not match the name on the URL (other)"))
        let invalid = try await bed.post(maps, Sample.configMap("Not_A_Name"))
        #expect(invalid.status == 422 && invalid["details"]["causes"][0]["field"] == "metadata.name")
        let cbor = try await bed.send("POST", maps, [:], type: "application/cbor")
        #expect(cbor.status == 415)
        let small = try await ClusterBed { $0.maximumBodyBytes = 100 }
        let large = try await small.post(maps, Sample.configMap("web", ["a": String(repeating: "x", count: 200)]))
        #expect(large.status == 413 && large.reason == "RequestEntityTooLarge")
    }
}
