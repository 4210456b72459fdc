import AWSProtocol
import AWSServices
import Control
import Documents
import KubeAPI
import Storage

/// Verifies `k8s-aws-v1.` tokens in this process, and maps their bearers to users of a cluster. Source: EKS user guide, cluster authentication.
struct IdentityVerifier: Sendable {
    let credentials: any CredentialSource
    /// Where the credentials are kept.
    let accounts: Realm
    let clock: any WallClock
    /// Hosts of this region's own endpoint that tokens may be signed for, besides those of STS.
    let ownHosts: @Sendable (_ host: String) -> Bool
    /// The access entries of a region.
    let access: @Sendable (_ region: String) -> AccessResolver?

    /// What identities in a cluster are made of, as far as it can change: IAM, the region's documents, and aws-auth.
    func version(_ cluster: ControlPlaneSpec, awsAuth: ChangeMark) -> IdentityVersion {
        IdentityVersion(accounts: accounts.head, region: access(cluster.region)?.revision ?? 0, awsAuth: awsAuth.revision)
    }
    /// The key of the aws-auth ConfigMap.
    static let awsAuth = "core/configmaps/kube-system/aws-auth"
    /// Learns what other servers have written of all that; a bearer may come here with what was given to them elsewhere just now.
    func catchUp(_ cluster: ControlPlaneSpec, _ realm: Realm) async throws {
        for realm in [accounts, access(cluster.region)?.realm, realm].compactMap({ $0 }) { try await realm.current() }
    }

    /// Who a token's bearer is in the cluster, and until when the token is good.
    /// - Throws: `AuthenticationFailure`.
    func identity(_ token: String, _ cluster: ControlPlaneSpec, _ realm: Realm) throws -> BearerIdentity {
        let verified: VerifiedToken
        do {
            verified = try ClusterToken.verify(
                token, cluster: cluster.name,
                hosts: { scheme, host in ownHosts(host) || PresignedURL.isSTSHost(scheme: scheme, host: host) },
                credentials: credentials, now: clock.now)
        } catch { throw AuthenticationFailure("\(error)") }
        let principal = verified.credential.principal
        let awsAuth = realm.snapshot().get(Self.awsAuth)?.value["data"] ?? .null
        guard let identity = access(cluster.region)?.resolve(principal, cluster: cluster.name, awsAuth: awsAuth) else {
            throw AuthenticationFailure("\(principal.arn) is not known to cluster \(cluster.name)")
        }
        return BearerIdentity(identity: identity, principal: principal, expires: verified.expires)
    }
    /// What access policies are made of: the region's documents.
    func policyVersion(_ cluster: ControlPlaneSpec) -> Revision { access(cluster.region)?.revision ?? 0 }
    /// The access policies of a principal in the cluster at this moment.
    func policies(of principal: String, _ cluster: ControlPlaneSpec) -> [GrantedPolicy] {
        access(cluster.region)?.policies(ofPrincipal: principal, cluster: cluster.name) ?? []
    }
}

/// The revisions of what identities in a cluster are made of.
struct IdentityVersion: Sendable, Equatable {
    let accounts: Revision
    let region: Revision
    let awsAuth: Revision
}

/// Who the bearer of a verified token is.
struct BearerIdentity: Sendable {
    let identity: MappedIdentity
    let principal: Principal
    let expires: Timestamp
}
