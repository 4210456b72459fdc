import Control
import Cryptography
import Documents
import KubeModel
import Storage

/// Tokens that lie in Secrets: they have no end but their Secret's. Source: upstream's legacy service account token validator.
extension ServiceAccountAuthenticator {
    /// The `iss` claim of such tokens.
    static let secretIssuer = "kubernetes/serviceaccount"
    private static let lastUsed = "kubernetes.io/legacy-token-last-used"
    private static let invalidSince = "kubernetes.io/legacy-token-invalid-since"

    func authenticate(secretToken token: String, audiences: [String]) async throws -> AuthenticatedToken? {
        let claims: Value
        do { claims = try JWT.verify(token, keys: issuer.accepted) } catch {
            throw AuthenticationFailure("service account token is not valid: \(error)")
        }
        let matching = audiences.filter(issuer.audiences.contains)
        guard !matching.isEmpty else { throw AuthenticationFailure("token is not meant for \(AccessRule.quoted(audiences))") }
        func claim(_ name: String) -> String { claims["kubernetes.io/serviceaccount/\(name)"].string ?? "" }
        let (namespace, name, uid) = (claim("namespace"), claim("service-account.name"), claim("service-account.uid"))
        guard !namespace.isEmpty, claims["sub"].string == "system:serviceaccount:\(namespace):\(name)" else {
            throw AuthenticationFailure("service account token lacks its subject")
        }
        let revision = realm.head
        let snapshot = realm.snapshot()
        guard let secret = snapshot.get(SecretFields.kind.key(namespace, claim("secret.name"))),
            secret.value["metadata"]["deletionTimestamp"].isNull
        else { throw AuthenticationFailure("Token has been invalidated") }
        let held = Base64.decode(secret.value["data"]["token"].string ?? "") ?? []
        guard held == Array(token.utf8) else { throw AuthenticationFailure("Token does not match server's copy") }
        guard let account = snapshot.get(ServiceAccountFields.kind.key(namespace, name)),
            account.value["metadata"]["deletionTimestamp"].isNull
        else { throw AuthenticationFailure("ServiceAccount \(namespace)/\(name) has been deleted") }
        guard account.value["metadata"]["uid"].string == uid else {
            throw AuthenticationFailure(
                "ServiceAccount UID (\(account.value["metadata"]["uid"].string ?? "")) does not match claim (\(uid))")
        }
        await note(secret, namespace)
        if let since = secret.value["metadata"]["labels"][Self.invalidSince].string {
            throw AuthenticationFailure("the token in secret \(namespace)/\(claim("secret.name")) has been marked invalid since \(since)")
        }
        let groups = [WellKnownGroup.serviceAccounts, "\(WellKnownGroup.serviceAccounts):\(namespace)", WellKnownGroup.authenticated]
        let user = UserInfo("system:serviceaccount:\(namespace):\(name)", uid: uid, groups: groups)
        // Who holds a connection for long is seen again when the day is another one.
        let today = Timestamp(seconds: clock.now.seconds / 86_400 * 86_400)
        let holds = holds([account, secret], since: revision, until: today + .seconds(86_400))
        return AuthenticatedToken(Standing(user, holds: holds), audiences: matching)
    }

    /// Writes the day of use into the Secret's labels, once a day; a write that fails is tried again by the next use.
    private func note(_ secret: Entry, _ namespace: String) async {
        let today = String(clock.now.text.prefix(10))
        guard secret.value["metadata"]["labels"][Self.lastUsed].string != today else { return }
        var document = secret.value
        document["metadata"]["labels"][Self.lastUsed] = .string(today)
        _ = try? await realm.commit(Write(secret.key, .put(Encoded(document: document)), if: .revision(secret.revision)))
    }
}
