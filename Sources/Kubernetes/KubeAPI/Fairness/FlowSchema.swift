import Documents
import Network

/// One flow schema, read once: which requests are its own, and how they are told apart. Source: flowcontrol.apiserver.k8s.io/v1, FlowSchema.
struct FlowSchema: Sendable {
    enum Distinguisher: Sendable { case none, user, namespace }
    private struct Subject: Sendable {
        let kind: String
        let name: String
        let namespace: String
    }
    private struct ResourceRule: Sendable {
        let rule: AccessRule
        let clusterScope: Bool
        let namespaces: [String]
    }
    private struct Rule: Sendable {
        let subjects: [Subject]
        let resources: [ResourceRule]
        let paths: [AccessRule]
    }
    let name: String
    let uid: String
    let level: String
    let precedence: Int
    let distinguisher: Distinguisher
    private let rules: [Rule]

    init(_ document: Value) {
        let spec = document["spec"]
        name = document["metadata"]["name"].string ?? ""
        uid = document["metadata"]["uid"].string ?? ""
        level = spec["priorityLevelConfiguration"]["name"].string ?? ""
        precedence = spec["matchingPrecedence"].int ?? 1000
        distinguisher =
            switch spec["distinguisherMethod"]["type"].string {
            case "ByUser": .user
            case "ByNamespace": .namespace
            default: .none
            }
        rules = spec["rules"].items.map { rule in
            Rule(
                subjects: rule["subjects"].items.map(Self.subject), resources: rule["resourceRules"].items.map(Self.resource),
                paths: rule["nonResourceRules"].items.map(AccessRule.init))
        }
    }

    private static func subject(_ subject: Value) -> Subject {
        let kind = subject["kind"].string ?? ""
        let part = subject[kind == "ServiceAccount" ? "serviceAccount" : kind.lowercased()]
        return Subject(kind: kind, name: part["name"].string ?? "", namespace: part["namespace"].string ?? "")
    }
    private static func resource(_ rule: Value) -> ResourceRule {
        ResourceRule(
            rule: AccessRule(rule), clusterScope: rule["clusterScope"].bool ?? false,
            namespaces: rule["namespaces"].items.compactMap(\.string))
    }

    /// Whether a request is the schema's: of one of its subjects, and for one of its resources or paths.
    func matches(_ attributes: RequestAttributes) -> Bool {
        rules.contains { rule in
            guard rule.subjects.contains(where: { Self.matches($0, attributes.user) }) else { return false }
            guard attributes.isResource else { return rule.paths.contains { $0.allows(attributes) } }
            return rule.resources.contains { resource in
                let inScope =
                    attributes.namespace.isEmpty
                    ? resource.clusterScope : resource.namespaces.contains { $0 == "*" || $0 == attributes.namespace }
                return inScope && resource.rule.allows(attributes)
            }
        }
    }

    private static func matches(_ subject: Subject, _ user: UserInfo) -> Bool {
        switch subject.kind {
        case "User": return subject.name == "*" || subject.name == user.name
        case "Group": return subject.name == "*" || user.groups.contains(subject.name)
        case "ServiceAccount":
            let prefix = "system:serviceaccount:\(subject.namespace):"
            return subject.name == "*" ? user.name.hasPrefix(prefix) : user.name == prefix + subject.name
        default: return false
        }
    }
}

/// Where requests of one kind by one user wait, and what their answers say of it.
final class Flow: Sendable {
    let level: PriorityLevel
    /// Tells flows of one level apart.
    let hash: Int
    /// The fields that every answer carries. Source: upstream's APF response headers.
    let fields: [(name: String, value: String)]
    /// The fields of a plain JSON answer.
    let plainHeaders: PreparedFields

    init(_ schema: FlowSchema, _ level: PriorityLevel, _ attributes: RequestAttributes) {
        var hasher = Hasher()
        hasher.combine(schema.name)
        switch schema.distinguisher {
        case .none: break
        case .user: hasher.combine(attributes.user.name)
        case .namespace: hasher.combine(attributes.namespace)
        }
        hash = hasher.finalize()
        self.level = level
        fields = [("x-kubernetes-pf-flowschema-uid", schema.uid), ("x-kubernetes-pf-prioritylevel-uid", level.uid)]
        var headers = RequestContext.plainHeaders
        for (name, value) in fields { headers.add(name, value) }
        plainHeaders = PreparedFields(headers)
    }
}
