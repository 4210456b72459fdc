import Control
import Cryptography
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import Network
import Reconcile
import Testing

@Suite struct TokenSecretTests {
    private static let type = "kubernetes.io/service-account-token"
    private func secret(_ name: String, of account: String, labels: Value = .null) -> Value {
        let metadata: Value = [
            "name": .string(name), "namespace": "default", "labels": labels,
            "annotations": ["kubernetes.io/service-account.name": .string(account)],
        ]
        return ["metadata": metadata, "type": .string(Self.type)]
    }

    @Test func aSecretGetsATokenThatLivesAsLongAsItsAccount() async throws {
        let key = try PrivateKey.generate(.p256)
        let plane = try await ControlPlaneBed(tokenKey: key)
        let audience = "https://kubernetes.default.svc"
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: [audience], key: key)
        let tokens = ServiceAccountAuthenticator(issuer: issuer, realm: plane.bed.realm, clock: plane.bed.clock)
        try await plane.apply(.create(ServiceAccountFields.kind, ["metadata": ["name": "builder", "namespace": "default"]]))
        try await plane.apply(.create(SecretFields.kind, secret("builder-token", of: "builder")))
        try await plane.apply(.create(SecretFields.kind, secret("nobodys", of: "nobody")))
        try await plane.advance(10)
        #expect(plane.bed.get(Secret.self, "nobodys") == nil, "its account is not there")
        let filled = try #require(plane.bed.get(Secret.self, "builder-token")).value
        let account = try #require(plane.bed.get(ServiceAccount.self, "builder"))
        #expect(filled["metadata"]["annotations"]["kubernetes.io/service-account.uid"].string == account.metadata.uid)
        func text(_ name: String) throws -> String {
            String(decoding: try #require(Base64.decode(filled["data"][name].string ?? "")), as: UTF8.self)
        }
        #expect(try text("ca.crt") == "PEM" && text("namespace") == "default")
        let token = try text("token")
        let user = try #require(await tokens.authenticate(token: token, audiences: [audience])).user
        #expect(user.name == "system:serviceaccount:default:builder" && user.groups.contains("system:serviceaccounts:default"))
        let today = String(plane.bed.clock.now.text.prefix(10))
        #expect(plane.bed.get(Secret.self, "builder-token")?.metadata.labels?["kubernetes.io/legacy-token-last-used"] == today)
        try await plane.apply(.delete(ServiceAccountFields.kind, namespace: "default", name: "builder", uid: nil))
        try await plane.advance(10)
        #expect(plane.bed.get(Secret.self, "builder-token") == nil)
        await #expect(throws: AuthenticationFailure.self) { try await tokens.authenticate(token: token, audiences: [audience]) }
        plane.bed.stop()
    }

    @Test func unusedTokensThatNobodyAskedForAreMarkedAndThenDeleted() throws {
        func plan(_ labels: Value, isListed: Bool, _ now: String) throws -> Plan {
            var document = secret("old", of: "builder", labels: labels)
            document["metadata"]["uid"] = "s"
            document["metadata"]["resourceVersion"] = "1"
            document["metadata"]["creationTimestamp"] = "2024-01-01T00:00:00Z"
            let listed: Value = isListed ? [["name": "old"]] : []
            let account: Value = ["metadata": ["name": "builder", "namespace": "default"], "secrets": listed]
            let world = World(
                [(SecretFields.kind, document), (ServiceAccountFields.kind, account)], now: try #require(Timestamp(now)))
            return try TokenSecretCleaner().reconcile(try #require(world.get(Secret.self, "old", in: "default")), in: world)
        }
        #expect(try plan(.null, isListed: false, "2026-06-01T00:00:00Z").changes.isEmpty, "somebody made it")
        #expect(try plan(.null, isListed: true, "2024-06-01T00:00:00Z").changes.isEmpty)
        let used: Value = ["kubernetes.io/legacy-token-last-used": "2026-05-01"]
        #expect(try plan(used, isListed: true, "2026-06-01T00:00:00Z").changes.isEmpty)
        guard case .patch(_, _, _, let patch, _)? = try plan(.null, isListed: true, "2026-06-01T00:00:00Z").changes.first else {
            Issue.record("it is not marked")
            return
        }
        #expect(patch["metadata"]["labels"]["kubernetes.io/legacy-token-invalid-since"] == "2026-06-01")
        let marked: Value = ["kubernetes.io/legacy-token-invalid-since": "2025-02-01"]
        #expect(try plan(marked, isListed: true, "2025-12-01T00:00:00Z").changes.isEmpty)
        guard case .delete? = try plan(marked, isListed: true, "2026-06-01T00:00:00Z").changes.first else {
            Issue.record("it is not deleted")
            return
        }
    }
}
