import Control
import Cryptography
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Network
import Storage
import Synchronization
import Testing

@testable import MetricsServer

@Suite struct MetricsServerTests {
    /// A kubelet whose node has used half a processor since it was asked last.
    private final class FakeKubelet: HTTPHandler {
        private let seconds = Mutex(0)
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            guard request.headers["authorization"] == "Bearer secret" else { return HTTPResponse(401) }
            let count = seconds.withLock { seconds in
                seconds += 1
                return seconds
            }
            let time = 1_800_000_000_000 + count * 1000
            let text = """
                # TYPE node_cpu_usage_seconds_total counter
                node_cpu_usage_seconds_total \(Double(count) / 2) \(time)
                node_memory_working_set_bytes 1.048576e+06 \(time)
                container_cpu_usage_seconds_total{container="main",namespace="default",pod="web"} \(Double(count) / 4) \(time)
                container_memory_working_set_bytes{container="main",namespace="default",pod="web"} 2048 \(time)
                container_start_time_seconds{container="main",namespace="default",pod="web"} 1.8e+09
                """
            return HTTPResponse(200, body: .bytes(Array(text.utf8)))
        }
    }

    private struct Bed {
        let authority: CertificateAuthority
        let endpoint: String

        /// Asks as the aggregator does for a user.
        func get(_ target: String, user: String, groups: [String] = [], accept: String = "application/json") async throws -> (Int, Value) {
            let key = try PrivateKey.generate(.p256)
            let certificate = try authority.issueClient(
                commonName: "front-proxy-client", organizations: [], key: key.publicKey, now: SystemClock().now.seconds)
            let client = try HTTPClient(
                endpoint: endpoint, trust: .insecure, clientCertificate: ClientCertificate(chainPEM: certificate.pem, keyPEM: key.pem))
            var request = HTTPRequest("GET", target, headers: ["x-remote-user": user, "accept": accept])
            for group in groups { request.headers.add("x-remote-group", group) }
            let response = try await client.send(request)
            return (response.status, (try? JSON.parse(try await response.body.collect(limit: 1 << 20))) ?? .null)
        }
    }

    private func withServer(_ body: (Bed) async throws -> Void) async throws {
        let clock = SystemClock()
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: clock.now.seconds)
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "n1", names: [], addresses: ["127.0.0.1"], key: key.publicKey, now: clock.now.seconds)
        let tls = TLSConfiguration(certificateChainPEM: certificate.pem, privateKeyPEM: key.pem)
        let kubelet = HTTPServer(HTTPServer.Configuration(tls: tls), handler: FakeKubelet())
        let kubeletPort = try await kubelet.start()
        let client = try await cluster(authority, kubeletPort: kubeletPort)

        var flags = ServerFlags()
        (flags.port, flags.resolution, flags.usesPortOfStatus) = (0, .milliseconds(100), true)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = MetricsServer(flags: flags, environment: [:], clock: clock, random: RandomSource(seed: 1)) { continuation.yield($0) }
        let running = Task { try await server.serve(client, .caPEM(authority.certificate.pem)) { "secret" } }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let bed = Bed(authority: authority, endpoint: "https://127.0.0.1:\(port)")
        let open = try HTTPClient(endpoint: bed.endpoint, trust: .insecure)
        for _ in 0..<1_200 {
            if try await open.send(HTTPRequest("GET", "/readyz")).status == 200 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await open.send(HTTPRequest("GET", "/readyz")).status == 200)
        do { try await body(bed) } catch {
            running.cancel()
            await kubelet.stop()
            throw error
        }
        running.cancel()
        await kubelet.stop()
    }

    private func cluster(_ authority: CertificateAuthority, kubeletPort: Int) async throws -> KubeClient {
        let clock = SystemClock()
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: ["api"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-abcdef0"), address: "127.0.0.1:443")
        let api = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await api.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: api)
        let peer = Peer(certificate: PeerCertificate(commonName: "admin", organizations: ["system:masters"]))
        let client = KubeClient(transport: LocalTransport(handler: api, peer: peer))
        let status: Value = [
            "addresses": [["type": "InternalIP", "address": "127.0.0.1"]],
            "daemonEndpoints": ["kubeletEndpoint": ["Port": .int(Int64(kubeletPort))]],
        ]
        let node: Value = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1", "labels": ["disk": "ssd"]]]
        var made = try await client.create(NodeFields.kind, node)
        made["status"] = status
        _ = try await client.update(NodeFields.kind, made, subresource: "status")
        _ = try await client.create(
            ServiceAccountFields.kind,
            ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default", "namespace": "default"]])
        var pod = try await client.create(
            PodFields.kind,
            [
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "namespace": "default", "labels": ["app": "web"]],
                "spec": ["nodeName": "n1", "containers": [["name": "main", "image": "nginx"]]],
            ])
        pod["status"]["phase"] = "Running"
        _ = try await client.update(PodFields.kind, pod, subresource: "status")
        let data: Value = [
            "client-ca-file": .string(authority.certificate.pem), "requestheader-client-ca-file": .string(authority.certificate.pem),
            "requestheader-allowed-names": #"["front-proxy-client"]"#, "requestheader-username-headers": #"["X-Remote-User"]"#,
            "requestheader-group-headers": #"["X-Remote-Group"]"#, "requestheader-extra-headers-prefix": #"["X-Remote-Extra-"]"#,
        ]
        let map: Value = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": "extension-apiserver-authentication", "namespace": "kube-system"],
            "data": data,
        ]
        do throws(KubeClientError) {
            _ = try await client.create(ConfigMapFields.kind, map)
        } catch {
            if !error.isConflict { throw error }
            _ = try await client.update(ConfigMapFields.kind, map)
        }
        return client
    }

    @Test func nodesAndPodsAreMeasured() async throws {
        try await withServer { bed in
            var nodes = (0, Value.null)
            for _ in 0..<1_200 where nodes.0 != 200 {
                nodes = try await bed.get("/apis/metrics.k8s.io/v1beta1/nodes", user: "ann", groups: ["system:masters"])
                if nodes.0 != 200 { try await Task.sleep(for: .milliseconds(50)) }
            }
            let node = nodes.1["items"][0]
            #expect(nodes.1["kind"] == "NodeMetricsList" && node["metadata"]["name"] == "n1")
            #expect(node["usage"] == ["cpu": "500m", "memory": "1Mi"] && node["window"] == "1s")
            #expect(node["metadata"]["labels"]["disk"] == "ssd")

            func get(_ rest: String, _ accept: String = "application/json") async throws -> (Int, Value) {
                try await bed.get("/apis/metrics.k8s.io/v1beta1/" + rest, user: "ann", groups: ["system:masters"], accept: accept)
            }
            let pod = try await get("namespaces/default/pods/web")
            #expect(pod.1["containers"] == [["name": "main", "usage": ["cpu": "250m", "memory": "2Ki"]]])
            #expect(try await get("pods?labelSelector=app%3Dweb").1["items"].items.count == 1)
            #expect(try await get("pods?labelSelector=app%3Ddb").1["items"].items.isEmpty)
            #expect(try await get("namespaces/other/pods").1["items"].items.isEmpty)
            let missing = try await get("nodes/n2")
            #expect(missing.0 == 404 && missing.1["message"] == #"nodes.metrics.k8s.io "n2" not found"#)
            let table = try await get("nodes", "application/json;as=Table;g=meta.k8s.io;v=v1,application/json").1
            #expect(table["kind"] == "Table" && table["rows"][0]["cells"] == ["n1", "500m", "1Mi", "1s"])
            #expect(
                try await bed.get("/apis/metrics.k8s.io/v1beta1", user: "ann", groups: ["system:authenticated"]).1["resources"].items.count
                    == 2)
        }
    }

    @Test func onlyThoseWhoMayAreTold() async throws {
        try await withServer { bed in
            var refused = (0, Value.null)
            for _ in 0..<1_200 where refused.0 != 403 || refused.1["message"].string?.contains("\"bob\"") != true {
                refused = try await bed.get("/apis/metrics.k8s.io/v1beta1/nodes", user: "bob")
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(
                refused.1["message"]
                    == #"nodes.metrics.k8s.io is forbidden: User "bob" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope"#
            )
            let open = try HTTPClient(endpoint: bed.endpoint, trust: .insecure)
            #expect(try await open.send(HTTPRequest("GET", "/livez")).status == 200)
            #expect(try await open.send(HTTPRequest("GET", "/apis/metrics.k8s.io/v1beta1/nodes")).status == 403)
            let claimed = HTTPRequest(
                "GET", "/apis/metrics.k8s.io/v1beta1/nodes", headers: ["x-remote-user": "ann", "x-remote-group": "system:masters"])
            #expect(try await open.send(claimed).status == 403)
            let forged = HTTPRequest("GET", "/apis/metrics.k8s.io/v1beta1/nodes", headers: ["authorization": "Bearer forged"])
            #expect(try await open.send(forged).status == 401)
        }
    }
}

@Suite struct UsageTests {
    private func metrics(_ seconds: Double, at time: Int64, started: Int64 = 0) -> ResourceMetrics {
        ResourceMetrics(
            """
            container_cpu_usage_seconds_total{container="a\\"b",namespace="n",pod="p"} \(seconds) \(time * 1000)
            container_memory_working_set_bytes{container="a\\"b",namespace="n",pod="p"} 10 \(time * 1000)
            container_start_time_seconds{container="a\\"b",namespace="n",pod="p"} \(started)
            broken{ line
            node_cpu_usage_seconds_total NaN
            """, now: Timestamp(seconds: time))
    }

    @Test func aRateNeedsTwoReadingsOfTheSameContainer() throws {
        let store = UsageStore(resolution: .seconds(15))
        store.take(metrics(100, at: 1000), from: "n1")
        #expect(store.pod("n", "p") == nil && !store.isReady)
        store.take(metrics(103, at: 1010), from: "n1")
        let usage = try #require(store.pod("n", "p")?.first)
        #expect(usage.name == "a\"b" && usage.usage.nanocores == 300_000_000 && usage.usage.window == .seconds(10))
        store.take(metrics(1, at: 1020, started: 1015), from: "n1")
        #expect(store.pod("n", "p") == nil)
        store.keep(nodes: [])
        store.take(metrics(6, at: 1030, started: 1018), from: "n1")
        #expect(store.pod("n", "p")?.first?.usage.nanocores == 500_000_000)
    }

    @Test func durationsReadAsGoWritesThem() {
        #expect(MetricsDocuments.text(.milliseconds(15_032)) == "15.032s" && MetricsDocuments.text(.seconds(60)) == "1m0s")
        #expect(MetricsDocuments.text(.milliseconds(90_500)) == "1m30.5s")
    }

    @Test func flagsAreThoseOfTheManifest() throws {
        let flags = try ServerFlags([
            "--secure-port=10251", "--cert-dir=/tmp", "--kubelet-preferred-address-types=InternalIP,Hostname",
            "--kubelet-use-node-status-port", "--metric-resolution=15s",
        ])
        #expect(flags.port == 10251 && flags.usesPortOfStatus && flags.resolution == .seconds(15))
        #expect(flags.addressTypes == ["InternalIP", "Hostname"])
        #expect(throws: FlagProblem("unknown flag: --nothing")) { try ServerFlags(["--nothing"]) }
        #expect(throws: FlagProblem.self) { try ServerFlags(["--metric-resolution=1s"]) }
    }
}
