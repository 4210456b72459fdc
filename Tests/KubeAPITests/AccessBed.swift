import Control
import Cryptography
import Documents
import KubeAPI
import Reconcile
import Storage

/// A realm in memory, with documents written straight into it.
struct AccessBed {
    let realm: Realm
    let clock = ManualClock()
    init() async throws { realm = try await Store.memory(clock: clock).realm("cluster/test") }

    /// Stores a document under its key, with a uid.
    func put(_ key: String, _ document: Value) async throws {
        var document = document
        if document["metadata"]["uid"].isNull { document["metadata"]["uid"] = .string("uid-of-\(key)") }
        _ = try await realm.commit(Write(key, .put(Encoded(document: document)), if: .none))
    }
    func remove(_ key: String) async throws { _ = try await realm.commit(Write(key, .delete, if: .exists)) }

    /// Stores the default roles.
    func bootstrap() async throws {
        for (kind, document) in BootstrapPolicy.documents { try await put(kind.key(of: document), document) }
    }
    /// Stores a cluster role and a binding to a subject.
    func grant(_ name: String, _ rules: [AccessRule], to subject: Value, namespace: String = "") async throws {
        let prefix = "rbac.authorization.k8s.io"
        try await put("\(prefix)/clusterroles/\(name)", ["metadata": ["name": .string(name)], "rules": .array(rules.map(\.value))])
        var metadata: Value = ["name": .string(name)]
        if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
        let key = namespace.isEmpty ? "\(prefix)/clusterrolebindings/\(name)" : "\(prefix)/rolebindings/\(namespace)/\(name)"
        let role: Value = ["apiGroup": .string(prefix), "kind": "ClusterRole", "name": .string(name)]
        try await put(key, ["metadata": metadata, "roleRef": role, "subjects": [subject]])
    }
}

/// A request for a resource.
func resource(
    _ user: UserInfo, _ verb: String, _ resource: String, group: String = "", subresource: String = "", namespace: String = "",
    name: String = ""
) -> RequestAttributes {
    var attributes = RequestAttributes(user: user, verb: verb)
    (attributes.group, attributes.resource, attributes.subresource) = (group, resource, subresource)
    (attributes.namespace, attributes.name) = (namespace, name)
    return attributes
}
/// A request for a path.
func path(_ user: UserInfo, _ verb: String, _ path: String) -> RequestAttributes {
    var attributes = RequestAttributes(user: user, verb: verb)
    attributes.path = path
    return attributes
}

extension Authorizer {
    func allows(_ attributes: RequestAttributes) -> Bool {
        if case .allow = authorize(attributes) { true } else { false }
    }
}
