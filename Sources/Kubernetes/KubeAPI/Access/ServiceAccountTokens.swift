package import Control
package import Cryptography
import Documents
import KubeModel
package import Storage
import Synchronization

/// How service-account tokens of one cluster are signed and checked.
package struct ServiceAccountIssuer: Sendable {
    /// The `iss` claim: on EKS `https://oidc.eks.<region>.amazonaws.com/id/<id>`.
    package let issuer: String
    /// The audiences of the API server itself; the first is what tokens without a wish get.
    package let audiences: [String]
    /// Signs new tokens.
    package let key: PrivateKey
    /// Keys whose tokens are accepted, `key`'s own among them.
    package let accepted: [PublicKey]
    package init(issuer: String, audiences: [String], key: PrivateKey, formerKeys: [PublicKey] = []) {
        (self.issuer, self.audiences, self.key, accepted) = (issuer, audiences, key, [key.publicKey] + formerKeys)
    }

    /// The JSON Web Key Set that others check tokens with. Source: OpenID Connect Discovery.
    var keySet: Value { ["keys": .array(accepted.map(\.jwk))] }
}

/// At which revision a token was last found good.
private final class LatestRevision: Sendable {
    let value: Atomic<Revision>
    init(_ revision: Revision) { value = Atomic(revision) }
}

/// What a token is bound to.
private struct BoundObjects {
    var entries: [Entry] = []
    /// Whether one of them is being deleted.
    var leaving = false
}

/// Accepts service-account tokens whose account, and pod, secret or node if bound to one, still exist.
/// Source: upstream's service account token authenticator.
package struct ServiceAccountAuthenticator: TokenAuthenticator {
    let issuer: ServiceAccountIssuer
    let realm: Realm
    let clock: any WallClock
    package init(issuer: ServiceAccountIssuer, realm: Realm, clock: any WallClock) {
        (self.issuer, self.realm, self.clock) = (issuer, realm, clock)
    }
    package var ownAudiences: [String] { issuer.audiences }

    package func authenticate(token: String, audiences: [String]) async throws -> AuthenticatedToken? {
        guard JWT.looksLikeOne(token), let claimed = JWT.peek(token) else { return nil }
        if claimed["iss"].string == Self.secretIssuer { return try await authenticate(secretToken: token, audiences: audiences) }
        guard claimed["iss"].string == issuer.issuer else { return nil }
        let claims: Value
        do { claims = try JWT.verify(token, keys: issuer.accepted) } catch {
            throw AuthenticationFailure("service account token is not valid: \(error)")
        }
        try checkTimes(claims)
        let matching = try matchingAudiences(claims, wanted: audiences)
        let revision = realm.head
        var bound = BoundObjects()
        let user = try user(claims, realm.snapshot(), &bound)
        let expiry = Timestamp(seconds: Int64(claims["exp"].int ?? 0))
        let standing = Standing(user, holds: bound.leaving ? nil : holds(bound.entries, since: revision, until: expiry))
        return AuthenticatedToken(standing, audiences: matching)
    }

    /// Whether the token is good still: it rests on its time, and on the objects that it is bound to being as they were.
    func holds(_ entries: [Entry], since revision: Revision, until expiry: Timestamp) -> @Sendable (Timestamp) -> Bool {
        let realm = realm
        let seen = LatestRevision(revision)
        return { now in
            guard now < expiry else { return false }
            let head = realm.head
            if seen.value.load(ordering: .relaxed) == head { return true }
            for entry in entries where realm.get(entry.key)?.revision != entry.revision { return false }
            seen.value.store(head, ordering: .relaxed)
            return true
        }
    }

    private func checkTimes(_ claims: Value) throws {
        let now = Int(clock.now.seconds)
        guard let expiry = claims["exp"].int, now < expiry else { throw AuthenticationFailure("service account token has expired") }
        // A minute of leeway for tokens that another machine has just made.
        guard (claims["nbf"].int ?? 0) <= now + 60 else { throw AuthenticationFailure("service account token is not valid yet") }
    }

    private func matchingAudiences(_ claims: Value, wanted: [String]) throws -> [String] {
        let held = claims["aud"].string.map { [$0] } ?? claims["aud"].items.compactMap(\.string)
        let matching = wanted.filter(held.contains)
        guard !matching.isEmpty else {
            throw AuthenticationFailure(
                "token audiences \(AccessRule.quoted(held)) is invalid for the target audiences \(AccessRule.quoted(wanted))")
        }
        return matching
    }

    private func user(_ claims: Value, _ snapshot: Snapshot, _ objects: inout BoundObjects) throws -> UserInfo {
        let bound = claims["kubernetes.io"]
        guard let namespace = bound["namespace"].string, let account = bound["serviceaccount"]["name"].string,
            claims["sub"].string == "system:serviceaccount:\(namespace):\(account)"
        else { throw AuthenticationFailure("service account token lacks its subject") }
        let uid = bound["serviceaccount"]["uid"].string ?? ""
        try check(ServiceAccountFields.kind.key(namespace, account), uid, "service account \(namespace)/\(account)", snapshot, &objects)
        var user = UserInfo(
            "system:serviceaccount:\(namespace):\(account)", uid: uid,
            groups: [WellKnownGroup.serviceAccounts, "\(WellKnownGroup.serviceAccounts):\(namespace)", WellKnownGroup.authenticated])
        if let id = claims["jti"].string { user.extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(id)"] }
        if let secret = bound["secret"]["name"].string {
            try check(SecretFields.kind.key(namespace, secret), bound["secret"]["uid"].string ?? "", "secret \(secret)", snapshot, &objects)
        }
        if let pod = bound["pod"]["name"].string {
            let podUID = bound["pod"]["uid"].string ?? ""
            try check(PodFields.kind.key(namespace, pod), podUID, "pod \(pod)", snapshot, &objects)
            user.extra["authentication.kubernetes.io/pod-name"] = [pod]
            user.extra["authentication.kubernetes.io/pod-uid"] = [podUID]
        }
        if let node = bound["node"]["name"].string {
            let nodeUID = bound["node"]["uid"].string ?? ""
            // With a pod the node only tells where it runs; alone the token is bound to it.
            if bound["pod"]["name"].string == nil { try check(NodeFields.kind.key(nil, node), nodeUID, "node \(node)", snapshot, &objects) }
            user.extra["authentication.kubernetes.io/node-name"] = [node]
            if !nodeUID.isEmpty { user.extra["authentication.kubernetes.io/node-uid"] = [nodeUID] }
        }
        return user
    }

    /// A document that is being deleted still counts for a minute, so that its pods can say goodbye.
    private func check(_ key: String, _ uid: String, _ subject: String, _ snapshot: Snapshot, _ objects: inout BoundObjects) throws {
        guard let entry = snapshot.get(key) else {
            throw AuthenticationFailure("service account token has been invalidated: \(subject) not found")
        }
        let metadata = entry.value["metadata"]
        objects.entries.append(entry)
        objects.leaving = objects.leaving || !metadata["deletionTimestamp"].isNull
        guard metadata["uid"].string == uid else {
            throw AuthenticationFailure("service account token has been invalidated: \(subject) has another uid")
        }
        if let deleted = metadata["deletionTimestamp"].string.flatMap({ Timestamp($0) }), deleted + .seconds(60) < clock.now {
            throw AuthenticationFailure("service account token has been invalidated: \(subject) has been deleted")
        }
    }
}
