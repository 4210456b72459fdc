import Documents
import KubeAPI
import Network
import Testing

/// Definitions for tests.
enum CustomSample {
    static let tabs = "/apis/stable.example.com/v1/namespaces/default/crontabs"
    static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    /// A kind like the one of Kubernetes' documentation.
    static var cronTab: Value {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "crontabs.stable.example.com"],
            "spec": [
                "group": "stable.example.com", "scope": "Namespaced",
                "names": ["plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"], "categories": ["all"]],
                "versions": [version("v1", served: true, storage: true)],
            ],
        ]
    }
    static func version(_ name: String, served: Bool, storage: Bool) -> Value {
        let spec: Value = [
            "type": "object", "required": ["cronSpec"],
            "properties": [
                "cronSpec": ["type": "string", "pattern": #"^(\S+\s+){4}\S+$"#],
                "image": ["type": "string", "default": "busybox"],
                "replicas": ["type": "integer", "minimum": 1, "maximum": 10, "default": 1],
                "policy": ["type": "string", "enum": ["Allow", "Forbid"]],
                "port": ["x-kubernetes-int-or-string": true],
                "hosts": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                    "items": [
                        "type": "object", "required": ["name"], "properties": ["name": ["type": "string"], "weight": ["type": "integer"]],
                    ],
                ],
                "ports": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                    "items": [
                        "type": "object", "required": ["port"],
                        "properties": ["port": ["type": "integer"], "protocol": ["type": "string", "default": "UDP"]],
                    ],
                ],
                "inner": ["type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true],
                "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
            ],
        ]
        let status: Value = [
            "type": "object",
            "properties": ["replicas": ["type": "integer"], "selector": ["type": "string"], "phase": ["type": "string"]],
        ]
        return [
            "name": .string(name), "served": .bool(served), "storage": .bool(storage),
            "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec, "status": status]]],
            "subresources": [
                "status": [:],
                "scale": [
                    "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector",
                ],
            ],
            "additionalPrinterColumns": [
                ["name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"],
                ["name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas", "priority": 1],
                ["name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"],
            ],
            "selectableFields": [["jsonPath": ".spec.image"]],
        ]
    }
    static func tab(_ name: String, _ spec: Value = [:]) -> Value {
        var spec = spec
        if spec["cronSpec"].isNull { spec["cronSpec"] = "* * * * */5" }
        return ["apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": ["name": .string(name)], "spec": spec]
    }
}

extension ClusterBed {
    /// Creates a definition and waits until it is established.
    func define(_ definition: Value) async throws {
        let answer = try await post(CustomSample.definitions, definition)
        try #require(answer.status == 201, "\(answer.text)")
        await server.reconcileDefinitions()
    }
}

@Suite struct CustomResourceTests {
    @Test func aDefinitionIsEstablishedAndServed() async throws {
        let bed = try await ClusterBed()
        #expect(try await bed.get(CustomSample.tabs).status == 404)
        try await bed.define(CustomSample.cronTab)
        let definition = try await bed.get(CustomSample.definitions + "/crontabs.stable.example.com")
        #expect(definition["status"]["storedVersions"] == ["v1"])
        #expect(definition["status"]["acceptedNames"]["listKind"] == "CronTabList")
        #expect(definition["status"]["conditions"].items.map { $0["type"] } == ["NamesAccepted", "Established"])
        let list = try await bed.get(CustomSample.tabs)
        #expect(list.status == 200)
        #expect(list["kind"] == "CronTabList")
    }

    @Test func aDocumentIsDefaultedAndCarriedThroughItsLife() async throws {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        let created = try await bed.post(CustomSample.tabs, CustomSample.tab("one", ["free": ["a": 1], "unknown": true]))
        #expect(created.status == 201)
        #expect(created["spec"] == ["free": ["a": 1], "cronSpec": "* * * * */5", "image": "busybox", "replicas": 1])
        #expect(created["metadata"]["generation"] == 1)
        #expect(created.headers["warning"] == "299 - \"unknown field \\\"spec.unknown\\\"\"")
        let patched = try await bed.merge(CustomSample.tabs + "/one", ["spec": ["replicas": 3]])
        #expect(patched["metadata"]["generation"] == 2)
        let status = try await bed.merge(CustomSample.tabs + "/one/status", ["status": ["phase": "Ready"], "spec": ["replicas": 9]])
        #expect(status["status"] == ["phase": "Ready"])
        #expect(status["spec"]["replicas"] == 3)
        #expect(status["metadata"]["generation"] == 2)
        #expect(try await bed.delete(CustomSample.tabs + "/one").status == 200)
        #expect(try await bed.get(CustomSample.tabs + "/one").status == 404)
    }

    @Test func documentsInsideDocumentsHaveMetadataOfTheirOwn() async throws {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        let inner: Value = ["apiVersion": "v1", "kind": "Anything", "metadata": ["name": "x", "nmae": "y"], "data": ["free": 1]]
        let created = try await bed.post(CustomSample.tabs, CustomSample.tab("one", ["inner": inner]))
        #expect(created["spec"]["inner"]["metadata"] == ["name": "x"])
        #expect(created["spec"]["inner"]["data"] == ["free": 1])
        #expect(created.headers["warning"] == "299 - \"unknown field \\\"spec.inner.metadata.nmae\\\"\"")
        let nameless = try await bed.post(CustomSample.tabs, CustomSample.tab("two", ["inner": ["data": [:]]]))
        #expect(nameless.message.contains("spec.inner.apiVersion: Required value: must not be empty"))
    }
}
