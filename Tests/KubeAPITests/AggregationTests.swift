import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Synchronization
import Testing

/// A metrics API that says who asked.
@Sendable private func metrics(_ request: HTTPRequest) async -> HTTPResponse {
    let target = URLTarget(request.target)
    guard target.path != "/apis/metrics.k8s.io/v1beta1" else {
        let list: Value = [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
            "resources": [
                ["name": "nodes", "singularName": "", "namespaced": false, "kind": "NodeMetrics", "verbs": ["get", "list"]],
                ["name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"]],
            ],
        ]
        return HTTPResponse(200, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(list)))
    }
    let who =
        "\(request.headers["x-remote-user"] ?? "-") \(request.headers.all("x-remote-group")) \(request.headers["authorization"] ?? "-")"
    return HTTPResponse(
        200, headers: ["content-type": "application/json"], body: .bytes(Array("\(request.method) \(request.target) \(who)".utf8)))
}

@Suite("APIs that services serve") struct AggregationTests {
    private let apiservice: Value = [
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": ["name": "v1beta1.metrics.k8s.io"],
        "spec": [
            "group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": true, "service": ["name": "metrics-server", "namespace": "kube-system", "port": 443],
        ],
    ]

    private func condition(_ bed: ClusterBed) async throws -> String {
        let answer = try await bed.get("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io")
        let condition = answer["status"]["conditions"][0]
        return "\(condition["status"].string ?? "") \(condition["reason"].string ?? "")"
    }

    private func serve(_ all: StreamingBed) async throws {
        var service = Sample.service("metrics-server")
        service["spec"]["ports"] = [["port": 443, "name": "https"]]
        _ = try await all.bed.post("/api/v1/namespaces/kube-system/services", service)
        let slice: Value = [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": ["name": "metrics-server-1", "labels": ["kubernetes.io/service-name": "metrics-server"]],
            "endpoints": [["addresses": ["10.0.0.9"]]], "ports": [["port": .int(Int64(all.kubeletPort)), "name": "https"]],
        ]
        _ = try await all.bed.post("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices", slice)
    }

    @Test("A group is served by its service, with the caller's name") func served() async throws {
        try await StreamingBed.with(kubelet: metrics) { all in
            let bed = all.bed
            #expect(try await bed.get("/apis/metrics.k8s.io/v1beta1/nodes").status == 404)
            let created = try await bed.post("/apis/apiregistration.k8s.io/v1/apiservices", apiservice)
            #expect(created.status == 201, "\(created.text)")
            let early = try await bed.get("/apis/metrics.k8s.io/v1beta1/nodes")
            #expect(early.status == 503 && early.text == "service unavailable\n")
            await bed.server.checkAggregation()
            #expect(try await condition(bed) == "False ServiceNotFound")
            try await serve(all)
            await bed.server.checkAggregation()
            #expect(try await condition(bed) == "True Passed")
            let target = all.dialer.seen.targets.withLock { $0.last }
            #expect(target?.identity == .frontProxy && target?.serverName == "metrics-server.kube-system.svc")
            let made: HTTPFields = ["authorization": "Bearer x", "x-remote-user": "root", "x-remote-group": "system:masters"]
            let answer = try await all.client.send(
                HTTPRequest("GET", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=a%3Db", headers: made))
            let text = String(decoding: try await answer.body.collect(limit: 1000), as: UTF8.self)
            #expect(
                text.hasPrefix("GET /apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=a%3Db admin [\"system:masters\""))
            #expect(text.hasSuffix(" -") && !text.contains("root"))
        }
    }

    @Test("Discovery tells of the group in all its forms") func discovery() async throws {
        try await StreamingBed.with(kubelet: metrics) { all in
            let bed = all.bed
            let before = try await bed.get("/apis")
            _ = try await bed.post("/apis/apiregistration.k8s.io/v1/apiservices", apiservice)
            try await serve(all)
            await bed.server.checkAggregation()
            let groups = try await bed.get("/apis")
            #expect(groups["groups"].items.last?["name"] == "metrics.k8s.io")
            #expect(groups["groups"].items.count == before["groups"].items.count + 1)
            #expect(try await bed.get("/apis/metrics.k8s.io")["preferredVersion"]["groupVersion"] == "metrics.k8s.io/v1beta1")
            #expect(try await bed.get("/apis/metrics.k8s.io/v1beta1")["resources"].items.count == 2)
            let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
            let merged = try await bed.get("/apis", accept: accept)
            let group = merged["items"].items.last ?? .null
            #expect(group["metadata"]["name"] == "metrics.k8s.io")
            #expect(group["versions"][0]["freshness"] == "Current")
            #expect(
                group["versions"][0]["resources"][1]["responseKind"] == [
                    "group": "metrics.k8s.io", "version": "v1beta1", "kind": "PodMetrics",
                ])
            #expect(group["versions"][0]["resources"][1]["scope"] == "Namespaced")
            let tag = merged.headers["etag"]
            #expect(tag != nil)
            let again = try await bed.send("GET", "/apis", headers: ["accept": accept, "if-none-match": tag ?? ""])
            #expect(again.status == 304)
        }
    }

    @Test("A service that does not answer is told by the condition") func failing() async throws {
        try await StreamingBed.with { _ in
            HTTPResponse(500)
        } _: { all in
            let bed = all.bed
            _ = try await bed.post("/apis/apiregistration.k8s.io/v1/apiservices", apiservice)
            try await serve(all)
            await bed.server.checkAggregation()
            #expect(try await condition(bed) == "False FailedDiscoveryCheck")
            #expect(try await bed.get("/apis/metrics.k8s.io/v1beta1/nodes").status == 503)
        }
    }
}

@Suite struct LocalServiceTests {
    @Test func whatTheServerServesItselfIsListed() async throws {
        let bed = try await ClusterBed()
        let running = Task { try await bed.server.run() }
        defer { running.cancel() }
        let services = "/apis/apiregistration.k8s.io/v1/apiservices"
        try await bed.define(CustomSample.cronTab)
        func names() async throws -> [String] { try await bed.get(services)["items"].items.compactMap { $0["metadata"]["name"].string } }
        while try await !names().contains("v1.stable.example.com") { await Task.yield() }
        #expect(try await Set(names()).isSuperset(of: ["v1.", "v1.apps", "v2.autoscaling"]))
        let apps = try await bed.get(services + "/v1.apps")
        #expect(apps["spec"]["groupPriorityMinimum"] == 17800)
        #expect(apps["status"]["conditions"][0]["reason"] == "Local")
        _ = try await bed.delete(CustomSample.definitions + "/crontabs.stable.example.com")
        while try await names().contains("v1.stable.example.com") { await Task.yield() }
        #expect(try await names().contains("v1.apps"))
    }
}
