import AWSProtocol
import AWSServices
import Control
import Documents
import KubeAPI
import Storage

/// Verifies `k8s-aws-v1.` tokens in this process, and maps their bearers to users of a cluster. Source: EKS user guide, cluster authentication.
struct IdentityVerifier: Sendable {
    let credentials: any CredentialSource
    let clock: any WallClock
    /// Hosts of this region's own endpoint that tokens may be signed for, besides those of STS.
    let ownHosts: @Sendable (_ host: String) -> Bool
    /// The access entries of a region.
    let access: @Sendable (_ region: String) -> AccessResolver?

    /// Who a token's bearer is in the cluster.
    /// - Throws: `AuthenticationFailure`.
    func identity(_ token: String, _ cluster: ControlPlaneSpec, _ realm: Realm) throws -> (MappedIdentity, Principal) {
        let credential: Credential
        do {
            credential = try ClusterToken.verify(
                token, cluster: cluster.name,
                hosts: { scheme, host in ownHosts(host) || PresignedURL.isSTSHost(scheme: scheme, host: host) },
                credentials: credentials, now: clock.now)
        } catch { throw AuthenticationFailure("\(error)") }
        let principal = credential.principal
        let awsAuth = realm.snapshot().get("core/configmaps/kube-system/aws-auth")?.value["data"] ?? .null
        guard let identity = access(cluster.region)?.resolve(principal, cluster: cluster.name, awsAuth: awsAuth) else {
            throw AuthenticationFailure("\(principal.arn) is not known to cluster \(cluster.name)")
        }
        return (identity, principal)
    }
    /// The access policies of a principal in the cluster at this moment.
    func policies(of principal: String, _ cluster: ControlPlaneSpec) -> [GrantedPolicy] {
        access(cluster.region)?.policies(ofPrincipal: principal, cluster: cluster.name) ?? []
    }
}
