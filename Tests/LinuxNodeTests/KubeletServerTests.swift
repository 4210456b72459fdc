import Control
import Cryptography
import Documents
import Foundation
import KubeClient
import Kubelet
import Network
import Synchronization
import Testing

@testable import LinuxNode

/// An API server that knows two tokens and one certificate authority, and lets `reader` read logs and metrics only.
private final class ReviewingAPI: HTTPHandler {
    let authority: CertificateAuthority

    init(authority: CertificateAuthority) { self.authority = authority }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard let bytes = try? await request.body.collect(limit: 1 << 20),
            let body = try? JSON.parse(bytes.isEmpty ? Array("{}".utf8) : bytes)
        else { return HTTPResponse(400) }
        var answer = body
        switch request.target.split(separator: "/").last {
        case "tokenreviews":
            let user = ["t-admin": "admin", "t-reader": "reader"][body["spec"]["token"].string ?? ""]
            answer["status"] = user.map { ["authenticated": true, "user": ["username": .string($0), "groups": ["g"]]] } ?? ["error": "no"]
        case "subjectaccessreviews":
            let (user, attributes) = (body["spec"]["user"].string, body["spec"]["resourceAttributes"])
            let readable = ["metrics", "stats", "pods"].contains(attributes["subresource"].string ?? "")
            answer["status"] = ["allowed": .bool(user == "admin" || user == "apiserver" || (readable && attributes["verb"] == "get"))]
        case "certificatesigningrequests":
            answer["metadata"]["name"] = "csr-1"
            requests.withLock { $0 = body["spec"]["request"].string ?? "" }
        case "csr-1":
            guard let pem = Base64.decode(requests.withLock { $0 }),
                let request = try? CertificateRequest(pem: String(decoding: pem, as: UTF8.self)),
                let signed = try? authority.sign(request, usages: [.serverAuth], now: SystemClock().now.seconds, lifetime: 3600)
            else { return HTTPResponse(500) }
            answer["status"]["certificate"] = .string(Base64.encode(Array(signed.pem.utf8)))
        default: return HTTPResponse(404)
        }
        return HTTPResponse(201, body: .bytes(JSON.encode(answer)))
    }
    private let requests = Mutex("")
}

@Suite(.enabled(if: ContainerdBed.isPossible), .serialized) struct KubeletServerTests {
    private struct Node {
        let bed: ContainerdBed
        let endpoint: String
        let authority: CertificateAuthority
        let id: String
        let sandbox: String

        func client(_ certificate: ClientCertificate? = nil, trust: Trust = .insecure) throws -> HTTPClient {
            try HTTPClient(endpoint: endpoint, trust: trust, clientCertificate: certificate)
        }
        func get(_ target: String, token: String = "t-admin", method: String = "GET") async throws -> (Int, String) {
            var request = HTTPRequest(method, target)
            if !token.isEmpty { request.headers["authorization"] = "Bearer \(token)" }
            let response = try await client().send(request)
            return (response.status, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
        }
    }

    /// Runs a behaviour on a node with one pod whose container runs a script.
    private func onNode(_ script: String, _ body: (Node) async throws -> Void) async throws {
        let bed = try await ContainerdBed()
        do {
            try await serve(bed, script, body)
        } catch {
            await bed.close()
            throw error
        }
        await bed.close()
    }

    private func serve(_ bed: ContainerdBed, _ script: String, _ body: (Node) async throws -> Void) async throws {
        let config = bed.sandbox("web")
        let sandbox = try await bed.runtime.runSandbox(config)
        var container = bed.container("main", script)
        container.stdin = true
        container.labels[RuntimeLabel.podUID] = "uid-web"
        let id = try await bed.runtime.createContainer(container, in: sandbox, of: config)
        try await bed.runtime.startContainer(id)
        let pod: Value = [
            "metadata": ["name": "web", "namespace": "default", "uid": "uid-web"], "spec": ["containers": [["name": "main"]]],
            "status": ["containerStatuses": [["name": "main", "state": ["running": [:]], "containerID": .string("containerd://" + id)]]],
        ]
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: SystemClock().now.seconds)
        var settings = KubeletServerSettings(
            nodeName: "n1", names: ["n1"], addresses: ["127.0.0.1"], authorityPEM: authority.certificate.pem)
        (settings.host, settings.port, settings.certificateFolder) = ("127.0.0.1", 0, bed.root + "/pki")
        (settings.podLogFolder, settings.logFolder, settings.rootFolder) = (bed.root + "/logs", bed.root + "/logs", bed.root)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let api = ReviewingAPI(authority: authority)
        let server = KubeletServer(
            settings: settings, client: KubeClient(transport: LocalTransport(handler: api, peer: Peer())), runtime: bed.runtime, host: nil,
            pods: { [pod] }, probes: { [] }, clock: SystemClock(), random: RandomSource(seed: 1)
        ) { continuation.yield($0) }
        let running = Task { try await server.run() }
        defer { running.cancel() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body(Node(bed: bed, endpoint: "https://127.0.0.1:\(port)", authority: authority, id: id, sandbox: sandbox))
    }

    @Test func callersAreKnownAndAllowed() async throws {
        try await onNode("exec sleep 60") { node in
            #expect(try await node.get("/pods", token: "").0 == 401)
            #expect(try await node.get("/pods", token: "t-nobody").0 == 401)
            #expect(try await node.get("/healthz") == (200, "ok"))
            #expect(try await node.get("/pods", token: "t-reader").0 == 200)
            let refused = try await node.get("/containerLogs/default/web/main", token: "t-reader")
            #expect(refused == (403, "Forbidden (user=reader, verb=get, resource=nodes, subresource(s)=[proxy])\n"))
            #expect(try await node.get("/checkpoint/default/web/main", method: "POST").0 == 404)
            let key = try PrivateKey.generate(.p256)
            let certificate = try node.authority.issueClient(
                commonName: "apiserver", organizations: [], key: key.publicKey, now: SystemClock().now.seconds)
            // The serving certificate comes by a request through the API.
            let client = try node.client(
                ClientCertificate(chainPEM: certificate.pem, keyPEM: key.pem), trust: .caPEM(node.authority.certificate.pem))
            var status = 0
            for _ in 0..<1_200 where status != 200 {
                status = (try? await client.send(HTTPRequest("GET", "/configz")).status) ?? 0
                if status != 200 { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(status == 200)
        }
    }

    @Test func logsAndNumbersAreServed() async throws {
        try await onNode("echo one; echo two; echo three; exec sleep 60") { node in
            for _ in 0..<3_000 {
                if try await node.get("/containerLogs/default/web/main").1 == "one\ntwo\nthree\n" { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await node.get("/containerLogs/default/web/main?tailLines=1") == (200, "three\n"))
            #expect(try await node.get("/containerLogs/default/gone/main") == (404, "pod \"gone\" does not exist\n"))
            #expect(try await node.get("/containerLogs/default/web/x") == (404, "container \"x\" not found in pod \"web\"\n"))
            #expect(try await node.get("/logs/default_web_uid-web/main/0.log").1.contains("stdout F three"))
            #expect(try await node.get("/logs/../../etc/passwd").0 == 400)
            let summary = try JSON.parse(try await node.get("/stats/summary").1)
            #expect(summary["node"]["nodeName"] == "n1" && summary["pods"][0]["containers"][0]["name"] == "main")
            #expect(try #require(summary["pods"][0]["containers"][0]["memory"]["usageBytes"].int) > 0)
            let metrics = try await node.get("/metrics/resource").1
            #expect(metrics.contains(#"container_memory_working_set_bytes{container="main",namespace="default",pod="web"} "#))
            #expect(try await node.get("/metrics/cadvisor").1.contains("container_cpu_usage_seconds_total{container=\"main\""))
            #expect(try await node.get("/metrics").1.contains("kubelet_running_pods 1\n"))
            #expect(try await node.get("/run/default/web/main?cmd=echo%20hi", method: "POST") == (200, "hi\n"))
        }
    }

    @Test func aTerminalSessionRunsOverWebSocket() async throws {
        try await onNode("exec sleep 60") { node in
            let target = "/exec/default/web/main?command=cat&input=1&output=1"
            var request = HTTPRequest("GET", target, headers: ["authorization": "Bearer t-admin"])
            for (name, value) in [
                ("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="), ("sec-websocket-protocol", "v4.channel.k8s.io"),
            ] { request.headers.add(name, value) }
            let (response, stream) = try await node.client().upgrade(request)
            #expect(response.status == 101 && response.headers["sec-websocket-protocol"] == "v4.channel.k8s.io")
            let wire = try #require(stream)
            // A masked binary frame for channel 0 (standard input) with a mask of zeros.
            try await wire.write([0x82, 0x80 | 4, 0, 0, 0, 0, 0] + Array("hi\n".utf8))
            var got: [UInt8] = []
            while !got.containsText("hi\n"), let piece = try await wire.read() { got += piece }
            #expect(got.containsText("\u{1}hi\n"))
            wire.close()
        }
    }

    @Test func fullLogsAreSetAside() async throws {
        try await onNode("i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line-$i-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done; cat") {
            node in
            let folder = node.bed.root + "/logs/default_web_uid-web/main"
            let log = { (try? String(contentsOfFile: folder + "/0.log", encoding: .utf8)) ?? "" }
            for _ in 0..<3_000 {
                if log().contains("line-400-") { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            let rotation = LogRotation(
                runtime: node.bed.runtime, clock: SystemClock(), fileSize: 10_000, files: 3, links: node.bed.root + "/links")
            for age in ["20200101-000000", "20200102-000000", "20200103-000000"] {
                try "old".write(toFile: "\(folder)/0.log.\(age)", atomically: true, encoding: .utf8)
            }
            await rotation.pass()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names.count == 3 && names[0] == "0.log" && names[1] == "0.log.20200103-000000.gz")
            #expect(log().isEmpty)
            let links = node.bed.root + "/links"
            let name = "web_default_main-\(node.id).log"
            #expect(try FileManager.default.contentsOfDirectory(atPath: links) == [name])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: links + "/" + name) == folder + "/0.log")
            try await node.bed.runtime.stopContainer(node.id, grace: .zero)
            try await node.bed.runtime.removeContainer(node.id)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            await rotation.pass()
            #expect(try FileManager.default.contentsOfDirectory(atPath: links).isEmpty)
        }
    }
}

extension [UInt8] {
    fileprivate func containsText(_ text: String) -> Bool { firstRange(of: Array(text.utf8)) != nil }
}
