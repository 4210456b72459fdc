import Control
import Documents
import KubeAPI
import Network
import Storage
import Testing

@Suite struct CustomRequestTests {
    private let tabs = CustomSample.tabs

    private func bed() async throws -> ClusterBed {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        return bed
    }

    @Test(
        arguments: [
            (["replicas": "three"], #"spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string""#),
            (["replicas": 11], "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10"),
            (["policy": "Replace"], #"spec.policy: Unsupported value: "Replace": supported values: "Allow", "Forbid""#),
            (["cronSpec": "now"], #"spec.cronSpec: Invalid value: "now": spec.cronSpec in body should match '^(\S+\s+){4}\S+$'"#),
            (["port": true], #"spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean""#),
            (["hosts": [["weight": 1]]], "spec.hosts[0].name: Required value"),
            (["hosts": [["name": "a"], ["name": "a"]]], #"spec.hosts[1]: Duplicate value: {"name":"a"}"#),
        ] as [(Value, String)]) func badDocumentsAreRefusedInUpstreamsWords(_ spec: Value, _ text: String) async throws
    {
        let answer = try await bed().post(tabs, CustomSample.tab("bad", spec))
        #expect(answer.status == 422)
        #expect(answer.message == "CronTab.stable.example.com \"bad\" is invalid: \(text)")
    }

    @Test func strictRequestsMayNotHaveUnknownFields() async throws {
        let answer = try await bed().post(
            tabs + "?fieldValidation=Strict", CustomSample.tab("bad", ["cronSpecs": "x", "hosts": [["name": "a", "other": 1]]]))
        #expect(answer.status == 400)
        #expect(
            answer.message
                == "CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown field \"spec.cronSpecs\", "
                + "unknown field \"spec.hosts[0].other\"")
    }

    @Test func strategicPatchesAreRefusedAndUnguardedUpdatesToo() async throws {
        let bed = try await bed()
        _ = try await bed.post(tabs, CustomSample.tab("one"))
        let strategic = try await bed.send("PATCH", tabs + "/one", [:], type: "application/strategic-merge-patch+json")
        #expect(strategic.status == 415)
        let unguarded = try await bed.put(tabs + "/one", CustomSample.tab("one"))
        #expect(unguarded.status == 422)
        #expect(unguarded.message.contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update"))
        let patched = try await bed.send(
            "PATCH", tabs + "/one", [["op": "add", "path": "/spec/hosts", "value": [["name": "a"]]]], type: "application/json-patch+json")
        #expect(patched["spec"]["hosts"] == [["name": "a"]])
    }

    @Test func whatWasWrongBeforeMayStay() async throws {
        let bed = try await bed()
        _ = try await bed.post(tabs, CustomSample.tab("one", ["policy": "Forbid"]))
        _ = try await bed.merge(CustomSample.definitions + "/crontabs.stable.example.com", ["metadata": ["labels": ["a": "b"]]])
        var stricter = CustomSample.cronTab
        stricter["spec"]["versions"] = [CustomSample.version("v1", served: true, storage: true)]
        var version = stricter["spec"]["versions"][0]
        version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["policy"]["enum"] = ["Allow"]
        let changed = try await bed.merge(CustomSample.definitions + "/crontabs.stable.example.com", ["spec": ["versions": [version]]])
        #expect(changed.status == 200, "\(changed.text)")
        #expect(try await bed.merge(tabs + "/one", ["spec": ["replicas": 2]]).status == 200)
        #expect(try await bed.merge(tabs + "/one", ["spec": ["policy": "Other"]]).status == 422)
    }

    @Test func tablesHaveTheColumnsOfTheDefinition() async throws {
        let bed = try await bed()
        _ = try await bed.post(tabs, CustomSample.tab("one", ["replicas": 2]))
        bed.clock.advance(by: .seconds(180))
        let table = try await bed.get(tabs, accept: "application/json;as=Table;g=meta.k8s.io;v=v1")
        #expect(table["columnDefinitions"].items.map { $0["name"] } == ["Name", "Spec", "Replicas", "Age"])
        #expect(table["columnDefinitions"][2]["priority"] == 1)
        #expect(table["rows"][0]["cells"] == ["one", "* * * * */5", 2, "3m"])
    }

    @Test func scaleFollowsThePathsOfTheDefinition() async throws {
        let bed = try await bed()
        _ = try await bed.post(tabs, CustomSample.tab("one", ["replicas": 2]))
        _ = try await bed.merge(tabs + "/one/status", ["status": ["replicas": 1, "selector": "app=one"]])
        let scale = try await bed.get(tabs + "/one/scale")
        #expect(scale["spec"] == ["replicas": 2])
        #expect(scale["status"] == ["replicas": 1, "selector": "app=one"])
        #expect(try await bed.merge(tabs + "/one/scale", ["spec": ["replicas": 5]])["spec"]["replicas"] == 5)
        #expect(try await bed.get(tabs + "/one")["spec"]["replicas"] == 5)
    }

    @Test func selectorsListsAndWatchesWork() async throws {
        let bed = try await bed()
        let watch = await bed.watch(tabs + "?watch=true")
        for (name, image) in [("a", "nginx"), ("b", "redis"), ("c", "nginx")] {
            _ = try await bed.post(tabs, CustomSample.tab(name, ["image": .string(image)]))
        }
        let chosen = try await bed.get(tabs + "?fieldSelector=spec.image%3Dnginx")
        #expect(chosen["items"].items.map { $0["metadata"]["name"] } == ["a", "c"])
        #expect(try await bed.get(tabs + "?fieldSelector=spec.replicas%3D1").message == "field label not supported: spec.replicas")
        #expect(try await bed.get(tabs + "?limit=2")["metadata"]["remainingItemCount"] == 1)
        await bed.realm.settled()
        #expect(watch.takeLines() == ["ADDED a", "ADDED b", "ADDED c"])
        #expect(try await bed.delete(tabs + "?labelSelector=none").status == 200)
        #expect(try await bed.delete(tabs)["items"].items.count == 3)
        #expect(try await bed.get("/apis/stable.example.com/v1/crontabs")["items"] == [])
    }

    @Test func appliersShareListsByTheKeysOfTheSchema() async throws {
        let bed = try await bed()
        func apply(_ manager: String, _ spec: Value) async throws -> ClusterBed.Answer {
            var document = CustomSample.tab("one", spec)
            if spec["cronSpec"].isNull { document["spec"]["cronSpec"] = .null }
            return try await bed.send(
                "PATCH", tabs + "/one?fieldManager=\(manager)", document, type: "application/apply-patch+yaml")
        }
        #expect(try await apply("first", ["cronSpec": "* * * * *", "hosts": [["name": "a", "weight": 1]]]).status == 201)
        let second = try await apply("second", ["hosts": [["name": "b", "weight": 2]]])
        #expect(second["spec"]["hosts"] == [["name": "a", "weight": 1], ["name": "b", "weight": 2]])
        let conflict = try await apply("second", ["hosts": [["name": "a", "weight": 3]]])
        #expect(conflict.status == 409)
        #expect(conflict.message == "Apply failed with 1 conflict: conflict with \"first\": .spec.hosts[name=\"a\"].weight")
        let gone = try await apply("first", ["cronSpec": "* * * * *"])
        #expect(gone["spec"]["hosts"] == [["name": "b", "weight": 2]])
        let keyed = try await apply("third", ["ports": [["port": 53], ["port": 53, "protocol": "TCP"]]])
        #expect(keyed["spec"]["ports"] == [["port": 53, "protocol": "UDP"], ["port": 53, "protocol": "TCP"]])
        let unknown = try await apply("first", ["cronSpec": "* * * * *", "colour": "red"])
        #expect(unknown.status == 500)
        #expect(unknown.message.hasSuffix(".spec.colour: field not declared in schema"))
    }

    @Test func discoveryAndOpenAPITellOfTheKind() async throws {
        let bed = try await bed()
        let list = try await bed.get("/apis/stable.example.com/v1")
        #expect(list["resources"].items.map { $0["name"] } == ["crontabs", "crontabs/scale", "crontabs/status"])
        #expect(list["resources"][0]["shortNames"] == ["ct"])
        #expect(list["resources"][0]["categories"] == ["all"])
        #expect(try await bed.get("/apis")["groups"].items.contains { $0["name"] == "stable.example.com" })
        let open = try await bed.get("/openapi/v3/apis/stable.example.com/v1")
        let type = open["components"]["schemas"]["com.example.stable.v1.CronTab"]
        #expect(type["properties"]["spec"]["properties"]["cronSpec"]["type"] == "string")
        #expect(type["x-kubernetes-group-version-kind"] == [["group": "stable.example.com", "kind": "CronTab", "version": "v1"]])
        #expect(!open["components"]["schemas"]["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"].isNull)
        let index = try await bed.get("/openapi/v3")
        #expect(!index["paths"]["apis/stable.example.com/v1"].isNull)
        #expect(!index["paths"]["apis/apps/v1"].isNull)
        #expect(!(try await bed.get("/openapi/v2"))["definitions"]["com.example.stable.v1.CronTab"].isNull)
    }
}

@Suite struct CustomQuotaTests {
    @Test func quotasCountDocuments() async throws {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let store = Store.memory(clock: clock)
        let realm = try await store.realm("cluster/test")
        let rbac = RBACAuthorizer(realm: realm)
        let plugins = StandardAdmission.plugins(
            rbac: rbac, authorizer: AuthorizerChain([SuperuserAuthorizer(), rbac]), clock: clock, random: RandomSource(seed: 7),
            realm: realm)
        let bed = try await ClusterBed(admission: plugins, store: store)
        try await bed.define(CustomSample.cronTab)
        let quota: Value = ["metadata": ["name": "few"], "spec": ["hard": ["count/crontabs.stable.example.com": "1"]]]
        #expect(try await bed.post("/api/v1/namespaces/default/resourcequotas", quota).status == 201)
        #expect(try await bed.post(CustomSample.tabs, CustomSample.tab("one")).status == 201)
        let second = try await bed.post(CustomSample.tabs, CustomSample.tab("two"))
        #expect(second.status == 403)
        #expect(second.message.contains("exceeded quota: few, requested: count/crontabs.stable.example.com=1"))
    }
}
