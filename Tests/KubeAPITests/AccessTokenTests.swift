import Control
import Cryptography
import Documents
import KubeAPI
import KubeModel
import Network
import Testing

@Suite struct AccessTokenTests {
    let bed: AccessBed
    let issuer: ServiceAccountIssuer
    let tokens: ServiceAccountAuthenticator
    let requests: TokenRequests
    let audience = "https://kubernetes.default.svc"

    init() async throws {
        bed = try await AccessBed()
        issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: [audience], key: try PrivateKey.generate(.p256))
        tokens = ServiceAccountAuthenticator(issuer: issuer, realm: bed.realm, clock: bed.clock)
        requests = TokenRequests(issuer: issuer, realm: bed.realm, clock: bed.clock)
        try await bed.put("core/serviceaccounts/default/builder", ["metadata": ["name": "builder", "namespace": "default", "uid": "u1"]])
        try await bed.put("core/nodes/n1", ["metadata": ["name": "n1", "uid": "n-uid"]])
        try await bed.put(
            "core/pods/default/web",
            ["metadata": ["name": "web", "uid": "p1"], "spec": ["serviceAccountName": "builder", "nodeName": "n1"]])
    }

    private func issue(_ spec: Value = [:], account: String = "builder") async throws -> Value {
        let object: Value = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec]
        let request = CreateOnlyRequest(object: object, namespace: "default", name: account, user: UserInfo("root"), dryRun: false)
        return try await requests.resource.handler(request)
    }
    private func user(_ token: String) async throws -> UserInfo? {
        try await tokens.authenticate(HTTPRequest("GET", "/", headers: ["authorization": "Bearer \(token)"]))?.user
    }

    @Test func aTokenNamesItsAccount() async throws {
        let answer = try await issue()
        #expect(answer["spec"]["audiences"] == [.string(audience)])
        #expect(answer["status"]["expirationTimestamp"].string == (bed.clock.now + .seconds(3600)).text)
        let token = try #require(answer["status"]["token"].string)
        let user = try #require(await user(token))
        #expect(user.name == "system:serviceaccount:default:builder" && user.uid == "u1")
        #expect(user.groups == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"])
        #expect(user.extra["authentication.kubernetes.io/credential-id"]?.first?.hasPrefix("JTI=") == true)
    }
    @Test func aBoundTokenDiesWithItsPod() async throws {
        let answer = try await issue(["boundObjectRef": ["apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "p1"]])
        let token = try #require(answer["status"]["token"].string)
        let user = try #require(await user(token))
        #expect(user.extra["authentication.kubernetes.io/pod-name"] == ["web"])
        #expect(user.extra["authentication.kubernetes.io/node-name"] == ["n1"])
        try await bed.remove("core/pods/default/web")
        await #expect(throws: AuthenticationFailure.self) { try await self.user(token) }
    }
    @Test func aTokenDiesWithItsAccountAndANamesakeDoesNotReviveIt() async throws {
        let token = try #require(await issue()["status"]["token"].string)
        try await bed.put("core/serviceaccounts/default/builder", ["metadata": ["name": "builder", "uid": "u2"]])
        await #expect(throws: AuthenticationFailure.self) { try await self.user(token) }
    }
    @Test func anExpiredTokenIsRefused() async throws {
        let token = try #require(await issue(["expirationSeconds": 600])["status"]["token"].string)
        bed.clock.advance(by: .seconds(599))
        #expect(try await user(token) != nil)
        bed.clock.advance(by: .seconds(2))
        await #expect(throws: AuthenticationFailure.self) { try await self.user(token) }
    }
    @Test func aTokenForOthersIsNotForTheServer() async throws {
        let token = try #require(await issue(["audiences": ["vault"]])["status"]["token"].string)
        await #expect(throws: AuthenticationFailure.self) { try await self.user(token) }
        let found = try await tokens.authenticate(token: token, audiences: ["vault", "other"])
        #expect(found?.audiences == ["vault"])
    }
    @Test func anotherClustersTokenIsWorthNothing() async throws {
        let other = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: [audience], key: try PrivateKey.generate(.p256))
        let stranger = ServiceAccountAuthenticator(issuer: other, realm: bed.realm, clock: bed.clock)
        let token = try #require(await issue()["status"]["token"].string)
        await #expect(throws: AuthenticationFailure.self) { try await stranger.authenticate(token: token, audiences: [self.audience]) }
    }
    @Test func wishesOutOfBoundsAreRefused() async throws {
        await #expect(throws: KubeStatus.self) { try await self.issue(["expirationSeconds": 60]) }
        await #expect(throws: KubeStatus.self) { try await self.issue(account: "nobody") }
        await #expect(throws: KubeStatus.self) {
            try await self.issue(["boundObjectRef": ["apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "other"]])
        }
        let shortened = try await issue(["expirationSeconds": 999_999_999])
        #expect(shortened["spec"]["expirationSeconds"] == 86_400)
    }
    @Test func aReviewTellsWhoATokenIs() async throws {
        let token = try #require(await issue()["status"]["token"].string)
        let reviews = TokenReviews(authenticators: [tokens], audiences: [audience]).resources
        let handler = try #require(reviews.first { $0.kind == "TokenReview" }).handler
        func review(_ token: String) async throws -> Value {
            try await handler(
                CreateOnlyRequest(object: ["spec": ["token": .string(token)]], namespace: "", name: "", user: UserInfo("r"), dryRun: false))
        }
        let good = try await review(token)
        #expect(good["status"]["authenticated"] == true && good["status"]["user"]["uid"] == "u1")
        let bad = try await review(token + "x")
        #expect(bad["status"]["authenticated"].isNull && !bad["status"]["error"].isNull)
    }
}

@Suite struct AccessAuthenticatorTests {
    let chain = AuthenticatorChain([
        LocalAuthenticator(), ClientCertificateAuthenticator(),
        ExternalTokenAuthenticator(prefix: "k8s-aws-v1.") { token in
            guard token == "k8s-aws-v1.good" else { throw AuthenticationFailure("signature") }
            return Standing(UserInfo("arn:aws:iam::1:user/alice", groups: ["ops"]), holds: nil)
        },
    ])

    @Test func certificatesNameUserAndGroups() async throws {
        let peer = Peer(certificate: PeerCertificate(commonName: "bob", organizations: ["dev"]))
        let user = try await chain.authenticate(HTTPRequest("GET", "/", peer: peer))?.user
        #expect(user == UserInfo("bob", groups: ["dev", "system:authenticated"]))
    }
    @Test func aRefusedCertificateIsNotAnonymous() async {
        var peer = Peer()
        peer.certificateRefused = true
        await #expect(throws: AuthenticationFailure.self) { try await chain.authenticate(HTTPRequest("GET", "/", peer: peer)) }
    }
    @Test func tokensOfAPrefixAreCheckedElsewhere() async throws {
        let good = HTTPRequest("GET", "/", headers: ["authorization": "bearer k8s-aws-v1.good"])
        #expect(try await chain.authenticate(good)?.user.groups == ["ops", "system:authenticated"])
        for token in ["k8s-aws-v1.bad", "something else", "x"] {
            let bad = HTTPRequest("GET", "/", headers: ["authorization": "Bearer \(token)"])
            await #expect(throws: AuthenticationFailure.self) { try await chain.authenticate(bad) }
        }
    }
    @Test func noCredentialsAreAnonymous() async throws {
        #expect(try await chain.authenticate(HTTPRequest("GET", "/"))?.user == .anonymous)
        #expect(try await chain.authenticate(HTTPRequest("GET", "/", headers: ["authorization": "Basic abc"]))?.user == .anonymous)
    }
    @Test func callersInTheProcessBringTheirIdentity() async throws {
        let peer = Peer(local: Peer.Local(user: "system:kube-scheduler", groups: []))
        #expect(try await chain.authenticate(HTTPRequest("GET", "/", peer: peer))?.user.name == "system:kube-scheduler")
    }
}

@Suite struct AccessNodeTests {
    let node = UserInfo("system:node:n1", groups: ["system:nodes", "system:authenticated"])

    private func bed() async throws -> AccessBed {
        let bed = try await AccessBed()
        try await bed.put(
            "core/pods/default/web",
            [
                "metadata": ["name": "web"],
                "spec": [
                    "nodeName": "n1", "serviceAccountName": "builder",
                    "volumes": [
                        ["name": "v", "secret": ["secretName": "tls"]], ["name": "d", "persistentVolumeClaim": ["claimName": "data"]],
                    ],
                    "containers": [["name": "c", "envFrom": [["configMapRef": ["name": "env"]]]]],
                ],
            ])
        try await bed.put("core/persistentvolumes/pv1", ["spec": ["claimRef": ["namespace": "default", "name": "data"]]])
        return bed
    }

    @Test func aNodeReadsWhatItsPodsNeed() async throws {
        let nodes = NodeAuthorizer(realm: try await bed().realm)
        #expect(nodes.allows(resource(node, "get", "secrets", namespace: "default", name: "tls")))
        #expect(nodes.allows(resource(node, "get", "configmaps", namespace: "default", name: "env")))
        #expect(nodes.allows(resource(node, "get", "persistentvolumes", name: "pv1")))
        #expect(nodes.allows(resource(node, "create", "serviceaccounts", subresource: "token", namespace: "default", name: "builder")))
    }
    @Test func aNodeReadsNothingElse() async throws {
        let nodes = NodeAuthorizer(realm: try await bed().realm)
        let other = UserInfo("system:node:n2", groups: ["system:nodes"])
        #expect(!nodes.allows(resource(node, "get", "secrets", namespace: "default", name: "other")))
        #expect(!nodes.allows(resource(node, "list", "secrets", namespace: "default")))
        #expect(!nodes.allows(resource(other, "get", "secrets", namespace: "default", name: "tls")))
        #expect(!nodes.allows(resource(UserInfo("system:node:n1"), "get", "secrets", namespace: "default", name: "tls")))
        #expect(!nodes.allows(resource(node, "create", "serviceaccounts", subresource: "token", namespace: "default", name: "admin")))
    }
    @Test func aNodeKeepsItsOwnLease() async throws {
        let nodes = NodeAuthorizer(realm: try await bed().realm)
        func lease(_ verb: String, _ name: String, in namespace: String = "kube-node-lease") -> RequestAttributes {
            resource(node, verb, "leases", group: "coordination.k8s.io", namespace: namespace, name: name)
        }
        #expect(nodes.allows(lease("update", "n1")))
        #expect(nodes.allows(lease("create", "")))
        #expect(!nodes.allows(lease("update", "n2")))
        #expect(!nodes.allows(lease("update", "n1", in: "default")))
        #expect(nodes.allows(resource(node, "patch", "nodes", subresource: "status", name: "n1")))
        #expect(!nodes.allows(resource(node, "delete", "nodes", name: "n1")))
    }
}
