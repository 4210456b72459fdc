import Control
import Documents
import KubeClient
import KubeModel
import Network
import Testing

@Suite struct KubeClientTests {
    @Test func pathsFollowFromKinds() async throws {
        let server = ScriptedServer((0..<8).map { _ in .json(["items": [], "metadata": [:]]) })
        let client = server.client
        _ = try await client.get(PodFields.kind, namespace: "prod", "web", subresource: "status")
        _ = try await client.get(NodeFields.kind, "n 1")
        _ = try await client.list(DeploymentFields.kind, ListOptions(labelSelector: "a=b,c", limit: 5))
        _ = try await client.create(PodFields.kind, ["metadata": ["name": "web"]], name: "web", subresource: "binding")
        _ = try await client.update(NodeFields.kind, ["metadata": ["name": "n"]], subresource: "status")
        _ = try await client.patch(PodFields.kind, "web", .apply([:], fieldManager: "me", force: true))
        _ = try await client.delete(PodFields.kind, namespace: "prod", "web", DeleteOptions(gracePeriodSeconds: 0, uid: "u"))
        #expect(
            server.asked == [
                "GET /api/v1/namespaces/prod/pods/web/status", "GET /api/v1/nodes/n%201",
                "GET /apis/apps/v1/deployments?labelSelector=a%3Db%2Cc&limit=5", "POST /api/v1/namespaces/default/pods/web/binding",
                "PUT /api/v1/nodes/n/status", "PATCH /api/v1/namespaces/default/pods/web?fieldManager=me&force=true",
                "DELETE /api/v1/namespaces/prod/pods/web",
            ])
        #expect(server.requests.map { $0.headers["content-type"] }.suffix(2) == ["application/apply-patch+yaml", "application/json"])
        let body = try JSON.parse(try await server.requests[6].body.collect(limit: 1000))
        #expect(body == ["kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0, "preconditions": ["uid": "u"]])
    }

    @Test func tokensGoWithEveryRequest() async throws {
        let server = ScriptedServer([.json([:])])
        let client = KubeClient(transport: LocalTransport(handler: server, peer: Peer())) { "secret" }
        _ = try await client.send("GET", ["version"])
        #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer secret"])
    }

    @Test func refusalsCarryTheStatus() async throws {
        var details = KubeStatus.Details(name: "web", group: "apps", kind: "deployments")
        details.causes = [.init(reason: "FieldValueInvalid", message: "bad", field: "spec.replicas")]
        let status = KubeStatus(422, .invalid, "Deployment is invalid", details: details)
        let server = ScriptedServer([.refusal(status), HTTPResponse(502, body: .bytes(Array("gateway".utf8))), .lines("{")])
        await #expect(throws: KubeClientError.refused(status)) { try await server.client.get(PodFields.kind, "web") }
        await #expect(throws: KubeClientError.refused(KubeStatus(502, .unknown, "gateway"))) {
            try await server.client.get(PodFields.kind, "web")
        }
        await #expect { try await server.client.get(PodFields.kind, "web") } throws: { error in
            if case .malformed = error as? KubeClientError { true } else { false }
        }
    }

    @Test func allPagesAreRead() async throws {
        let expired = KubeStatus(410, .expired, "too old")
        let server = ScriptedServer([
            .json(["items": [["metadata": ["name": "a"]]], "metadata": ["continue": "x", "resourceVersion": "7"]]),
            .json(["items": [["metadata": ["name": "b"]]], "metadata": ["resourceVersion": "7"]]),
            .json(["items": [["metadata": ["name": "a"]]], "metadata": ["continue": "x", "resourceVersion": "7"]]), .refusal(expired),
            .json(["items": [], "metadata": ["resourceVersion": "9"]]),
        ])
        let list = try await server.client.all(PodFields.kind)
        #expect(list.items.map { $0["metadata"]["name"] } == ["a", "b"])
        #expect(list.items.map { $0["kind"] } == ["Pod", "Pod"])
        #expect(try await server.client.all(PodFields.kind) == KubeList(items: [], resourceVersion: "9"))
        #expect(server.asked.last == "GET /api/v1/pods")
    }

    @Test func watchLinesMayComeInAnyPieces() async throws {
        let text =
            #"{"type":"ADDED","object":{"metadata":{"name":"é"}}}"# + "\n\n" + #"{"type":"DELETED","object":{}}"# + "\n"
            + #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12"}}}"# + "\n"
        for size in 1...40 {
            let bytes = Array(text.utf8)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            let body = Body.writer { writer in
                for piece in pieces { writer.write(piece) }
                writer.finish(error: false)
            }
            let server = ScriptedServer([HTTPResponse(200, body: body)])
            var stream = try await server.client.watch(PodFields.kind, ListOptions())
            #expect(try await stream.next() == .added(["metadata": ["name": "é"]]))
            #expect(try await stream.next() == .deleted([:]))
            #expect(try await stream.next() == .bookmark(resourceVersion: "12"))
            #expect(try await stream.next() == nil)
        }
    }

    @Test func brokenWatchesSayWhy() async throws {
        let gone = KubeStatus(410, .expired, "too old resource version: 1 (5)")
        let error = JSON.text(["type": "ERROR", "object": gone.document])
        let server = ScriptedServer([.lines(error + "\n"), .lines("{\"type\":"), .lines("{}\n"), .refusal(gone)])
        var stream = try await server.client.watch(PodFields.kind, ListOptions())
        await #expect(throws: KubeClientError.refused(gone)) { try await stream.next() }
        for _ in 0..<2 {
            var stream = try await server.client.watch(PodFields.kind, ListOptions())
            await #expect { try await stream.next() } throws: { if case .malformed = $0 as? KubeClientError { true } else { false } }
        }
        await #expect { try await server.client.watch(PodFields.kind, ListOptions()) } throws: {
            ($0 as? KubeClientError)?.isExpired == true
        }
    }
}
