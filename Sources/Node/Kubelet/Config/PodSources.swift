package import Documents
import KubeModel

/// What the API gave for a config map or secret.
package enum Fetched: Sendable, Hashable {
    case found(Value)
    case missing
    /// It could not be had; why.
    case failed(String)
}

/// Config maps and secrets of a pod's namespace, and the services that its containers are told of.
package struct PodSources: Sendable, Hashable {
    package var configMaps: [String: Fetched] = [:]
    package var secrets: [String: Fetched] = [:]
    /// Services of all namespaces, or at least the pod's and `default/kubernetes`.
    package var services: [Value] = []
    package init() {}

    /// The config map; nil when it is missing and may be. - Throws: upstream's words.
    func configMap(_ name: String, optional: Bool) throws(PodHostError) -> Value? {
        try Self.require(configMaps[name] ?? .missing, "configmap", name, optional)
    }
    /// The secret; nil when it is missing and may be. - Throws: upstream's words.
    func secret(_ name: String, optional: Bool) throws(PodHostError) -> Value? {
        try Self.require(secrets[name] ?? .missing, "secret", name, optional)
    }
    private static func require(_ fetched: Fetched, _ kind: String, _ name: String, _ optional: Bool) throws(PodHostError) -> Value? {
        switch fetched {
        case .found(let value): return value
        case .missing:
            if optional { return nil }
            throw .config("\(kind) \(name.quoted) not found")
        case .failed(let message): throw .config(message)
        }
    }
}

/// The config maps and secrets that a pod names.
package struct PodReferencedObjects: Sendable, Hashable {
    package var configMaps: Set<String> = []
    package var secrets: Set<String> = []

    /// What the environment of one container needs.
    package init(environmentOf container: Value) {
        for source in container["envFrom"].items {
            if let name = source["configMapRef"]["name"].string { configMaps.insert(name) }
            if let name = source["secretRef"]["name"].string { secrets.insert(name) }
        }
        for variable in container["env"].items {
            if let name = variable["valueFrom"]["configMapKeyRef"]["name"].string { configMaps.insert(name) }
            if let name = variable["valueFrom"]["secretKeyRef"]["name"].string { secrets.insert(name) }
        }
    }
    /// What one volume needs.
    package init(volume: Value) {
        if let name = volume["configMap"]["name"].string { configMaps.insert(name) }
        if let name = volume["secret"]["secretName"].string { secrets.insert(name) }
        for source in volume["projected"]["sources"].items {
            if let name = source["configMap"]["name"].string { configMaps.insert(name) }
            if let name = source["secret"]["name"].string { secrets.insert(name) }
        }
    }
    /// What the whole pod needs: its volumes, its containers and its pull secrets.
    package init(pod: Value) {
        let text = PodText(pod)
        let parts = text.volumes.map(Self.init(volume:)) + text.allContainers.map(Self.init(environmentOf:))
        for part in parts {
            configMaps.formUnion(part.configMaps)
            secrets.formUnion(part.secrets)
        }
        secrets.formUnion(text.spec["imagePullSecrets"].items.compactMap { $0["name"].string })
    }
}
