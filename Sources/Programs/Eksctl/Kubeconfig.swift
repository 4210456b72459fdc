import Cryptography
import Documents

/// The user's kubeconfig, into which clusters are merged. Source: Kubernetes reference, kubeconfig (v1).
package struct Kubeconfig: Sendable {
    let session: Session
    package init(session: Session) { self.session = session }

    /// The name of a cluster's context in eksctl's form: `user@cluster.region.eksctl.io`.
    func contextName(user: String, cluster: String, region: String) -> String { "\(user)@\(cluster).\(region).eksctl.io" }

    /// Merges the cluster (the `Cluster` shape) into the file and makes it the current context.
    func save(cluster: Value, region: String, setCurrent: Bool = true, path: String? = nil) throws {
        let path = path ?? session.kubeconfigPath
        var config = try read(path)
        let name = cluster["name"].string ?? ""
        let clusterName = "\(name).\(region).eksctl.io"
        let context = contextName(user: "eyrie", cluster: name, region: region)
        put(
            &config, "clusters", clusterName, "cluster",
            ["server": cluster["endpoint"], "certificate-authority-data": cluster["certificateAuthority"]["data"]])
        put(&config, "contexts", context, "context", ["cluster": .string(clusterName), "user": .string(context)])
        let environment = session.tokenEnvironment.sorted { $0.key < $1.key }.map {
            ["name": .string($0.key), "value": .string($0.value)] as Value
        }
        put(
            &config, "users", context, "user",
            [
                "exec": [
                    "apiVersion": "client.authentication.k8s.io/v1", "command": .string(session.tokenCommand),
                    "args": ["get-token", "--cluster-name", .string(name), "--region", .string(region)], "env": .array(environment),
                    "interactiveMode": "IfAvailable", "provideClusterInfo": false,
                ]
            ])
        if setCurrent { config["current-context"] = .string(context) }
        try TextFile.write(YAML.text(config), to: path, mode: 0o600)
        session.success("saved kubeconfig as \"\(path)\"")
    }
    /// Name and region of every cluster that was merged into the file.
    package func clusters() -> [(name: String, region: String)] {
        guard let config = try? read(session.kubeconfigPath) else { return [] }
        return config["clusters"].items.compactMap { item in
            let parts = (item["name"].string ?? "").split(separator: ".").map(String.init)
            guard parts.count == 4, parts[2] == "eksctl", parts[3] == "io" else { return nil }
            return (parts[0], parts[1])
        }
    }
    /// Takes the cluster's entries out of the file again.
    func remove(cluster: String, region: String) throws {
        guard TextFile.read(session.kubeconfigPath) != nil else { return }
        var config = try read(session.kubeconfigPath)
        let suffix = "\(cluster).\(region).eksctl.io"
        for list in ["clusters", "contexts", "users"] {
            config[list] = .array(
                config[list].items.filter { item in
                    let name = item["name"].string ?? ""
                    return name != suffix && !name.hasSuffix("@\(suffix)")
                })
        }
        if config["current-context"].string?.hasSuffix("@\(suffix)") == true { config["current-context"] = "" }
        try TextFile.write(YAML.text(config), to: session.kubeconfigPath, mode: 0o600)
    }

    private func read(_ path: String) throws -> Value {
        let empty: Value = [
            "apiVersion": "v1", "kind": "Config", "preferences": [:], "clusters": [], "contexts": [], "users": [], "current-context": "",
        ]
        guard let text = TextFile.read(path), !text.isEmpty else { return empty }
        do {
            guard let config = try YAML.parse(text).first, config.object != nil else { return empty }
            return config
        } catch { throw UsageError("unable to read existing kubeconfig file \"\(path)\": \(error)") }
    }
    private func put(_ config: inout Value, _ list: String, _ name: String, _ member: String, _ content: Value) {
        var item: Value = ["name": .string(name)]
        item[member] = content
        var items = config[list].items
        if let index = items.firstIndex(where: { $0["name"].string == name }) { items[index] = item } else { items.append(item) }
        config[list] = .array(items)
    }
}
