import Documents
import KubeModel
package import Storage

/// Lets a node read what its pods need and write what is its own. Source: Kubernetes documentation, "Using Node Authorization".
package struct NodeAuthorizer: Authorizer, RuleResolver {
    private let realm: Realm
    package init(realm: Realm) { self.realm = realm }

    /// The name of the node that a user is; nil for anybody else.
    static func node(of user: UserInfo) -> String? {
        let prefix = "system:node:"
        guard user.groups.contains(WellKnownGroup.nodes), user.name.hasPrefix(prefix), user.name.count > prefix.count else { return nil }
        return String(user.name.dropFirst(prefix.count))
    }

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        guard let node = Self.node(of: attributes.user) else { return .noOpinion(reason: "") }
        guard attributes.isResource else { return .noOpinion(reason: "") }
        switch (attributes.group, attributes.resource) {
        case ("", "secrets"), ("", "configmaps"):
            guard ["get", "list", "watch"].contains(attributes.verb), attributes.subresource.isEmpty else { return read }
            return whenNeeded(attributes, by: node)
        case ("", "persistentvolumeclaims"), ("", "persistentvolumes"):
            let status = attributes.resource == "persistentvolumeclaims" && attributes.subresource == "status"
            let verbs = status ? ["get", "update", "patch"] : ["get"]
            guard verbs.contains(attributes.verb), status || attributes.subresource.isEmpty else { return read }
            return whenNeeded(attributes, by: node)
        case ("storage.k8s.io", "volumeattachments"):
            guard attributes.verb == "get" else { return read }
            let found = realm.snapshot().get("storage.k8s.io/volumeattachments/\(attributes.name)")
            return found?.value["spec"]["nodeName"].string == node ? allowed : noRelation(node)
        case ("", "serviceaccounts"):
            guard attributes.subresource == "token", attributes.verb == "create" else { return read }
            return whenNeeded(attributes, by: node)
        case ("coordination.k8s.io", "leases"):
            return own(attributes, node, ["get", "create", "update", "patch", "delete"], namespace: "kube-node-lease")
        case ("storage.k8s.io", "csinodes"):
            return own(attributes, node, ["get", "create", "update", "patch", "delete"], namespace: "")
        case ("resource.k8s.io", _):
            return .noOpinion(reason: "node \(node.quoted) cannot access \(attributes.resource)")
        default:
            return Self.rules.contains { $0.allows(attributes) } ? allowed : .noOpinion(reason: "")
        }
    }

    /// What a node may do cannot be listed, since it depends on its pods.
    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        Self.node(of: user) == nil ? ResolvedRules() : ResolvedRules(errors: ["node authorizer does not support user rule resolution"])
    }

    private var allowed: Decision { .allow(reason: "") }
    private var read: Decision { .noOpinion(reason: "can only read resources of this type") }
    private func noRelation(_ node: String) -> Decision {
        .noOpinion(reason: "no relationship found between node \(node.quoted) and this object")
    }
    private static let rules: [AccessRule] =
        BootstrapPolicy.documents.first { $0.document["metadata"]["name"] == "system:node" }
        .map { $0.document["rules"].items.map(AccessRule.init) } ?? []

    private func own(_ attributes: RequestAttributes, _ node: String, _ verbs: [String], namespace: String) -> Decision {
        guard verbs.contains(attributes.verb), attributes.subresource.isEmpty else {
            return .noOpinion(reason: "can only get, create, update, patch, or delete a node \(attributes.resource)")
        }
        guard attributes.namespace == namespace else {
            return .noOpinion(reason: "can only access leases in the \(namespace.quoted) namespace")
        }
        let creation = attributes.verb == "create" && attributes.name.isEmpty
        guard creation || attributes.name == node else {
            return .noOpinion(reason: "can only access node \(attributes.resource) with the same name as the requesting node")
        }
        return allowed
    }

    private func whenNeeded(_ attributes: RequestAttributes, by node: String) -> Decision {
        guard !attributes.name.isEmpty else { return .noOpinion(reason: "No Object name found") }
        let snapshot = realm.snapshot()
        var (namespace, name) = (attributes.namespace, attributes.name)
        if attributes.resource == "persistentvolumes" {
            let claim = snapshot.get("core/persistentvolumes/\(name)")?.value["spec"]["claimRef"] ?? .null
            guard let claimNamespace = claim["namespace"].string, let claimName = claim["name"].string else { return noRelation(node) }
            (namespace, name) = (claimNamespace, claimName)
        }
        let pods = snapshot.range(prefix: "\(PodFields.kind.prefix)\(namespace)/").lazy.map(\.value).filter { pod in
            // A mirror pod is the node's own word and gives it nothing.
            pod["spec"]["nodeName"].string == node && pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].isNull
        }
        let needed = pods.contains { PodReferences(pod: $0).contains(attributes.resource, name) }
        return needed ? allowed : noRelation(node)
    }
}

/// The objects that a pod names and its node must therefore read.
struct PodReferences {
    let pod: Value

    /// Whether the pod needs the object of that resource and name in its namespace.
    func contains(_ resource: String, _ name: String) -> Bool {
        switch resource {
        case "secrets": secrets.contains(name)
        case "configmaps": configMaps.contains(name)
        case "serviceaccounts": pod["spec"]["serviceAccountName"].string == name
        default: claims.contains(name)
        }
    }

    private var volumes: [Value] { pod["spec"]["volumes"].items }
    private var containers: [Value] {
        pod["spec"]["initContainers"].items + pod["spec"]["containers"].items + pod["spec"]["ephemeralContainers"].items
    }
    private var projections: [Value] { volumes.flatMap { $0["projected"]["sources"].items } }

    var secrets: [String] {
        var names = pod["spec"]["imagePullSecrets"].items.map { $0["name"] }
        names += volumes.map { $0["secret"]["secretName"] } + projections.map { $0["secret"]["name"] }
        for volume in volumes {
            // The other kinds of volume name theirs alike: csi.nodePublishSecretRef, rbd.secretRef, …
            for member in volume.object ?? [:] {
                names += [member.value["secretRef"]["name"], member.value["nodePublishSecretRef"]["name"]]
            }
            names.append(volume["azureFile"]["secretName"])
        }
        names += containers.flatMap { $0["envFrom"].items.map { $0["secretRef"]["name"] } }
        names += containers.flatMap { $0["env"].items.map { $0["valueFrom"]["secretKeyRef"]["name"] } }
        return names.compactMap(\.string)
    }

    var configMaps: [String] {
        var names = volumes.map { $0["configMap"]["name"] } + projections.map { $0["configMap"]["name"] }
        names += containers.flatMap { $0["envFrom"].items.map { $0["configMapRef"]["name"] } }
        names += containers.flatMap { $0["env"].items.map { $0["valueFrom"]["configMapKeyRef"]["name"] } }
        return names.compactMap(\.string)
    }

    private var claims: [String] {
        let podName = pod["metadata"]["name"].string ?? ""
        return volumes.compactMap { volume in
            if !volume["ephemeral"].isNull { return volume["name"].string.map { "\(podName)-\($0)" } }
            return volume["persistentVolumeClaim"]["claimName"].string
        }
    }
}
