import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Storage
import Testing

@Suite struct CustomDefinitionTests {
    private let definitions = CustomSample.definitions
    private var one: String { definitions + "/crontabs.stable.example.com" }

    /// A definition with the schema of its spec edited.
    private static func edited(_ edit: (inout Value) -> Void) -> Value {
        var definition = CustomSample.cronTab
        var version = definition["spec"]["versions"][0]
        edit(&version)
        definition["spec"]["versions"] = [version]
        return definition
    }
    private static func schema(_ name: String, _ schema: Value) -> Value {
        edited { $0["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"][name] = schema }
    }
    private static let place = "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[x]"

    static let faults: [(Value, String)] = [
        (schema("x", [:]), "\(place).type: Required value: must not be empty for specified object fields"),
        (
            schema("x", ["type": "text"]),
            "\(place).type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", "
                + "\"integer\", \"number\", \"object\", \"string\""
        ),
        (schema("x", ["type": "array"]), "\(place).items: Required value: must be specified"),
        (
            schema("x", ["type": "string", "pattern": "("]),
            "\(place).pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): `(`"
        ),
        (
            schema("x", ["type": "string", "anyOf": [["type": "string"]]]),
            "\(place).anyOf[0].type: Forbidden: must be empty to be structural"
        ),
        (
            schema("x", ["type": "integer", "default": "one"]),
            "\(place).default: Invalid value: \"string\": \(place).default in body must be of type integer: \"string\""
        ),
        (schema("x", ["type": "object", "default": ["a": 1]]), "\(place).default: Invalid value: {\"a\":1}: must not have unknown fields"),
        (
            schema("x", ["type": "string", "uniqueItems": true]),
            "\(place).uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        ),
        (
            schema("x", ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "map"]),
            "\(place).x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"
        ),
        (
            schema("x", ["type": "object", "x-kubernetes-validations": [["rule": "true"]]]),
            "\(place).x-kubernetes-validations: Forbidden: rules in CEL are not evaluated by this server, and a definition that relies on "
                + "them is refused"
        ),
        (
            edited { $0["additionalPrinterColumns"] = [["name": "A", "type": "string", "jsonPath": "spec"]] },
            "spec.versions[0].additionalPrinterColumns[0].JSONPath: Invalid value: \"spec\": must be a simple json path starting with ."
        ),
        (
            edited { $0["subresources"]["scale"]["specReplicasPath"] = ".replicas" },
            "spec.versions[0].subresources.scale.specReplicasPath: Invalid value: \".replicas\": should be a json path under .spec"
        ),
        (
            edited { $0["deprecationWarning"] = "old" },
            "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions"
        ),
    ]

    @Test(arguments: faults.indices) func badSchemasAreRefused(_ index: Int) async throws {
        let (definition, text) = Self.faults[index]
        let answer = try await ClusterBed().post(definitions, definition)
        #expect(answer.status == 422)
        #expect(
            answer["details"]["causes"].items.contains {
                "\($0["field"].string ?? ""): \($0["message"].string ?? "")" == text
            }, "\(answer.message)")
    }

    @Test func namesGroupsAndConversionAreChecked() async throws {
        let bed = try await ClusterBed()
        var definition = CustomSample.cronTab
        definition["metadata"]["name"] = "tabs"
        definition["spec"]["group"] = "stable"
        definition["spec"]["scope"] = "Global"
        definition["spec"]["names"]["shortNames"] = ["C T"]
        definition["spec"]["conversion"] = ["strategy": "Webhook", "webhook": ["conversionReviewVersions": ["v1"]]]
        let answer = try await bed.post(definitions, definition)
        let fields = Set(answer["details"]["causes"].items.compactMap { $0["field"].string })
        #expect(
            fields == ["metadata.name", "spec.group", "spec.scope", "spec.names.shortNames[0]", "spec.conversion.strategy"])
        var two = CustomSample.cronTab
        two["spec"]["versions"] = [
            CustomSample.version("v1", served: true, storage: true), CustomSample.version("v2", served: true, storage: true),
        ]
        #expect(try await bed.post(definitions, two).message.contains("must have exactly one version marked as storage version"))
        var protected = CustomSample.cronTab
        protected["metadata"]["name"] = "crontabs.sample.k8s.io"
        protected["spec"]["group"] = "sample.k8s.io"
        #expect(
            try await bed.post(definitions, protected).message.contains(
                "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation"))
    }

    @Test func aNameThatIsTakenIsNotAccepted() async throws {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        var rival = CustomSample.cronTab
        rival["metadata"]["name"] = "rivals.stable.example.com"
        rival["spec"]["names"] = ["plural": "rivals", "kind": "CronTab"]
        try await bed.define(rival)
        let conditions = try await bed.get(definitions + "/rivals.stable.example.com")["status"]["conditions"]
        #expect(conditions[0]["reason"] == "ListKindConflict")
        #expect(conditions[0]["message"] == "\"CronTabList\" is already in use")
        #expect(conditions[1]["status"] == "False")
        #expect(try await bed.get("/apis/stable.example.com/v1/rivals").status == 404)
        _ = try await bed.delete(one)
        await bed.server.reconcileDefinitions()
        await bed.server.reconcileDefinitions()
        #expect(try await bed.get("/apis/stable.example.com/v1/rivals").status == 200)
    }

    @Test func aDefinitionGoesAfterItsDocuments() async throws {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        _ = try await bed.post(CustomSample.tabs, CustomSample.tab("free"))
        var held = CustomSample.tab("held")
        held["metadata"]["finalizers"] = ["example.com/hold"]
        _ = try await bed.post(CustomSample.tabs, held)
        let (watch, other) = (
            await bed.watch(CustomSample.tabs + "?watch=1&resourceVersion=0"), await bed.watch("/api/v1/namespaces?watch=1")
        )
        let deleted = try await bed.delete(one)
        #expect(deleted["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"])
        #expect(deleted["status"]["conditions"].items.contains { $0["reason"] == "InstanceDeletionPending" })
        #expect(try await bed.post(CustomSample.tabs, CustomSample.tab("late")).status == 405)
        await bed.server.reconcileDefinitions()
        #expect(try await bed.get(CustomSample.tabs)["items"].items.map { $0["metadata"]["name"] } == ["held"])
        #expect(try await bed.get(one)["status"]["conditions"].items.contains { $0["reason"] == "InstanceDeletionInProgress" })
        let options = try await bed.merge(CustomSample.tabs + "/held", ["metadata": ["finalizers": nil]])
        #expect(options.status == 200, "\(options.text)")
        await bed.server.reconcileDefinitions()
        #expect(try await bed.get(one).status == 404)
        #expect(try await bed.get(CustomSample.tabs).status == 404)
        #expect(!(try await bed.get("/apis").text.contains("stable.example.com")))
        for _ in 0..<60_000 where !watch.finished { try await SystemClock().sleep(for: .milliseconds(1)) }
        #expect(watch.finished && watch.takeLines().last == "DELETED held")
        #expect(!other.finished)
    }

    @Test func versionsShowOneDocumentAndStorageMayMove() async throws {
        let bed = try await ClusterBed()
        var definition = CustomSample.cronTab
        var second = CustomSample.version("v2", served: true, storage: false)
        second["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["suspend"] = ["type": "boolean", "default": false]
        definition["spec"]["versions"] = [CustomSample.version("v1", served: true, storage: true), second]
        try await bed.define(definition)
        _ = try await bed.post(CustomSample.tabs, CustomSample.tab("one"))
        let v2 = "/apis/stable.example.com/v2/namespaces/default/crontabs"
        let shown = try await bed.get(v2 + "/one")
        #expect(shown["apiVersion"] == "stable.example.com/v2")
        #expect(shown["spec"]["suspend"] == false)
        #expect(try await bed.get(v2)["items"][0]["apiVersion"] == "stable.example.com/v2")
        #expect(try await bed.get("/apis/stable.example.com")["preferredVersion"]["version"] == "v2")
        second["storage"] = true
        let moved: Value = ["spec": ["versions": [CustomSample.version("v1", served: false, storage: false), second]]]
        #expect(try await bed.merge(one, moved)["status"]["storedVersions"] == ["v1", "v2"])
        #expect(try await bed.get(CustomSample.tabs).status == 404)
        #expect(try await bed.get(v2 + "/one")["spec"]["suspend"] == false)
        let dropped = try await bed.merge(one, ["spec": ["versions": [second]]])
        #expect(dropped.status == 422)
        #expect(dropped.message.contains("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions"))
        #expect(try await bed.merge(v2 + "/one", ["spec": ["replicas": 2]])["metadata"]["generation"] == 2)
    }

    @Test func anotherServerOfTheStoreServesThemToo() async throws {
        let bed = try await ClusterBed()
        try await bed.define(CustomSample.cronTab)
        _ = try await bed.post(CustomSample.tabs, CustomSample.tab("one"))
        let other = APIServer(
            realm: bed.realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: bed.clock, random: bed.random, configuration: APIServerConfiguration())
        let response = await other.respond(to: HTTPRequest("GET", CustomSample.tabs + "/one", peer: ClusterBed.admin))
        #expect(response.status == 200)
    }
}
