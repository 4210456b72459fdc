import Cryptography
package import Documents

/// The environment of a container. Source: kubelet_pods.go, makeEnvironmentVariables.
package struct ContainerEnvironment: Sendable {
    /// Variables with their values.
    package private(set) var variables: [String: String] = [:]
    /// Names in the order in which the container lists them; the others follow sorted.
    private var order: [String] = []

    /// - Throws: `PodHostError.config` with upstream's words, as in `couldn't find key a in ConfigMap default/b`.
    package init(
        of container: Value, in pod: Value, sources: PodSources, addresses: [String], settings: PodHostSettings
    ) throws(PodHostError) {
        let text = PodText(pod)
        let services = ServiceVariables.of(
            sources.services, namespace: text.namespace, links: text.spec["enableServiceLinks"].bool ?? true)
        for source in container["envFrom"].items { try add(source, sources) }
        let downward = DownwardValues(text: text, settings: settings, addresses: addresses)
        for variable in container["env"].items {
            guard let name = variable["name"].string else { continue }
            let known = variables
            if let value = variable["value"].string, !value.isEmpty {
                set(name, VariableExpansion.expand(value) { known[$0] ?? services[$0] })
            } else if let value = try value(variable["valueFrom"], container, sources, downward, text.namespace) {
                set(name, value)
            }
        }
        for name in services.keys.sorted() where variables[name] == nil { variables[name] = services[name] }
    }

    /// The variables as the runtime takes them.
    package var list: [EnvironmentVariable] {
        let listed = Set(order)
        let rest = variables.keys.filter { !listed.contains($0) }.sorted()
        return (order + rest).map { EnvironmentVariable($0, variables[$0] ?? "") }
    }
    /// The text with `$(NAME)` replaced by these variables.
    package func expand(_ text: String) -> String { VariableExpansion.expand(text) { variables[$0] } }

    private mutating func set(_ name: String, _ value: String) {
        if variables.updateValue(value, forKey: name) == nil { order.append(name) }
    }

    private mutating func add(_ source: Value, _ sources: PodSources) throws(PodHostError) {
        let prefix = source["prefix"].string ?? ""
        if let name = source["configMapRef"]["name"].string {
            guard let map = try sources.configMap(name, optional: source["configMapRef"]["optional"].bool ?? false) else { return }
            for (key, value) in map["data"].strings.sorted(by: { $0.key < $1.key }) { set(prefix + key, value) }
        } else if let name = source["secretRef"]["name"].string {
            guard let secret = try sources.secret(name, optional: source["secretRef"]["optional"].bool ?? false) else { return }
            for (key, value) in secret["data"].strings.sorted(by: { $0.key < $1.key }) {
                set(prefix + key, String(decoding: SecretData.decode(value), as: UTF8.self))
            }
        }
    }

    /// The value that a variable takes from elsewhere; nil when it is left out.
    private func value(
        _ source: Value, _ container: Value, _ sources: PodSources, _ downward: DownwardValues, _ namespace: String
    ) throws(PodHostError) -> String? {
        if let name = source["configMapKeyRef"]["name"].string {
            let reference = source["configMapKeyRef"]
            let (key, optional) = (reference["key"].string ?? "", reference["optional"].bool ?? false)
            guard let map = try sources.configMap(name, optional: optional) else { return nil }
            if let value = map["data"][key].string { return value }
            if optional { return nil }
            throw .config("couldn't find key \(key) in ConfigMap \(namespace)/\(name)")
        }
        if let name = source["secretKeyRef"]["name"].string {
            let reference = source["secretKeyRef"]
            let (key, optional) = (reference["key"].string ?? "", reference["optional"].bool ?? false)
            guard let secret = try sources.secret(name, optional: optional) else { return nil }
            if let value = secret["data"][key].string { return String(decoding: SecretData.decode(value), as: UTF8.self) }
            if optional { return nil }
            throw .config("couldn't find key \(key) in Secret \(namespace)/\(name)")
        }
        return try downward.value(source, of: container) ?? ""
    }
}

/// The bytes of secrets and of binary config maps, which the API carries in Base 64.
enum SecretData {
    /// What cannot be decoded is empty: the API server accepts no such thing.
    static func decode(_ text: String) -> [UInt8] { Base64.decode(text) ?? [] }
}
