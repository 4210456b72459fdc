import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Storage
import Synchronization
import Testing

/// GETs that are answered without a task, out of what a connection remembers.
@Suite struct PromptGetTests {
    private struct ByNamespace: Authorizer {
        let open: @Sendable () -> Bool
        func authorize(_ attributes: RequestAttributes) -> Decision {
            attributes.namespace == "default" && open() ? .allow(reason: "") : .noOpinion(reason: "")
        }
    }
    private struct Bearer: Authenticator {
        func authenticate(_ request: HTTPRequest) async throws -> Standing? {
            request.headers["authorization"] == "Bearer alice" ? .bound(UserInfo("alice", groups: [])) : nil
        }
    }
    private final class Door: Sendable {
        let open = Atomic(true)
        let changes = Atomic(1)
        func close() {
            open.store(false, ordering: .sequentiallyConsistent)
            changes.add(1, ordering: .sequentiallyConsistent)
        }
    }
    private static let fields: HTTPFields = ["accept": "application/json", "authorization": "Bearer alice"]
    private let maps = "/api/v1/namespaces/default/configmaps/"

    private func server(_ door: Door) async throws -> APIServer {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let realm = try await Store.memory(clock: clock).realm("cluster/prompt")
        let server = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes,
            authenticators: [LocalAuthenticator(), Bearer()],
            authorizers: [SuperuserAuthorizer(), ByNamespace { door.open.load(ordering: .sequentiallyConsistent) }], clock: clock,
            random: RandomSource(seed: 1), configuration: APIServerConfiguration(),
            accessStamp: { AccessStamp(roles: Revision(door.changes.load(ordering: .sequentiallyConsistent)), policies: 0) })
        try await server.bootstrap()
        try await FlowBootstrap.reconcile(realm.snapshot(), writer: server)
        for (namespace, name) in [("default", "a"), ("default", "b.c-1"), ("kube-system", "a")] {
            let body = JSON.encode(Sample.configMap(name, ["in": namespace]))
            let request = HTTPRequest(
                "POST", "/api/v1/namespaces/\(namespace)/configmaps", headers: ["content-type": "application/json"], body: .bytes(body),
                peer: ClusterBed.admin)
            #expect(await server.respond(to: request).status == 201)
        }
        return server
    }
    private func bytes(_ response: HTTPResponse?) -> [UInt8]? {
        if case .bytes(let bytes) = response?.body { bytes } else { nil }
    }

    @Test func `a connection's next documents are those that were asked for, and nothing else is taken for one`() async throws {
        let door = Door()
        let server = try await server(door)
        var alice = Peer()
        alice.memory = PeerMemory()
        func request(_ target: String, _ headers: HTTPFields = Self.fields, _ method: String = "GET") -> HTTPRequest {
            HTTPRequest(method, target, headers: headers, peer: alice)
        }
        let first = request(maps + "a")
        #expect(server.promptly(to: first) == nil)
        let long = await server.respond(to: first)
        #expect(long.status == 200)
        for name in ["a", "b.c-1", "a", "a"] {
            let prompt = server.promptly(to: request(maps + name))
            let usual = await server.respond(to: request(maps + name))
            #expect(prompt?.status == 200 && bytes(prompt) == bytes(usual), "\(name)")
            #expect(prompt?.headers == usual.headers)
        }
        for other in ["", "none", "a?pretty=1", "a/status", "../configmaps/a", "%61b", "A", "b.c-1/x"] {
            #expect(server.promptly(to: request(maps + other)) == nil, "\(other)")
        }
        // Other ways to write the same may be answered, if the answer is the same.
        for other in ["a?", "a/", "a#b", "%61"] {
            guard let prompt = server.promptly(to: request(maps + other)) else { continue }
            #expect(bytes(prompt) == bytes(await server.respond(to: request(maps + other))), "\(other)")
        }
        for target in ["/api/v1/namespaces/kube-system/configmaps/a", "/api/v1/namespaces/default/secrets/a", "/api/v1/namespaces/default"]
        {
            #expect(server.promptly(to: request(target)) == nil, "\(target)")
        }
        let swapped: HTTPFields = ["authorization": "Bearer alice", "accept": "application/json"]
        #expect(bytes(server.promptly(to: request(maps + "a", swapped))) == bytes(long))
        let accept = "application/json"
        let fields: [HTTPFields] = [
            ["accept": accept, "authorization": "Bearer alice", "impersonate-user": "bob"], ["accept": accept, "accept": accept],
            ["accept": "application/json;as=Table;v=v1;g=meta.k8s.io", "authorization": "Bearer alice"],
            ["accept": accept, "authorization": "Bearer x"], ["user-agent": "curl/8", "authorization": "Bearer alice"], ["accept": accept],
        ]
        for headers in fields { #expect(server.promptly(to: request(maps + "a", headers)) == nil, "\(headers.fields)") }
        #expect(server.promptly(to: request(maps + "a", Self.fields, "DELETE")) == nil)
        #expect(server.promptly(to: request(maps + "b.c-1")) != nil)
        door.close()
        #expect(server.promptly(to: request(maps + "a")) == nil)
        #expect(await server.respond(to: request(maps + "a")).status == 403)
    }
}
