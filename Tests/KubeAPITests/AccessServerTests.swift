import Control
import Cryptography
import Documents
import KubeAPI
import KubeModel
import Network
import Storage
import Testing

/// A server with everything that a cluster has: default roles, tokens, reviews, discovery, admission.
struct GuardedBed {
    let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
    let realm: Realm
    let server: APIServer
    static let admin = Peer(certificate: PeerCertificate(commonName: "root", organizations: ["system:masters"]))
    static let alice = Peer(certificate: PeerCertificate(commonName: "alice", organizations: ["dev"]))

    init() async throws {
        realm = try await Store.memory(clock: clock).realm("cluster/guarded")
        let issuer = ServiceAccountIssuer(
            issuer: "https://oidc.test", audiences: ["https://kubernetes.default.svc"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-1a2b3c4"), address: "127.0.0.1:443"
        ) { user in
            guard user.name == "viewer" else { return [] }
            return [AccessPolicyGrant(rules: [AccessRule(["get", "list"], groups: [""], resources: ["pods"])], namespaces: ["team-*"])]
        }
        server = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(seed: 7), configuration: APIServerConfiguration())
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
    }

    func send(_ method: String, _ target: String, _ body: Value? = nil, headers: HTTPFields = [:], as peer: Peer) async throws -> (
        status: Int, json: Value
    ) {
        var headers = headers
        if body != nil, headers["content-type"] == nil { headers["content-type"] = "application/json" }
        let bytes = body.map { JSON.encode($0) } ?? []
        let response = await server.respond(to: HTTPRequest(method, target, headers: headers, body: .bytes(bytes), peer: peer))
        return (response.status, (try? JSON.parse(try await response.body.collect(limit: 16 << 20))) ?? .null)
    }
}

@Suite struct AccessServerTests {
    @Test func strangersMayOnlyLook() async throws {
        let bed = try await GuardedBed()
        #expect(try await bed.send("GET", "/apis", as: GuardedBed.alice).status == 200)
        let refused = try await bed.send("GET", "/api/v1/namespaces/default/pods", as: GuardedBed.alice)
        #expect(refused.status == 403)
        #expect(
            refused.json["message"]
                == #"pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default""#)
        let paths = try await bed.send("GET", "/", as: GuardedBed.admin).json["paths"].items
        #expect(paths.contains("/apis/apps/v1") && paths.contains("/healthz") && paths.contains("/version") && !paths.contains("/"))
        let anonymous = try await bed.send("GET", "/apis", as: Peer())
        #expect(anonymous.status == 403)
        #expect(anonymous.json["message"] == #"forbidden: User "system:anonymous" cannot get path "/apis""#)
    }
    /// Decisions are remembered for a connection, and forgotten with the role that they rest on.
    @Test func aRightThatIsTakenAwayEndsOnAConnectionThatUsedIt() async throws {
        let bed = try await GuardedBed()
        var alice = GuardedBed.alice
        alice.memory = PeerMemory()
        let pods = "/api/v1/namespaces/default/pods"
        let binding: Value = [
            "metadata": ["name": "alice"], "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"],
            "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"]],
        ]
        let bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
        #expect(try await bed.send("GET", pods, as: alice).status == 403)
        #expect(try await bed.send("POST", bindings, binding, as: GuardedBed.admin).status == 201)
        for _ in 0..<3 { #expect(try await bed.send("GET", pods, as: alice).status == 200) }
        #expect(try await bed.send("DELETE", bindings + "/alice", as: GuardedBed.admin).status == 200)
        #expect(try await bed.send("GET", pods, as: alice).status == 403)
    }
    @Test func aBrokenTokenIsUnauthorized() async throws {
        let bed = try await GuardedBed()
        let answer = try await bed.send("GET", "/api/v1/pods", headers: ["authorization": "Bearer nonsense"], as: Peer())
        #expect(answer.status == 401 && answer.json["message"] == "Unauthorized" && answer.json["reason"] == "Unauthorized")
    }
    @Test func whoAmIAndCanI() async throws {
        let bed = try await GuardedBed()
        let who = try await bed.send(
            "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"], as: GuardedBed.alice)
        #expect(who.status == 201 && who.json["status"]["userInfo"] == ["username": "alice", "groups": ["dev", "system:authenticated"]])
        func can(_ verb: String, as peer: Peer) async throws -> Value {
            let spec: Value = ["resourceAttributes": ["verb": .string(verb), "resource": "pods", "namespace": "default"]]
            let body: Value = ["apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec]
            return try await bed.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body, as: peer).json["status"][
                "allowed"]
        }
        #expect(try await can("delete", as: GuardedBed.admin) == true)
        #expect(try await can("delete", as: GuardedBed.alice) == false)
        let list = try await bed.send(
            "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            ["apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": ["namespace": "default"]],
            as: GuardedBed.alice)
        #expect(list.json["status"]["resourceRules"].items.contains { $0["resources"] == ["selfsubjectreviews"] })
        #expect(list.json["status"]["incomplete"] == false)
    }
    @Test func anAccountsTokenOpensWhatItsRoleOpens() async throws {
        let bed = try await GuardedBed()
        let account: Value = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "bot"]]
        #expect(try await bed.send("POST", "/api/v1/namespaces/default/serviceaccounts", account, as: GuardedBed.admin).status == 201)
        let request: Value = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": ["expirationSeconds": 600]]
        let answer = try await bed.send("POST", "/api/v1/namespaces/default/serviceaccounts/bot/token", request, as: GuardedBed.admin)
        let token = try #require(answer.json["status"]["token"].string)
        func list() async throws -> Int {
            try await bed.send("GET", "/api/v1/namespaces/default/pods", headers: ["authorization": "Bearer \(token)"], as: Peer()).status
        }
        #expect(try await list() == 403)
        let binding: Value = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": ["name": "bot"],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"],
            "subjects": [["kind": "ServiceAccount", "name": "bot", "namespace": "default"]],
        ]
        let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
        #expect(try await bed.send("POST", path, binding, as: GuardedBed.alice).status == 403)
        #expect(try await bed.send("POST", path, binding, as: GuardedBed.admin).status == 201)
        #expect(try await list() == 200)
    }
    @Test func accessPoliciesHoldInTheirNamespaces() async throws {
        let bed = try await GuardedBed()
        let viewer = Peer(certificate: PeerCertificate(commonName: "viewer", organizations: []))
        let team: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team-a"]]
        _ = try await bed.send("POST", "/api/v1/namespaces", team, as: GuardedBed.admin)
        #expect(try await bed.send("GET", "/api/v1/namespaces/team-a/pods", as: viewer).status == 200)
        #expect(try await bed.send("GET", "/api/v1/namespaces/default/pods", as: viewer).status == 403)
        #expect(try await bed.send("GET", "/api/v1/pods", as: viewer).status == 403)
    }
    @Test func impersonationNeedsLeave() async throws {
        let bed = try await GuardedBed()
        let headers: HTTPFields = ["impersonate-user": "alice"]
        #expect(try await bed.send("GET", "/api/v1/namespaces/default/pods", headers: headers, as: GuardedBed.admin).status == 403)
        let refused = try await bed.send("GET", "/api", headers: ["impersonate-user": "root"], as: GuardedBed.alice)
        #expect(
            refused.json["message"]
                == #"users "root" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope"#)
    }
    @Test func healthAndFiguresAreServed() async throws {
        let bed = try await GuardedBed()
        #expect(try await bed.send("GET", "/livez", as: Peer()).status == 200)
        _ = try await bed.send("GET", "/api/v1/namespaces/default/pods", as: GuardedBed.admin)
        let response = await bed.server.respond(to: HTTPRequest("GET", "/metrics", peer: GuardedBed.admin))
        let text = String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
        let labels = #"group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1""#
        #expect(text.contains(#"apiserver_request_total{code="200",\#(labels)} 1"#))
        #expect(try await bed.send("GET", "/metrics", as: GuardedBed.alice).status == 403)
    }
    @Test func aWebIdentityCanBeCheckedByOthers() async throws {
        let bed = try await GuardedBed()
        let keys = try await bed.send("GET", "/openid/v1/jwks", as: GuardedBed.admin).json["keys"]
        #expect(keys[0]["alg"] == "ES256")
        let configuration = try await bed.send("GET", "/.well-known/openid-configuration", as: GuardedBed.admin).json
        #expect(configuration["issuer"] == "https://oidc.test")
    }
}
