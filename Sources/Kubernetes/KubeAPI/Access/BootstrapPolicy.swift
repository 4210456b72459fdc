package import Documents
import KubeModel
package import Reconcile
package import Storage

/// The roles and bindings that a cluster begins with, and their upkeep at each start.
package enum BootstrapPolicy {
    /// Every role and binding, sums written out.
    package static let documents: [(kind: Kind, document: Value)] = {
        var result = BootstrapTable.parse(roles) + BootstrapTable.parseControllers(controllers)
        let sums = ClusterRoleAggregation.resolve(result.filter { $0.kind == ClusterRoleFields.kind }.map(\.document))
        for index in result.indices where result[index].kind == ClusterRoleFields.kind {
            if let rules = sums[result[index].document["metadata"]["name"].string ?? ""] {
                result[index].document["rules"] = .array(rules.map(\.value))
            }
        }
        return result
    }()

    /// Creates what is missing, and gives back the rules and subjects that were taken from a role or binding that has not opted out
    /// with the annotation `rbac.authorization.kubernetes.io/autoupdate: "false"`. Doing it twice changes nothing.
    /// - Throws: `ChangeError`; creations that came true meanwhile are no error.
    package static func reconcile(_ snapshot: Snapshot, writer: any ChangeWriter) async throws {
        let changes = documents.compactMap { change($0.kind, $0.document, snapshot) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for change in changes {
                group.addTask {
                    do { _ = try await writer.apply(change, by: "rbac-bootstrap") } catch ChangeError.alreadyExists { return }
                }
            }
            try await group.waitForAll()
        }
    }

    /// What brings one document to where it should be; nil when it is there.
    private static func change(_ kind: Kind, _ wanted: Value, _ snapshot: Snapshot) -> Change? {
        guard let found = snapshot.get(kind.key(of: wanted))?.value else { return .create(kind, wanted) }
        let optedOut = found["metadata"]["annotations"][annotation] == "false"
        guard !optedOut else { return nil }
        var updated = found
        if kind == ClusterRoleFields.kind || kind == RoleFields.kind {
            guard wanted["aggregationRule"].isNull else { return nil }
            let held = found["rules"].items.map(AccessRule.init)
            let missing = wanted["rules"].items.map(AccessRule.init).filter { !AccessRule.missing([$0], from: held).isEmpty }
            guard !missing.isEmpty else { return nil }
            updated["rules"] = .array(found["rules"].items + missing.map(\.value))
        } else {
            let missing = wanted["subjects"].items.filter { !found["subjects"].items.contains($0) }
            guard !missing.isEmpty, found["roleRef"] == wanted["roleRef"] else { return nil }
            updated["subjects"] = .array(found["subjects"].items + missing)
        }
        return .update(kind, updated)
    }
    static let annotation = "rbac.authorization.kubernetes.io/autoupdate"
}

/// Reads the tables of roles.
private enum BootstrapTable {
    static func parse(_ text: String) -> [(kind: Kind, document: Value)] {
        var result: [(kind: Kind, document: Value)] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "role": result.append(opening(words))
            case "bind": result.append(binding(words[1], words[2], Array(words.dropFirst(3))))
            default: append(rule(words), to: &result)
            }
        }
        return result
    }

    static func parseControllers(_ text: String) -> [(kind: Kind, document: Value)] {
        var roles: [(kind: Kind, document: Value)] = []
        var bindings: [(kind: Kind, document: Value)] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix(" ") {
                append(rule(words), to: &roles)
            } else {
                let name = "system:controller:\(words[0])"
                roles.append(opening(["role", name]))
                bindings.append(binding(name, name, ["s:kube-system/\(words[0])"]))
            }
        }
        return roles + bindings
    }

    private static func append(_ rule: AccessRule, to roles: inout [(kind: Kind, document: Value)]) {
        guard let last = roles.indices.last else { return }
        roles[last].document["rules"] = .array(roles[last].document["rules"].items + [rule.value])
    }

    private static func opening(_ words: [String]) -> (kind: Kind, document: Value) {
        let (namespace, name) = place(words[1])
        let kind = namespace == nil ? ClusterRoleFields.kind : RoleFields.kind
        var document = head(kind, namespace, name)
        for word in words.dropFirst(2) {
            if word.hasPrefix("to=") { document["metadata"]["labels"][aggregate(word.dropFirst(3))] = "true" }
            if word.hasPrefix("sum=") {
                let labels: Value = .object([aggregate(word.dropFirst(4)): "true"])
                document["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": labels]]]
            }
        }
        return (kind, document)
    }

    private static func binding(_ place: String, _ role: String, _ subjects: [String]) -> (kind: Kind, document: Value) {
        let (namespace, name) = self.place(place)
        let kind = namespace == nil ? ClusterRoleBindingFields.kind : RoleBindingFields.kind
        var document = head(kind, namespace, name)
        let group = ClusterRoleFields.kind.group
        document["roleRef"] = ["apiGroup": .string(group), "kind": namespace == nil ? "ClusterRole" : "Role", "name": .string(role)]
        let listed: [Value] = subjects.map { subject in
            let text = String(subject.dropFirst(2))
            switch subject.first {
            case "s":
                let (namespace, name) = self.place(text)
                return ["kind": "ServiceAccount", "name": .string(name), "namespace": .string(namespace ?? "kube-system")]
            case "u": return ["apiGroup": .string(group), "kind": "User", "name": .string(text)]
            default: return ["apiGroup": .string(group), "kind": "Group", "name": .string(text)]
            }
        }
        if !listed.isEmpty { document["subjects"] = .array(listed) }
        return (kind, document)
    }

    private static func head(_ kind: Kind, _ namespace: String?, _ name: String) -> Value {
        var metadata: Value = [
            "name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"],
            "annotations": .object([BootstrapPolicy.annotation: "true"]),
        ]
        if let namespace { metadata["namespace"] = .string(namespace) }
        return ["apiVersion": .string(kind.apiVersion), "kind": .string(kind.name), "metadata": metadata]
    }

    private static func rule(_ words: [String]) -> AccessRule {
        if words == ["events"] { return AccessRule(["create", "patch", "update"], groups: ["", "events.k8s.io"], resources: ["events"]) }
        let verbs = verbs(words[0])
        if words.count == 2 { return AccessRule(verbs, paths: list(words[1])) }
        let groups = list(words[1]).map { $0 == "core" ? "" : $0 }
        return AccessRule(verbs, groups: groups, resources: list(words[2]), names: words.count > 3 ? list(words[3]) : [])
    }

    private static func verbs(_ word: String) -> [String] {
        let (read, write) = (["get", "list", "watch"], ["create", "delete", "deletecollection", "patch", "update"])
        if word == "RW" { return (read + write).sorted() }
        return list(word).flatMap { $0 == "R" ? read : $0 == "W" ? write : [$0] }.sorted()
    }
    private static func list(_ word: String) -> [String] { word.split(separator: ",").map(String.init) }
    private static func aggregate(_ sum: Substring) -> String { "rbac.authorization.k8s.io/aggregate-to-\(sum)" }
    private static func place(_ text: String) -> (namespace: String?, name: String) {
        guard let slash = text.firstIndex(of: "/") else { return (nil, text) }
        return (String(text[..<slash]), String(text[text.index(after: slash)...]))
    }
}
