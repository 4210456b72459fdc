package import Storage
import Synchronization

/// Allows what the stored roles and bindings grant. Source: upstream's RBAC authoriser.
///
/// The documents are arranged once and again after a change of any of them, so that a check costs microseconds.
package final class RBACAuthorizer: Authorizer, RuleResolver {
    private struct State {
        var index: RBACIndex?
        /// The revision at which the index was last known to hold.
        var checked: Revision = -1
        var watch: WatchHandle?
    }
    private let realm: Realm
    private let stale: Stale
    private let state: Mutex<State>

    /// Set by the watch, from the publisher's thread.
    private final class Stale: Sendable { let flag = Atomic(true) }

    /// Follows the roles of the realm from now on.
    /// - Throws: `StorageError` when the realm cannot be watched.
    package init(realm: Realm) throws(StorageError) {
        let stale = Stale()
        self.realm = realm
        self.stale = stale
        let watch = try realm.watch(prefix: RBACIndex.prefix, after: realm.head) { _ in stale.flag.store(true, ordering: .releasing) }
        state = Mutex(State(watch: watch))
    }

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        let index = current()
        let grant = index.first(attributes.user, attributes.namespace) { grant in grant.rules.contains { $0.allows(attributes) } }
        if let grant { return .allow(reason: "RBAC: allowed by \(grant.binding) to \(grant.subject)") }
        let missing = index.grants(for: attributes.user, namespace: attributes.namespace).compactMap(\.missing)
        return .noOpinion(reason: missing.isEmpty ? "" : "RBAC: \(Self.aggregate(missing))")
    }

    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        let grants = current().grants(for: user, namespace: namespace)
        return ResolvedRules(grants.flatMap(\.rules), errors: grants.compactMap(\.missing))
    }

    /// The rules of a role; nil when there is none of that kind and name.
    package func rules(ofRole kind: String, _ name: String, namespace: String) -> [AccessRule]? {
        current().rules(kind: kind, name: name, namespace: namespace)
    }

    private func current() -> RBACIndex {
        state.withLock { state in
            if let index = state.index, state.checked == realm.head, !stale.flag.load(ordering: .acquiring) { return index }
            let snapshot = realm.snapshot()
            state.checked = snapshot.revision
            // Cleared before reading: a change that comes in between only means one more rebuild.
            let changed = stale.flag.exchange(false, ordering: .acquiringAndReleasing)
            if !changed, let index = state.index, index.count == snapshot.count(prefix: RBACIndex.prefix) { return index }
            let index = RBACIndex(realm.snapshot())
            state.index = index
            return index
        }
    }

    /// Several errors in one text, as upstream writes them.
    private static func aggregate(_ errors: [String]) -> String {
        var unique: [String] = []
        for error in errors where !unique.contains(error) { unique.append(error) }
        return unique.count == 1 ? unique[0] : "[" + unique.joined(separator: ", ") + "]"
    }
}
