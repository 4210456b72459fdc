import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Storage
import Testing

/// Asks a table of routes.
struct RouteBed {
    let routes: [RawRoute]

    func get(_ path: String, query: [String: String] = [:], headers: HTTPFields = [:]) async throws -> HTTPResponse {
        let route = routes.first { $0.path == path } ?? routes.first { $0.path.hasSuffix("/") && path.hasPrefix($0.path) }
        let user = UserInfo("tester")
        let found = try #require(route)
        return try await found.handler(RawRequest(method: "GET", path: path, query: query, headers: headers, user: user))
    }
    func json(_ path: String, accept: String = "") async throws -> Value {
        let response = try await get(path, headers: accept.isEmpty ? [:] : ["accept": accept])
        return try JSON.parse(try await response.body.collect(limit: 64 << 20))
    }
    func text(_ path: String, query: [String: String] = [:]) async throws -> (status: Int, text: String) {
        let response = try await get(path, query: query)
        return (response.status, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
    }
}

@Suite struct DiscoveryTests {
    let bed = RouteBed(routes: DiscoveryRoutes.routes(.kubernetes, address: "127.0.0.1:6443"))
    let kubectl =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

    @Test func groupsNameTheirPreferredVersion() async throws {
        let groups = try await bed.json("/apis")
        #expect(groups["kind"] == "APIGroupList")
        let autoscaling = groups["groups"].items.first { $0["name"] == "autoscaling" }
        #expect(autoscaling?["preferredVersion"]["groupVersion"] == "autoscaling/v2")
        #expect(try await bed.json("/api")["versions"] == ["v1"])
        #expect(try await bed.json("/apis/apps")["kind"] == "APIGroup")
    }
    @Test func resourcesCarryWhatKubectlNeeds() async throws {
        let list = try await bed.json("/apis/apps/v1")
        let deployments = try #require(list["resources"].items.first { $0["name"] == "deployments" })
        #expect(deployments["shortNames"] == ["deploy"] && deployments["categories"] == ["all"] && deployments["namespaced"] == true)
        let scale = try #require(list["resources"].items.first { $0["name"] == "deployments/scale" })
        #expect(scale["group"] == "autoscaling" && scale["kind"] == "Scale" && scale["verbs"] == ["get", "patch", "update"])
        #expect(try await bed.json("/api/v1")["groupVersion"] == "v1")
    }
    @Test func kubectlGetsEverythingAtOnce() async throws {
        let response = try await bed.get("/apis", headers: ["accept": kubectl])
        #expect(response.headers["content-type"] == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        let list = try await bed.json("/apis", accept: kubectl)
        let apps = try #require(list["items"].items.first { $0["metadata"]["name"] == "apps" })
        let deployments = try #require(apps["versions"][0]["resources"].items.first { $0["resource"] == "deployments" })
        #expect(deployments["scope"] == "Namespaced" && deployments["responseKind"]["kind"] == "Deployment")
        #expect(deployments["subresources"].items.map { $0["subresource"] } == ["scale", "status"])
        #expect(try await bed.json("/api", accept: kubectl)["items"].items.count == 1)
    }
    @Test func anUnchangedDocumentIsNotSentAgain() async throws {
        let first = try await bed.get("/apis", headers: ["accept": kubectl])
        let tag = try #require(first.headers["etag"])
        let second = try await bed.get("/apis", headers: ["accept": kubectl, "if-none-match": tag])
        #expect(second.status == 304)
        #expect(try await bed.get("/apis", headers: ["if-none-match": tag]).status == 200)
    }
    @Test func aClientThatTakesNoJSONIsToldSo() async {
        await #expect(throws: KubeStatus.notAcceptable(accepted: ["application/json"])) {
            try await bed.get("/apis", headers: ["accept": "application/vnd.kubernetes.protobuf"])
        }
    }
}

@Suite struct DiscoveryOpenAPITests {
    let bed = RouteBed(routes: OpenAPIDocuments.kubernetes.routes)

    @Test func everyVersionHasADocumentWithoutDanglingReferences() async throws {
        let index = try await bed.json("/openapi/v3")
        let paths = try #require(index["paths"].object)
        #expect(paths.count == KindTable.kubernetes.groups.reduce(0) { $0 + $1.versions.count })
        for place in ["api/v1", "apis/apps/v1", "apis/rbac.authorization.k8s.io/v1", "apis/autoscaling/v1"] {
            let document = try await bed.json("/openapi/v3/\(place)")
            let schemas = document["components"]["schemas"]
            for name in references(document) { #expect(!schemas[name].isNull, "\(place) refers to \(name)") }
        }
    }
    @Test func patchesTakeFieldValidation() async throws {
        let document = try await bed.json("/openapi/v3/apis/apps/v1")
        let patch = document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
        #expect(patch["x-kubernetes-group-version-kind"] == ["group": "apps", "kind": "Deployment", "version": "v1"])
        #expect(patch["parameters"].items.contains { $0["name"] == "fieldValidation" && $0["in"] == "query" })
        #expect(patch["operationId"] == "patchAppsV1NamespacedDeployment")
        let list = document["paths"]["/apis/apps/v1/deployments"]["get"]
        #expect(list["operationId"] == "listAppsV1DeploymentForAllNamespaces")
    }
    @Test func typesTellKindAndMergeKeys() async throws {
        let schemas = try await bed.json("/openapi/v3/api/v1")["components"]["schemas"]
        #expect(schemas["io.k8s.api.core.v1.Pod"]["x-kubernetes-group-version-kind"] == [["group": "", "kind": "Pod", "version": "v1"]])
        let containers = schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
        #expect(containers["x-kubernetes-patch-merge-key"] == "name" && containers["x-kubernetes-patch-strategy"] == "merge")
        #expect(containers["x-kubernetes-list-map-keys"] == ["name"])
        let limits = schemas["io.k8s.api.core.v1.ResourceRequirements"]["properties"]["limits"]
        #expect(limits["additionalProperties"]["$ref"] == "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity")
    }
    @Test func theOldDocumentHoldsEverything() async throws {
        let document = try await bed.json("/openapi/v2")
        #expect(document["swagger"] == "2.0")
        let definitions = document["definitions"]
        for name in references(document) { #expect(!definitions[name].isNull, "\(name)") }
        #expect((document["paths"].object?.count ?? 0) > KindTable.kubernetes.count)
    }
    @Test func aHashMakesADocumentImmutable() async throws {
        let index = try await bed.json("/openapi/v3")
        let place = try #require(index["paths"]["apis/apps/v1"]["serverRelativeURL"].string)
        let hash = String(place.split(separator: "=")[1])
        let fresh = try await bed.get("/openapi/v3/apis/apps/v1", query: ["hash": hash])
        #expect(fresh.status == 200 && fresh.headers["cache-control"] == "public, immutable")
        let stale = try await bed.get("/openapi/v3/apis/apps/v1", query: ["hash": "OLD"])
        #expect(stale.status == 301 && stale.headers["location"]?.hasSuffix(hash) == true)
        await #expect(throws: KubeStatus.noSuchResource) { try await bed.get("/openapi/v3/apis/none/v1") }
    }

    private func references(_ value: Value) -> Set<String> {
        switch value {
        case .array(let items): return items.reduce(into: []) { $0.formUnion(references($1)) }
        case .object(let object):
            var found: Set<String> = []
            for member in object {
                if member.key == "$ref", let text = member.value.string {
                    found.insert(String(text.split(separator: "/").last ?? ""))
                } else {
                    found.formUnion(references(member.value))
                }
            }
            return found
        default: return []
        }
    }
}

@Suite struct DiscoveryHealthTests {
    @Test func healthTellsItsChecks() async throws {
        let routes = HealthRoutes.routes(live: [HealthCheck("log") { true }], ready: [HealthCheck("etcd") { false }])
        let bed = RouteBed(routes: routes)
        #expect(try await bed.text("/livez") == (200, "ok"))
        #expect(try await bed.text("/livez", query: ["verbose": ""]) == (200, "[+]ping ok\n[+]log ok\nlivez check passed\n"))
        let failed = "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nreadyz check failed\n"
        #expect(try await bed.text("/readyz") == (500, failed))
        #expect(try await bed.text("/readyz", query: ["exclude": "etcd"]) == (200, "ok"))
        #expect(try await bed.text("/readyz/etcd").status == 500)
        #expect(try await bed.text("/healthz/ping") == (200, "ok"))
    }
    @Test func theVersionIsTheConfiguredOne() async throws {
        let bed = RouteBed(routes: [ServerVersion(gitVersion: "v1.36.2-eks-1a2b3c4").route])
        let version = try await bed.json("/version")
        #expect(version["gitVersion"] == "v1.36.2-eks-1a2b3c4" && version["major"] == "1" && version["minor"] == "36+")
    }
    @Test func metricsCountRequestsAndObjects() async throws {
        let access = try await AccessBed()
        try await access.put("core/pods/default/a", [:])
        let metrics = APIMetrics()
        let labels = APIMetrics.Labels(verb: "GET", version: "v1", resource: "pods", scope: "resource")
        metrics.record(labels, code: 200, seconds: 0.01)
        metrics.record(labels, code: 200, seconds: 0.3)
        metrics.record(APIMetrics.Labels(verb: "WATCH", version: "v1", resource: "pods"), code: 200, seconds: nil)
        let bed = RouteBed(routes: [metrics.route(realm: access.realm) { 3 }])
        let text = try await bed.text("/metrics").text
        let own = #"group="",resource="pods",scope="resource",subresource="",verb="GET",version="v1""#
        #expect(text.contains(#"apiserver_request_total{code="200",\#(own)} 2"#))
        #expect(text.contains(#"apiserver_request_duration_seconds_bucket{\#(own),le="0.025"} 1"#))
        #expect(text.contains(#"apiserver_request_duration_seconds_bucket{\#(own),le="+Inf"} 2"#))
        #expect(text.contains(#"apiserver_storage_objects{resource="pods"} 1"#))
        #expect(text.contains(#"apiserver_longrunning_requests{verb="WATCH"} 3"#))
    }
}
