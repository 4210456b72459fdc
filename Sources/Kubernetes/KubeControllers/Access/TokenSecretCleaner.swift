import Control
package import Documents
package import KubeModel
package import Reconcile

/// Marks tokens that accounts got without asking and nobody has used for a year, and deletes them a year later.
///
/// Source: kubernetes, pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go. Days are counted, not hours.
package struct TokenSecretCleaner: Controller {
    package typealias Primary = SecretFields
    package static let name = "legacy-service-account-token-cleaner"
    /// What an account lists no longer is not touched.
    package static let watches = [TokenSecret.ofAccounts]
    package static let writes: Set<Kind> = [SecretFields.kind]
    package static let indexes = [TokenSecret.index, podsBySecret]
    private static let podsBySecret = WorldIndex("pods by secret", of: PodFields.kind, ground: .spec) { pod in
        let namespace = pod.namespace
        return (pod["spec"]?["volumes"]?.items ?? []).compactMap { $0["secret"]?["secretName"]?.string }.map { "\(namespace)/\($0)" }
    }
    /// Source: --legacy-service-account-token-clean-up-period.
    private static let period = Duration.seconds(365 * 86_400)
    private static let day = Duration.seconds(86_400)
    package init() {}

    package static func concerns(_ change: WorldChange, in world: World) -> Bool { TokenSecret.isOne(change, in: world) }

    package func reconcile(_ secret: Secret, in world: World) throws -> Plan {
        let account = world.get(ServiceAccount.self, secret.metadata.annotations?[TokenSecret.account] ?? "", in: secret.namespace)
        let isListed = account?.value["secrets"].items.contains { $0["name"].string == secret.name } ?? false
        guard isListed, !secret.isDeleting else { return Plan() }
        let labels = secret.metadata.labels ?? [:]
        let made = secret.metadata.creationTimestamp.flatMap(Timestamp.init) ?? world.now
        let used = max(made, labels[TokenSecret.lastUsed].flatMap(Self.midnight) ?? made)
        let left = used + Self.period - world.now
        guard left <= .zero else { return Plan(revisit: left + Self.day) }
        let mounted = !world.keys(Self.podsBySecret.name, "\(secret.namespace)/\(secret.name)").isEmpty
        if mounted { return Plan(revisit: Self.day) }
        guard let since = labels[TokenSecret.invalidSince].flatMap(Self.midnight) else {
            let today = Value.string(String(world.now.text.prefix(10)))
            return Plan([secret.guardedPatch(["labels": [TokenSecret.invalidSince: today]])])
        }
        let rest = since + Self.period - world.now
        return rest > .zero ? Plan(revisit: rest + Self.day) : Plan([secret.deletion()])
    }
    /// The beginning of a day that is written as in `2026-11-21`.
    private static func midnight(_ text: String) -> Timestamp? { Timestamp("\(text)T00:00:00Z") }
}
