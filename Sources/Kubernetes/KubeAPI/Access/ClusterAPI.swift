package import Control
import KubeModel
package import Storage

/// What makes one cluster's API differ from another's.
package struct ClusterIdentity: Sendable {
    /// Signs and checks its service accounts' tokens.
    package let issuer: ServiceAccountIssuer
    /// `v1.36.2-eks-…`
    package let version: ServerVersion
    /// `host:port` where clients find it.
    package let address: String
    /// Knows the users of tokens that others issue, as STS does.
    package let external: [ExternalTokenAuthenticator]
    /// What access policies grant a user at this moment.
    package let grants: @Sendable (UserInfo) -> [AccessPolicyGrant]
    /// The newest change of what access policies are made of.
    package let policyRevision: @Sendable () -> Revision
    package init(
        issuer: ServiceAccountIssuer, version: ServerVersion, address: String, external: [ExternalTokenAuthenticator] = [],
        grants: @escaping @Sendable (UserInfo) -> [AccessPolicyGrant] = { _ in [] },
        policyRevision: @escaping @Sendable () -> Revision = { 0 }
    ) {
        (self.issuer, self.version, self.address) = (issuer, version, address)
        (self.external, self.grants, self.policyRevision) = (external, grants, policyRevision)
    }
}

extension APIServer {
    /// A cluster's whole API: who may enter, what they may do, what is checked, and everything beside the resources.
    ///
    /// The caller runs it, then `bootstrap()` and `ClusterBootstrap.reconcile` once before it serves.
    /// - Throws: `StorageError` when the realm cannot be watched.
    package static func cluster(
        _ realm: Realm, _ identity: ClusterIdentity, clock: any WallClock, random: RandomSource, configuration: APIServerConfiguration
    ) throws(StorageError) -> APIServer {
        var configuration = configuration
        configuration.publicAddress = identity.address
        let accounts = ServiceAccountAuthenticator(issuer: identity.issuer, realm: realm, clock: clock)
        let tokens: [any TokenAuthenticator] = [accounts] + identity.external
        let rbac = RBACAuthorizer(realm: realm)
        let authorizers: [any Authorizer] = [
            SuperuserAuthorizer(), NodeAuthorizer(realm: realm), rbac, AccessPolicyAuthorizer(grants: identity.grants),
        ]
        let chain = AuthorizerChain(authorizers)
        let health = [HealthCheck("etcd") { realm.failure == nil }]
        let routes =
            DiscoveryRoutes.routes(.kubernetes, address: identity.address) + OpenAPIDocuments.kubernetes.routes
            + OpenIDDiscovery.routes(identity.issuer) + [identity.version.route] + HealthRoutes.routes(live: health, ready: [])
        let creations =
            AccessReviews(authorizer: chain).resources
            + TokenReviews(authenticators: tokens, audiences: identity.issuer.audiences).resources
            + [TokenRequests(issuer: identity.issuer, realm: realm, clock: clock).resource]
        return APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes,
            authenticators: [LocalAuthenticator(), ClientCertificateAuthenticator()] + tokens, authorizers: authorizers, clock: clock,
            random: random, configuration: configuration,
            admission: StandardAdmission.plugins(
                rbac: rbac, authorizer: chain, clock: clock, random: random, realm: realm, isShared: configuration.isShared),
            routes: routes,
            creations: creations,
            accessStamp: { AccessStamp(roles: rbac.changes.revision, policies: identity.policyRevision()) })
    }
}
