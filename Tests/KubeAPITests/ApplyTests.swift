import Control
import Documents
import Network
import Storage
import Testing

@Suite("Server-side apply") struct ApplyTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    private func apply(
        _ bed: ClusterBed, _ path: String, _ body: Value, as manager: String = "me", query: String = ""
    ) async throws -> ClusterBed.Answer {
        try await bed.send("PATCH", "\(path)?fieldManager=\(manager)\(query)", body, type: "application/apply-patch+yaml")
    }
    private func map(_ data: [String: String]) -> Value {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "web"], "data": Value(data)]
    }
    private func entry(_ answer: ClusterBed.Answer, _ manager: String, _ operation: String = "Apply") -> Value {
        answer["metadata"]["managedFields"].items.first { $0["manager"] == .string(manager) && $0["operation"] == .string(operation) }
            ?? .null
    }

    @Test("An apply to what is not there creates it and owns what it named") func creates() async throws {
        let bed = try await ClusterBed()
        let created = try await apply(bed, maps + "/web", map(["a": "1"]))
        #expect(created.status == 201)
        #expect(
            created["metadata"]["managedFields"] == [
                [
                    "manager": "me", "operation": "Apply", "apiVersion": "v1", "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1",
                    "fieldsV1": ["f:data": ["f:a": [:]]],
                ]
            ])
        #expect(try await bed.get(maps + "/web").text == created.text)
    }

    @Test("A second apply of the same changes nothing, not even the time") func noop() async throws {
        let bed = try await ClusterBed()
        let first = try await apply(bed, deployments + "/web", Sample.deployment("web"))
        bed.clock.advance(by: .seconds(60))
        let second = try await apply(bed, deployments + "/web", Sample.deployment("web"))
        #expect(first.status == 201 && second.status == 200 && first.text == second.text)
    }

    @Test("A field that an applier no longer names and nobody else owns goes away") func givesUp() async throws {
        let bed = try await ClusterBed()
        _ = try await apply(bed, maps + "/web", map(["a": "1", "b": "2"]))
        _ = try await bed.merge(maps + "/web?fieldManager=other", ["data": ["c": "3"]])
        let after = try await apply(bed, maps + "/web", map(["a": "1"]))
        #expect(after["data"] == ["a": "1", "c": "3"])
        #expect(entry(after, "me")["fieldsV1"] == ["f:data": ["f:a": [:]]])
        #expect(entry(after, "other", "Update")["fieldsV1"] == ["f:data": ["f:c": [:]]])
    }

    @Test("A field that two appliers own stays until both gave it up") func shared() async throws {
        let bed = try await ClusterBed()
        _ = try await apply(bed, maps + "/web", map(["a": "1", "b": "2"]), as: "one")
        _ = try await apply(bed, maps + "/web", map(["a": "1"]), as: "two")
        #expect(try await apply(bed, maps + "/web", map(["b": "2"]), as: "one")["data"] == ["a": "1", "b": "2"])
        #expect(try await apply(bed, maps + "/web", map([:]), as: "two")["data"] == ["b": "2"])
    }

    @Test("Another owner's value is a conflict in upstream's words, and force takes it over") func conflict() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.send("POST", deployments + "?fieldManager=kubectl-create", Sample.deployment("web", replicas: 2))
        let refused = try await apply(bed, deployments + "/web", Sample.deployment("web", replicas: 3))
        #expect(refused.status == 409 && refused.reason == "Conflict")
        let manager = "\"kubectl-create\" using apps/v1 at 2027-01-15T08:00:00Z"
        #expect(refused.message == "Apply failed with 1 conflict: conflict with \(manager): .spec.replicas")
        #expect(
            refused["details"]["causes"] == [
                ["reason": "FieldManagerConflict", "message": .string("conflict with \(manager)"), "field": ".spec.replicas"]
            ])
        let forced = try await apply(bed, deployments + "/web", Sample.deployment("web", replicas: 3), query: "&force=true")
        #expect(forced.status == 200 && forced["spec"]["replicas"] == 3)
        #expect(entry(forced, "kubectl-create", "Update")["fieldsV1"]["f:spec"]["f:replicas"].isNull)
        #expect(entry(forced, "me")["fieldsV1"]["f:spec"]["f:replicas"] == [:])
    }

    @Test("Several conflicts are listed by manager") func conflicts() async throws {
        let bed = try await ClusterBed()
        _ = try await apply(bed, maps + "/web", map(["a": "1", "b": "2"]), as: "one")
        let refused = try await apply(bed, maps + "/web", map(["a": "x", "b": "y"]), as: "two")
        #expect(refused.message == "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b")
    }

    @Test("Elements of keyed lists are owned one by one and keep the order of the configuration") func lists() async throws {
        let bed = try await ClusterBed()
        func deployment(_ containers: [String]) -> Value {
            var deployment = Sample.deployment("web")
            deployment["spec"]["template"]["spec"]["containers"] = .array(
                containers.map { ["name": .string($0), "image": "i", "ports": [["containerPort": 80]]] })
            return deployment
        }
        func names(_ answer: ClusterBed.Answer) -> [String] {
            answer["spec"]["template"]["spec"]["containers"].items.compactMap { $0["name"].string }
        }
        _ = try await apply(bed, deployments + "/web", deployment(["a", "b"]), as: "one")
        let two = try await apply(bed, deployments + "/web", deployment(["c", "b"]), as: "two")
        #expect(names(two) == ["a", "c", "b"])
        let one = try await apply(bed, deployments + "/web", deployment(["a"]), as: "one")
        #expect(names(one) == ["a", "c", "b"])
        #expect(names(try await apply(bed, deployments + "/web", deployment(["c"]), as: "two")) == ["a", "c"])
        let owned = entry(one, "one")["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]
        #expect(
            owned == [
                "k:{\"name\":\"a\"}": [
                    ".": [:], "f:image": [:], "f:name": [:],
                    "f:ports": ["k:{\"containerPort\":80,\"protocol\":\"TCP\"}": [".": [:], "f:containerPort": [:]]],
                ]
            ])
    }

    @Test("An element with a key that appears twice, and a field that the schema does not know, are refused") func faults() async throws {
        let bed = try await ClusterBed()
        var twice = Sample.deployment("web")
        twice["spec"]["template"]["spec"]["containers"] = [["name": "a", "image": "i"], ["name": "a", "image": "j"]]
        let refused = try await apply(bed, deployments + "/web", twice)
        #expect(refused.status == 500)
        #expect(
            refused.message
                == "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name=\"a\"]"
        )
        var unknown = map([:])
        unknown["spec"] = ["x": 1]
        #expect(
            try await apply(bed, maps + "/web", unknown).message
                == "failed to create typed patch object (default/web; v1, Kind=ConfigMap): .spec: field not declared in schema")
    }

    @Test("An apply needs a manager, the right version and no managedFields of its own") func options() async throws {
        let bed = try await ClusterBed()
        let nameless = try await bed.send("PATCH", maps + "/web", map([:]), type: "application/apply-patch+yaml")
        #expect(nameless.status == 422)
        #expect(
            nameless.message == "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")
        var wrong = map([:])
        wrong["apiVersion"] = "v2"
        #expect(
            try await apply(bed, maps + "/web", wrong).message
                == "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1")
        var owned = map([:])
        owned["metadata"]["managedFields"] = [["manager": "me"]]
        #expect(try await apply(bed, maps + "/web", owned).message == "metadata.managedFields must be nil")
        _ = try await apply(bed, maps + "/web", map([:]))
        let forced = try await bed.merge(maps + "/web?force=true", ["data": ["a": "1"]])
        #expect(forced.status == 422 && forced.message.contains("force: Forbidden: may not be specified for non-apply patch"))
    }

    @Test("A dry run tells the outcome and stores nothing") func dryRun() async throws {
        let bed = try await ClusterBed()
        let draft = try await apply(bed, maps + "/web", map(["a": "1"]), query: "&dryRun=All")
        #expect(draft.status == 201 && draft["data"] == ["a": "1"])
        #expect(try await bed.get(maps + "/web").status == 404)
    }

    @Test("Updates own what they changed, under the first part of the user agent, and only then get a new time") func updates() async throws
    {
        let bed = try await ClusterBed()
        let headers: HTTPFields = ["user-agent": "kubectl/v1.36.0 (linux/amd64)"]
        let created = try await bed.send("POST", maps, map(["a": "1", "b": "2"]), headers: headers)
        #expect(entry(created, "kubectl", "Update")["fieldsV1"] == ["f:data": [".": [:], "f:a": [:], "f:b": [:]]])
        bed.clock.advance(by: .seconds(60))
        var changed = created.json
        changed["data"] = ["a": "1", "b": "3"]
        let updated = try await bed.send("PUT", maps + "/web", changed, headers: ["user-agent": "editor"])
        #expect(entry(updated, "kubectl", "Update")["time"] == "2027-01-15T08:00:00Z")
        #expect(entry(updated, "kubectl", "Update")["fieldsV1"] == ["f:data": [".": [:], "f:a": [:]]])
        #expect(entry(updated, "editor", "Update")["fieldsV1"] == ["f:data": ["f:b": [:]]])
        #expect(entry(updated, "editor", "Update")["time"] == "2027-01-15T08:01:00Z")
    }

    @Test("Writers of the status are told apart from writers of the spec") func status() async throws {
        let bed = try await ClusterBed()
        _ = try await apply(bed, deployments + "/web", Sample.deployment("web"))
        let status: Value = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"], "status": ["observedGeneration": 1, "replicas": 1],
        ]
        let applied = try await apply(bed, deployments + "/web/status", status)
        #expect(applied.status == 200 && applied["status"]["observedGeneration"] == 1)
        #expect(applied["metadata"]["managedFields"].items.map { $0["subresource"] } == [nil, "status"])
        let patched = try await bed.merge(deployments + "/web/status?fieldManager=other", ["status": ["replicas": 2]])
        let other = entry(patched, "other", "Update")
        #expect(other["subresource"] == "status" && other["fieldsV1"] == ["f:status": ["f:replicas": [:]]])
        let spec = try await apply(bed, deployments + "/web", Sample.deployment("web", replicas: 2))
        #expect(spec["spec"]["replicas"] == 2 && spec["status"]["replicas"] == 2)
    }

    @Test("A list of one empty entry clears the owners; the next apply finds an owner from before") func reset() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(maps, map(["a": "1", "b": "2"]))
        #expect(!created["metadata"]["managedFields"].isNull)
        let kept = try await bed.merge(maps + "/web", ["metadata": ["managedFields": []]])
        #expect(!kept["metadata"]["managedFields"].isNull)
        let cleared = try await bed.merge(maps + "/web", ["metadata": ["managedFields": [[:]]]])
        #expect(cleared["metadata"]["managedFields"].isNull)
        let untracked = try await bed.merge(maps + "/web", ["data": ["c": "3"]])
        #expect(untracked["metadata"]["managedFields"].isNull)
        let refused = try await apply(bed, maps + "/web", map(["a": "2"]))
        #expect(refused.message == "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a")
    }

    @Test("kubectl's own earlier client-side configuration is no conflict for it") func lastApplied() async throws {
        let bed = try await ClusterBed()
        var before = map(["a": "1", "b": "2"])
        let annotation = "kubectl.kubernetes.io/last-applied-configuration"
        before["metadata"]["annotations"] = Value([annotation: JSON.text(map(["a": "1", "b": "2"]))])
        _ = try await bed.send("POST", maps + "?fieldManager=kubectl-client-side-apply", before)
        #expect(try await apply(bed, maps + "/web", map(["a": "9"])).status == 409)
        let applied = try await apply(bed, maps + "/web", map(["a": "9"]), as: "kubectl")
        #expect(applied.status == 200 && applied["data"]["a"] == "9")
        let kept = applied["metadata"]["annotations"].strings[annotation] ?? ""
        #expect(try JSON.parse(kept)["data"] == ["a": "9"])
    }

    @Test("A whole Scale can be applied, and then owns the replicas") func scale() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.send("POST", deployments + "?fieldManager=creator", Sample.deployment("web"))
        let scale: Value = ["apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "web"], "spec": ["replicas": 4]]
        #expect(try await apply(bed, deployments + "/web/scale", scale).status == 409)
        let forced = try await apply(bed, deployments + "/web/scale", scale, query: "&force=true")
        #expect(forced.status == 200 && forced["kind"] == "Scale" && forced["spec"]["replicas"] == 4)
        let owner = entry(try await bed.get(deployments + "/web"), "me")
        #expect(owner["subresource"] == "scale" && owner["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
    }
}
