import AWSProtocol
import AWSServices
import Control
import Cryptography
import KubeAPI
import Network
import Storage
import Synchronization

/// Puts one cluster's API together: what is EKS's own beside upstream's.
struct APIAssembly {
    let record: ControlPlaneRecord
    let realm: Realm
    let parts: ControlPlaneParts

    /// The extra field of a user that names the IAM principal, as aws-iam-authenticator gives it.
    private static let principal = "canonicalArn"

    func server() throws -> APIServer {
        let spec = record.spec
        let (identities, realm) = (parts.identities, realm)
        let tokens = ExternalTokenAuthenticator(prefix: "k8s-aws-v1.") { token in
            let (identity, principal) = try identities.identity(token, spec, realm)
            var user = UserInfo(identity.username, groups: identity.groups)
            user.uid = "aws-iam-authenticator:\(principal.account):\(principal.userID)"
            user.extra = ["arn": [principal.arn], Self.principal: [principal.entryARN], "principalId": [principal.userID]]
            return user
        }
        let identity = ClusterIdentity(
            issuer: ServiceAccountIssuer(issuer: issuer, audiences: ["https://kubernetes.default.svc"], key: record.serviceAccountKey),
            version: ServerVersion(gitVersion: "v\(EKSVersion.named(spec.version)?.patch ?? EKSVersion.standard.patch)-eks-a1b2c3d"),
            address: "\(parts.host):\(record.port)", external: [tokens],
            grants: { user in
                guard let arn = user.extra[Self.principal]?.first else { return [] }
                return identities.policies(of: arn, spec).compactMap(Self.grant)
            })
        var configuration = APIServerConfiguration()
        (configuration.serviceCIDR, configuration.advertisePort) = (spec.serviceCIDR, record.port)
        return try APIServer.cluster(realm, identity, clock: parts.clock, random: parts.random, configuration: configuration)
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

/// A handler that comes after its listener: the port must be known before the API can name it.
final class LateHandler: HTTPHandler {
    private let handler = Mutex<(any HTTPHandler)?>(nil)
    func set(_ value: any HTTPHandler) { handler.withLock { $0 = value } }
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard let handler = handler.withLock({ $0 }) else { return HTTPResponse(503, headers: ["retry-after": "1"]) }
        return await handler.respond(to: request)
    }
}
