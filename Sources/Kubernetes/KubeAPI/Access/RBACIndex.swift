package import Documents
import KubeModel
import Storage

/// The roles and bindings of a realm, arranged by subject.
struct RBACIndex: Sendable {
    /// What one binding gives one subject.
    struct Grant: Sendable {
        let rules: [AccessRule]
        /// Empty for the whole cluster.
        let namespace: String
        /// `ClusterRoleBinding "a" of ClusterRole "b"`
        let binding: String
        /// The role that does not exist, as messages name it.
        let missing: String?
        /// `Group "c"`
        let subject: String
    }
    private var users: [String: [Grant]] = [:]
    private var groups: [String: [Grant]] = [:]
    private let clusterRoles: [String: [AccessRule]]
    /// By namespace and name. Copied out of the snapshot, which would keep every document of its time alive.
    private var roles: [String: [AccessRule]] = [:]

    static let prefix = "rbac.authorization.k8s.io/"

    init(_ snapshot: Snapshot) {
        clusterRoles = Self.clusterRoles(snapshot)
        let prefix = Self.prefix + "roles/"
        for entry in snapshot.range(prefix: prefix) {
            roles[String(entry.key.dropFirst(prefix.count))] = entry.value["rules"].items.map(AccessRule.init)
        }
        for entry in snapshot.range(prefix: Self.prefix + "clusterrolebindings/") { add(entry.value, kind: "ClusterRoleBinding") }
        for entry in snapshot.range(prefix: Self.prefix + "rolebindings/") { add(entry.value, kind: "RoleBinding") }
    }

    /// The grants that hold for the user at cluster scope and in the namespace.
    func grants(for user: UserInfo, namespace: String) -> [Grant] {
        var result: [Grant] = []
        forEachGrant(user, namespace) {
            result.append($0)
            return false
        }
        return result
    }

    /// The first grant that satisfies the condition.
    func first(_ user: UserInfo, _ namespace: String, where condition: (Grant) -> Bool) -> Grant? {
        var found: Grant?
        forEachGrant(user, namespace) { grant in
            guard condition(grant) else { return false }
            found = grant
            return true
        }
        return found
    }

    /// The rules of a role; nil when it does not exist.
    func rules(kind: String, name: String, namespace: String) -> [AccessRule]? {
        if kind == "ClusterRole" { return clusterRoles[name] }
        return roles["\(namespace)/\(name)"]
    }

    private func forEachGrant(_ user: UserInfo, _ namespace: String, _ stop: (Grant) -> Bool) {
        func visit(_ grants: [Grant]?) -> Bool {
            for grant in grants ?? [] where grant.namespace.isEmpty || grant.namespace == namespace {
                if stop(grant) { return true }
            }
            return false
        }
        if visit(users[user.name]) { return }
        for group in user.groups where visit(groups[group]) { return }
    }

    private mutating func add(_ binding: Value, kind: String) {
        let (name, namespace) = (binding["metadata"]["name"].string ?? "", binding["metadata"]["namespace"].string ?? "")
        let role = (kind: binding["roleRef"]["kind"].string ?? "", name: binding["roleRef"]["name"].string ?? "")
        let rules = rules(kind: role.kind, name: role.name, namespace: namespace)
        let place = namespace.isEmpty ? name : "\(name)/\(namespace)"
        let missing = rules == nil ? "\(role.kind.lowercased()).rbac.authorization.k8s.io \"\(role.name)\" not found" : nil
        for subject in binding["subjects"].items {
            let subjectName = subject["name"].string ?? ""
            let subjectKind = subject["kind"].string ?? ""
            let account = subject["namespace"].string ?? namespace
            let grant = Grant(
                rules: rules ?? [], namespace: namespace, binding: "\(kind) \"\(place)\" of \(role.kind) \"\(role.name)\"",
                missing: missing,
                subject: subjectKind == "ServiceAccount"
                    ? "ServiceAccount \"\(subjectName)/\(account)\"" : "\(subjectKind) \"\(subjectName)\"")
            switch subjectKind {
            case "User": users[subjectName, default: []].append(grant)
            case "Group": groups[subjectName, default: []].append(grant)
            case "ServiceAccount": users["system:serviceaccount:\(account):\(subjectName)", default: []].append(grant)
            default: break
            }
        }
    }

    private static func clusterRoles(_ snapshot: Snapshot) -> [String: [AccessRule]] {
        let documents = snapshot.range(prefix: prefix + "clusterroles/").map(\.value)
        var rules: [String: [AccessRule]] = [:]
        for role in documents { rules[role["metadata"]["name"].string ?? ""] = role["rules"].items.map(AccessRule.init) }
        let aggregated = ClusterRoleAggregation.resolve(documents)
        for (name, found) in aggregated { rules[name] = found }
        return rules
    }
}

/// The rules of cluster roles that are put together from others by label. Source: upstream's clusterrole aggregation.
package enum ClusterRoleAggregation {
    /// The rules of every role that has an aggregation rule, by its name; each sum is taken to its fixed point, so sums of sums work.
    package static func resolve(_ clusterRoles: [Value]) -> [String: [AccessRule]] {
        var rules: [String: [AccessRule]] = [:]
        for role in clusterRoles { rules[name(role)] = role["rules"].items.map(AccessRule.init) }
        let sums = clusterRoles.filter { !$0["aggregationRule"].isNull }
        var result: [String: [AccessRule]] = [:]
        for _ in 0..<max(sums.count, 1) {
            var changed = false
            for sum in sums {
                let found = parts(of: sum, clusterRoles).flatMap { rules[name($0)] ?? [] }
                var unique: [AccessRule] = []
                var seen: Set<AccessRule> = []
                for rule in found where seen.insert(rule).inserted { unique.append(rule) }
                if result[name(sum)] != unique { changed = true }
                result[name(sum)] = unique
                rules[name(sum)] = unique
            }
            if !changed { break }
        }
        return result
    }

    private static func name(_ role: Value) -> String { role["metadata"]["name"].string ?? "" }

    private static func parts(of sum: Value, _ roles: [Value]) -> [Value] {
        let selectors = sum["aggregationRule"]["clusterRoleSelectors"].items.map(LabelSelector.init)
        let candidates = roles.filter { role in
            name(role) != name(sum) && selectors.contains { $0.matches(document: role) }
        }
        return candidates.sorted { name($0) < name($1) }
    }
}
