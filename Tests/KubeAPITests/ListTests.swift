import Control
import Documents
import KubeAPI
import Network
import Storage
import Testing

@Suite("Reading collections") struct ListTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func bed(_ names: String...) async throws -> ClusterBed {
        let bed = try await ClusterBed()
        for name in names { _ = try await bed.post(maps, Sample.configMap(name, labels: ["app": String(name.prefix(1))])) }
        return bed
    }
    private func names(_ answer: ClusterBed.Answer) -> [String] { answer["items"].items.compactMap { $0["metadata"]["name"].string } }

    @Test("A list is of its kind, at a revision, in order of names") func list() async throws {
        let bed = try await bed("b", "a", "c")
        let answer = try await bed.get(maps)
        #expect(answer["kind"] == "ConfigMapList" && answer["apiVersion"] == "v1")
        #expect(answer["metadata"]["resourceVersion"] == .string("\(bed.realm.head)"))
        #expect(names(answer) == ["a", "b", "c"])
        #expect(try await names(bed.get("/api/v1/configmaps")) == ["a", "b", "c"])
        #expect(try await names(bed.get("/api/v1/namespaces/kube-system/configmaps")).isEmpty)
    }

    @Test("Label and field selectors choose; others are refused") func selectors() async throws {
        let bed = try await bed("a1", "a2", "b1")
        #expect(try await names(bed.get(maps + "?labelSelector=app%3Da")) == ["a1", "a2"])
        #expect(try await names(bed.get(maps + "?labelSelector=app%20notin%20(a)")) == ["b1"])
        #expect(try await names(bed.get(maps + "?fieldSelector=metadata.name%3Da2")) == ["a2"])
        let bad = try await bed.get(maps + "?fieldSelector=data.x%3D1")
        #expect(bad.status == 400 && bad.reason == "BadRequest")
        #expect(try await bed.get(maps + "?labelSelector=%3D%3D").status == 400)
    }

    @Test("Pages come from one snapshot, however the collection changes meanwhile") func pages() async throws {
        let bed = try await bed("a", "b", "c", "d", "e")
        let first = try await bed.get(maps + "?limit=2")
        #expect(names(first) == ["a", "b"])
        #expect(first["metadata"]["remainingItemCount"] == 3)
        _ = try await bed.delete(maps + "/c")
        _ = try await bed.post(maps, Sample.configMap("bb"))
        let token = first["metadata"]["continue"].string ?? ""
        let second = try await bed.get(maps + "?limit=2&continue=\(token)")
        #expect(names(second) == ["c", "d"])
        #expect(second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"])
        let third = try await bed.get(maps + "?limit=2&continue=\(second["metadata"]["continue"].string ?? "")")
        #expect(names(third) == ["e"] && third["metadata"]["continue"].isNull)
    }

    @Test("A page of a selection is full, and does not tell what remains") func selectedPages() async throws {
        let bed = try await bed("a1", "b1", "a2", "b2", "a3")
        let first = try await bed.get(maps + "?limit=2&labelSelector=app%3Da")
        #expect(names(first) == ["a1", "a2"] && first["metadata"]["remainingItemCount"].isNull)
        let rest = try await bed.get(maps + "?labelSelector=app%3Da&continue=\(first["metadata"]["continue"].string ?? "")")
        #expect(names(rest) == ["a3"])
    }

    @Test("A token that is too old is told so and given one to go on with") func expiry() async throws {
        let bed = try await bed("a", "b", "c")
        let token = try await bed.get(maps + "?limit=1")["metadata"]["continue"].string ?? ""
        _ = try await bed.post(maps, Sample.configMap("d"))
        bed.clock.advance(by: .seconds(301))
        let gone = try await bed.get(maps + "?limit=1&continue=\(token)")
        #expect(gone.status == 410 && gone.reason == "Expired")
        let fresh = gone["metadata"]["continue"].string ?? ""
        #expect(try await names(bed.get(maps + "?continue=\(fresh)")) == ["b", "c", "d"])
        #expect(try await bed.get(maps + "?continue=nonsense").status == 400)
    }

    @Test("Resource versions of the past and the future are answered as upstream does") func versions() async throws {
        let bed = try await bed("a")
        let future = try await bed.get(maps + "?resourceVersion=9999")
        #expect(future.status == 504 && future["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge")
        #expect(try await bed.get(maps + "?resourceVersion=0").status == 200)
        #expect(try await bed.get(maps + "?resourceVersion=1&resourceVersionMatch=NotOlderThan").status == 200)
        let empty = try await bed.get(maps + "?resourceVersion=1&resourceVersionMatch=Exact")
        #expect(names(empty).isEmpty && empty["metadata"]["resourceVersion"] == "1")
        var short = StoreLimits()
        short.historyEvents = 0
        let forgetful = try await ClusterBed(limits: short)
        _ = try await forgetful.post(maps, Sample.configMap("a"))
        #expect(try await forgetful.get(maps + "?resourceVersion=1&resourceVersionMatch=Exact").status == 410)
        #expect(try await bed.get(maps + "?resourceVersionMatch=Exact").status == 422)
        #expect(try await bed.get(maps + "?resourceVersion=abc").status == 400)
    }

    @Test("Tables have rows with cells for each column and the metadata of the object") func table() async throws {
        let bed = try await bed("a", "b")
        let answer = try await bed.get(maps, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        #expect(answer["kind"] == "Table" && answer["apiVersion"] == "meta.k8s.io/v1")
        let columns = answer["columnDefinitions"].items
        #expect(columns.first?["name"] == "Name")
        #expect(answer["rows"].items.allSatisfy { $0["cells"].items.count == columns.count })
        #expect(answer["rows"][0]["cells"][0] == "a")
        #expect(answer["rows"][0]["object"]["kind"] == "PartialObjectMetadata")
        let whole = try await bed.get(maps + "/a?includeObject=Object", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        #expect(whole["rows"][0]["object"]["kind"] == "ConfigMap")
    }

    @Test("Metadata alone can be had of one document and of many") func partial() async throws {
        let bed = try await bed("a")
        let accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
        let one = try await bed.get(maps + "/a", accept: accept)
        #expect(one["kind"] == "PartialObjectMetadata" && one["metadata"]["name"] == "a" && one["data"].isNull)
        let many = try await bed.get(maps, accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
        #expect(many["kind"] == "PartialObjectMetadataList" && names(many) == ["a"])
    }

    @Test("Formats that are not written are refused; JSON is taken as second choice") func accept() async throws {
        let bed = try await bed("a")
        #expect(try await bed.get(maps, accept: "application/vnd.kubernetes.protobuf,application/json").status == 200)
        let refused = try await bed.get(maps, accept: "text/html")
        #expect(refused.status == 406 && refused.reason == "NotAcceptable")
        let indented = try await bed.get(maps + "/a?pretty=true")
        #expect(indented.text.contains("\n"))
    }

    @Test("Large lists are compressed for clients that take gzip, small answers never") func gzip() async throws {
        let bed = try await bed()
        let text = String(repeating: "configuration ", count: 1000)
        for number in 0..<12 { _ = try await bed.post(maps, Sample.configMap("m\(number)", ["text": text])) }
        func answer(_ path: String, _ accepted: String) async throws -> (coding: String?, bytes: [UInt8]) {
            let request = HTTPRequest("GET", path, headers: ["accept-encoding": accepted], peer: ClusterBed.admin)
            let response = await bed.server.respond(to: request)
            return (response.headers["content-encoding"], try await response.body.collect(limit: 1 << 24))
        }
        let packed = try await answer(maps, "deflate, gzip")
        #expect(packed.coding == "gzip" && packed.bytes.count < 20_000)
        let plain = try await answer(maps, "gzip;q=0")
        #expect(plain.coding == nil && plain.bytes.count > 128 << 10)
        #expect(try Gzip.decompress(packed.bytes, limit: 1 << 24) == plain.bytes)
        #expect(try await answer(maps + "/m1", "gzip").coding == nil)
    }

    @Test("Paths, methods and verbs that are not served get a Status") func unserved() async throws {
        let bed = try await bed()
        for path in ["/apis/none/v1/things", "/api/v1/things", "/nothing", "/api/v1/namespaces/default/nodes"] {
            let answer = try await bed.get(path)
            #expect(answer.status == 404 && answer["kind"] == "Status", "\(path)")
        }
        #expect(try await bed.send("POST", "/api/v1/componentstatuses", [:]).status == 405)
        #expect(try await bed.send("PUT", maps, [:]).status == 405)
        #expect(try await bed.send("BREW", maps).status == 405)
        let missing = try await bed.get(maps + "/none")
        #expect(missing.message == "configmaps \"none\" not found" && missing["code"] == 404)
    }

    @Test("Who may not is told what and where") func forbidden() async throws {
        let bed = try await bed()
        let nobody = Peer(local: .init(user: "eve", groups: []))
        let list = try await bed.send("GET", maps, peer: nobody)
        #expect(list.status == 403)
        #expect(
            list.message
                == "configmaps is forbidden: User \"eve\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"default\""
        )
        let path = try await bed.send("GET", "/metrics", peer: nobody)
        #expect(path.message == "forbidden: User \"eve\" cannot get path \"/metrics\"")
        let impersonated = try await bed.send("GET", maps, headers: ["impersonate-user": "eve"])
        #expect(impersonated.status == 403 && impersonated.message.contains("User \"eve\" cannot list"))
    }

    @Test("Events and autoscalers are one document in two shapes") func conversion() async throws {
        let bed = try await bed()
        let events = "/namespaces/default/events"
        let core: Value = [
            "metadata": ["name": "e"], "involvedObject": ["kind": "Pod", "name": "web", "namespace": "default"], "message": "pulled",
            "reason": "Pulled", "type": "Normal", "firstTimestamp": "2027-01-15T08:00:00Z", "lastTimestamp": "2027-01-15T08:00:00Z",
        ]
        let created = try await bed.post("/api/v1" + events, core)
        #expect(created.status == 201, "\(created.text)")
        let modern = try await bed.get("/apis/events.k8s.io/v1\(events)/e")
        #expect(modern["note"] == "pulled" && modern["regarding"]["name"] == "web" && modern["apiVersion"] == "events.k8s.io/v1")
        #expect(try await bed.get("/apis/events.k8s.io/v1\(events)")["items"][0]["note"] == "pulled")
        let scaler: Value = [
            "metadata": ["name": "h"],
            "spec": [
                "maxReplicas": 5, "scaleTargetRef": ["kind": "Deployment", "name": "web", "apiVersion": "apps/v1"],
                "targetCPUUtilizationPercentage": 70,
            ],
        ]
        let autoscalers = "/namespaces/default/horizontalpodautoscalers"
        #expect(try await bed.post("/apis/autoscaling/v1" + autoscalers, scaler).status == 201)
        let second = try await bed.get("/apis/autoscaling/v2\(autoscalers)/h")
        #expect(second["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 70, "\(second.text)")
        let first = try await bed.get("/apis/autoscaling/v1\(autoscalers)/h")
        #expect(first["spec"]["targetCPUUtilizationPercentage"] == 70)
    }
}
