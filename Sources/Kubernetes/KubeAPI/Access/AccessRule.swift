package import Documents

/// One permission: verbs on resources or on paths. Source: rbac.authorization.k8s.io/v1, PolicyRule.
package struct AccessRule: Sendable, Hashable {
    package var verbs: [String]
    package var groups: [String]
    /// Plurals, with a subresource behind a slash: `pods`, `pods/log`, `*/scale`, `*`.
    package var resources: [String]
    /// The objects it is limited to; empty for all.
    package var names: [String]
    /// Paths that are not of resources; a closing `*` takes every continuation.
    package var paths: [String]

    /// A permission on resources.
    package init(_ verbs: [String], groups: [String], resources: [String], names: [String] = []) {
        (self.verbs, self.groups, self.resources, self.names, paths) = (verbs, groups, resources, names, [])
    }
    /// A permission on paths.
    package init(_ verbs: [String], paths: [String]) {
        (self.verbs, self.paths, groups, resources, names) = (verbs, paths, [], [], [])
    }
    /// The rule of a Role's document; missing lists are empty.
    package init(_ value: Value) {
        func list(_ name: String) -> [String] { value[name].items.compactMap(\.string) }
        verbs = list("verbs")
        groups = list("apiGroups")
        resources = list("resources")
        names = list("resourceNames")
        paths = list("nonResourceURLs")
    }
    /// Everything, as `cluster-admin` has it.
    package static let everything = [
        AccessRule(["*"], groups: ["*"], resources: ["*"]), AccessRule(["*"], paths: ["*"]),
    ]

    /// The rule as documents write it; empty lists are left out.
    package var value: Value {
        var value: Value = [:]
        for (name, list) in [
            ("apiGroups", groups), ("nonResourceURLs", paths), ("resourceNames", names), ("resources", resources), ("verbs", verbs),
        ] where !list.isEmpty { value[name] = list.value }
        return value
    }

    /// Whether the rule allows the request. Source: upstream's RBAC authoriser.
    package func allows(_ request: RequestAttributes) -> Bool {
        guard verbs.contains(where: { $0 == "*" || $0 == request.verb }) else { return false }
        guard request.isResource else { return paths.contains { Self.path($0, takes: request.path) } }
        return groups.contains { $0 == "*" || $0 == request.group }
            && resources.contains { Self.resource($0, takes: request.resource, request.subresource) }
            && (names.isEmpty || names.contains(request.name))
    }

    private static func path(_ pattern: String, takes path: String) -> Bool {
        pattern == path || pattern.last == "*" && path.hasPrefix(pattern.dropLast())
    }
    private static func resource(_ pattern: String, takes resource: String, _ subresource: String) -> Bool {
        if pattern == "*" { return true }
        if subresource.isEmpty { return pattern == resource }
        guard pattern.utf8.last == subresource.utf8.last else { return false }
        return pattern == "\(resource)/\(subresource)" || pattern == "*/\(subresource)"
    }
}

extension AccessRule {
    /// The parts of `wanted` that `held` does not contain, put together again by object; empty when all is held.
    package static func missing(_ wanted: [AccessRule], from held: [AccessRule]) -> [AccessRule] {
        var missing: [AccessRule] = []
        for part in wanted.flatMap(\.parts) where !held.contains(where: { $0.covers(part) }) {
            let index = missing.firstIndex {
                ($0.groups, $0.resources, $0.names) == (part.groups, part.resources, part.names) && $0.paths == part.paths
            }
            guard let index else {
                missing.append(part)
                continue
            }
            for verb in part.verbs where !missing[index].verbs.contains(verb) { missing[index].verbs.append(verb) }
        }
        return missing
    }

    /// The rule as upstream's messages write it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
    package var compactText: String {
        let lists = [
            ("APIGroups", groups), ("Resources", resources), ("NonResourceURLs", paths), ("ResourceNames", names), ("Verbs", verbs),
        ]
        return "{" + lists.filter { !$0.1.isEmpty }.map { "\($0.0):\(Self.quoted($0.1))" }.joined(separator: ", ") + "}"
    }
    /// A list as upstream's messages write it: `["a" "b"]`.
    static func quoted(_ list: [String]) -> String { "[" + list.map { "\"\($0)\"" }.joined(separator: " ") + "]" }

    /// One rule for each verb, group, resource and name, or verb and path.
    private var parts: [AccessRule] {
        var parts: [AccessRule] = []
        for verb in verbs {
            for path in paths { parts.append(AccessRule([verb], paths: [path])) }
            for group in groups {
                for resource in resources {
                    let names = names.isEmpty ? [[]] : names.map { [$0] }
                    for name in names { parts.append(AccessRule([verb], groups: [group], resources: [resource], names: name)) }
                }
            }
        }
        return parts
    }

    /// Whether a single part is within this rule. Source: upstream's rule for covering permissions.
    private func covers(_ part: AccessRule) -> Bool {
        func within(_ list: [String], _ wanted: [String]) -> Bool { list.contains("*") || wanted.allSatisfy(list.contains) }
        guard within(verbs, part.verbs) else { return false }
        guard part.paths.isEmpty else {
            return part.paths.allSatisfy { path in
                paths.contains { $0 == path || $0.last == "*" && path.hasPrefix($0.dropLast()) }
            }
        }
        let resourcesHeld = part.resources.allSatisfy { resource in
            let subresource = resource.split(separator: "/", maxSplits: 1).dropFirst().first
            return resources.contains { $0 == "*" || $0 == resource || subresource.map { "*/\($0)" } == $0 }
        }
        return within(groups, part.groups) && resourcesHeld
            && (names.isEmpty || !part.names.isEmpty && part.names.allSatisfy(names.contains))
    }
}
