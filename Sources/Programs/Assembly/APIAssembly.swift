import AWSProtocol
import AWSServices
import Control
import Cryptography
import KubeAPI
import KubeModel
import Network
import Storage
import Synchronization

/// Puts one cluster's API together: what is EKS's own beside upstream's.
struct APIAssembly {
    let record: ControlPlaneRecord
    let realm: Realm
    let isShared: Bool
    let parts: ControlPlaneParts

    func server() throws -> APIServer {
        let spec = record.spec
        let (identities, realm, clock) = (parts.identities, realm, parts.clock)
        let awsAuth = realm.mark(prefix: IdentityVerifier.awsAuth)
        let users = Remembered<String, IdentityVersion, KnownUser>(limit: 4096)
        let tokens = ExternalTokenAuthenticator(prefix: ClusterToken.prefix) { [isShared] token in
            @Sendable func standing() throws -> Standing {
                let now = clock.now
                let version = identities.version(spec, awsAuth: awsAuth)
                let known = try users.answer(token, at: version, while: { now < $0.expires }) {
                    KnownUser(try identities.identity(token, spec, realm), at: version)
                }
                return Standing(known.user) { now in
                    now < known.expires && identities.version(spec, awsAuth: awsAuth) == known.version
                }
            }
            guard isShared else { return try standing() }
            do { return try standing() } catch { try await identities.catchUp(spec, realm) }
            return try standing()
        }
        let policies = Remembered<String, Revision, [AccessPolicyGrant]>(limit: 4096)
        let identity = ClusterIdentity(
            issuer: ServiceAccountIssuer(issuer: issuer, audiences: ["https://kubernetes.default.svc"], key: record.serviceAccountKey),
            version: ServerVersion(gitVersion: "v\(EKSVersion.named(spec.version)?.patch ?? EKSVersion.standard.patch)-eks-a1b2c3d"),
            address: ServerAddress.authority(parts.address.endpoint, record.port), external: [tokens],
            grants: { user in
                // Behind the front proxy the names of further fields are in lower case.
                let principal = user.extra[KnownUser.principal] ?? user.extra[KnownUser.principal.lowercased()]
                guard let arn = principal?.first else { return [] }
                return policies.answer(arn, at: identities.policyVersion(spec)) {
                    identities.policies(of: arn, spec).compactMap(Self.grant)
                }
            }, policyRevision: { identities.policyVersion(spec) })
        var configuration = APIServerConfiguration()
        (configuration.serviceCIDR, configuration.advertisePort) = (spec.serviceCIDR, record.port)
        configuration.advertiseAddresses = [parts.address.advertised]
        if parts.vpc != nil, !spec.privateAddresses.isEmpty {
            (configuration.advertiseAddresses, configuration.advertisePort) = (spec.privateAddresses, 443)
        }
        configuration.isShared = isShared
        configuration.clientAuthority = record.authority.certificate.pem
        configuration.dialer = try dialer()
        // Where no network is real no metrics-server can answer.
        if configuration.dialer == nil {
            configuration.localAPIs[MetricsDocuments.apiVersion] = SimulatedMetrics(realm: realm, clock: parts.clock)
        }
        return try APIServer.cluster(realm, identity, clock: parts.clock, random: parts.random, configuration: configuration)
    }
    /// The API server's way to nodes and pods: out of the cluster's VPC, from an address of its own there; none where no network is real.
    private func dialer() throws -> NamespaceDialer? {
        guard let vpc = parts.vpc, case .listening(let loops) = parts.hosting, let source = record.spec.privateAddresses.first else {
            return nil
        }
        return try NamespaceDialer(
            namespace: vpc(record.spec.vpcID), source: source, authority: record.authority, now: parts.clock.now.seconds, loops: loops)
    }
    private var issuer: String {
        "https://oidc.eks.\(record.spec.region).amazonaws.com/id/\(record.spec.id.replacing("-", with: "").uppercased())"
    }
    private static func grant(_ granted: GrantedPolicy) -> AccessPolicyGrant? {
        guard let policy = AccessPolicy.named(arn: granted.policy) else { return nil }
        let rules = policy.rules.map { rule in
            rule.urls.isEmpty
                ? AccessRule(rule.verbs, groups: rule.groups, resources: rule.resources, names: rule.names)
                : AccessRule(rule.verbs, paths: rule.urls)
        }
        return AccessPolicyGrant(rules: rules, namespaces: granted.namespaces)
    }
}

/// The bearer of a token whose signature was checked, as the API server knows users.
private struct KnownUser: Sendable {
    let user: UserInfo
    let expires: Timestamp
    let version: IdentityVersion

    /// The extra field of a user that names the IAM principal, as aws-iam-authenticator gives it.
    static let principal = "canonicalArn"

    init(_ bearer: BearerIdentity, at version: IdentityVersion) {
        var user = UserInfo(bearer.identity.username, groups: bearer.identity.groups)
        let principal = bearer.principal
        user.uid = "aws-iam-authenticator:\(principal.account):\(principal.userID)"
        user.extra = ["arn": [principal.arn], Self.principal: [principal.entryARN], "principalId": [principal.userID]]
        (self.user, expires, self.version) = (user, bearer.expires, version)
    }
}

/// A handler that comes after its listener: the port must be known before the API can name it.
final class LateHandler: PromptHandler {
    private final class Box: Sendable {
        let server: APIServer
        init(_ server: APIServer) { self.server = server }
    }
    private let box = AtomicLazyReference<Box>()
    /// The handler from now on; only the first one counts.
    func set(_ server: APIServer) { _ = box.storeIfNil(Box(server)) }
    func promptly(to request: HTTPRequest) -> HTTPResponse? { box.load()?.server.promptly(to: request) }
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard let box = box.load() else { return HTTPResponse(503, headers: ["retry-after": "1"]) }
        return await box.server.respond(to: request)
    }
}
