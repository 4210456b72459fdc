import Control
package import Cryptography
package import Documents
package import KubeModel
package import Reconcile

/// Names that Secrets with tokens of service accounts use. Source: Kubernetes documentation, "Managing Service Accounts".
enum TokenSecret {
    static let type = "kubernetes.io/service-account-token"
    static let account = "kubernetes.io/service-account.name"
    static let accountUID = "kubernetes.io/service-account.uid"
    static let lastUsed = "kubernetes.io/legacy-token-last-used"
    static let invalidSince = "kubernetes.io/legacy-token-invalid-since"
    /// Secrets of the type by the key of their account.
    static let index = WorldIndex("token secrets by account", of: SecretFields.kind) { secret in
        guard secret["type"]?.string == type, let name = secret["metadata"]?["annotations"]?[name: account]?.string else { return [] }
        return [ServiceAccountFields.kind.key(secret.namespace, name)]
    }
    /// What happens to an account concerns its Secrets.
    static let ofAccounts = Watch(prefix: ServiceAccountFields.kind.prefix) { change, world in world.keys(index.name, change.key) }
    static func isOne(_ change: WorldChange, in world: World) -> Bool { change.nodes.new?["type"]?.string == type }
}

/// Fills the Secrets that people make for a token without end, and deletes those whose account is gone.
///
/// Source: kubernetes, pkg/controller/serviceaccount/tokens_controller.go. A Secret that has a token never gets another one.
package struct TokenSecretController: Controller {
    package typealias Primary = SecretFields
    package static let name = "service-account-token-controller"
    package static let watches = [TokenSecret.ofAccounts]
    package static let writes: Set<Kind> = [SecretFields.kind]
    package static let indexes = [TokenSecret.index]
    private let key: PrivateKey
    private let certificate: String
    /// Signs with the cluster's key for service accounts; `certificate` is the PEM of its authority.
    package init(key: PrivateKey, certificate: String) { (self.key, self.certificate) = (key, certificate) }

    /// Only Secrets of the type are decoded.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool { TokenSecret.isOne(change, in: world) }

    package func reconcile(_ secret: Secret, in world: World) throws -> Plan {
        guard !secret.isDeleting else { return Plan() }
        let annotations = secret.metadata.annotations ?? [:]
        let name = annotations[TokenSecret.account] ?? ""
        guard let account = world.get(ServiceAccount.self, name, in: secret.namespace),
            annotations[TokenSecret.accountUID].map({ $0.isEmpty || $0 == account.uid }) ?? true
        else { return Plan([secret.deletion()]) }
        var filled = secret
        filled.value["metadata"]["annotations"][TokenSecret.accountUID] = .string(account.uid)
        func put(_ name: String, _ text: String) { filled.value["data"][name] = .string(Base64.encode(Array(text.utf8))) }
        put("ca.crt", certificate)
        if filled.value["data"]["namespace"].isNull { put("namespace", secret.namespace) }
        if (filled.value["data"]["token"].string ?? "").isEmpty {
            put("token", try JWT.sign(Self.claims(secret, account), with: key))
        }
        return filled == secret ? Plan() : Plan([.update(SecretFields.kind, filled.value)])
    }

    private static func claims(_ secret: Secret, _ account: ServiceAccount) -> Value {
        let prefix = "kubernetes.io/serviceaccount/"
        return [
            "iss": "kubernetes/serviceaccount", prefix + "namespace": .string(secret.namespace),
            prefix + "secret.name": .string(secret.name), prefix + "service-account.name": .string(account.name),
            prefix + "service-account.uid": .string(account.uid),
            "sub": .string("system:serviceaccount:\(secret.namespace):\(account.name)"),
        ]
    }
}
