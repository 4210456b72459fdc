import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Where a node's kubelet answers. Source: upstream's NodeConnectionInfoGetter.
    /// - Throws: `KubeStatus` NotFound for a node that is not there.
    func kubelet(of name: String) throws(KubeStatus) -> DialTarget {
        guard let nodes = kinds.find(apiVersion: "v1", plural: "nodes") else { throw .noSuchResource }
        guard let node = realm.snapshot().get(Target(nodes, name: name).key)?.value else { throw .notFound(nodes, name) }
        return try Self.kubelet(of: node)
    }

    /// The same of a node's document.
    static func kubelet(of node: Value) throws(KubeStatus) -> DialTarget {
        let addresses = node["status"]["addresses"].items
        let preferred = ["InternalIP", "ExternalIP"].lazy.compactMap { type in
            addresses.first { $0["type"].string == type }?["address"].string
        }.first
        guard let host = preferred, !host.isEmpty else {
            let known = addresses.map { "{\($0["type"].string ?? "") \($0["address"].string ?? "")}" }.joined(separator: " ")
            throw KubeStatus(500, .unknown, "no preferred addresses found; known addresses: [\(known)]")
        }
        let told = node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].int ?? 0
        return DialTarget(secure: true, host: host, port: told > 0 ? told : 10_250, identity: .kubelet)
    }

    /// The pod that a request is about.
    func pod(_ target: Target) throws(KubeStatus) -> Value {
        guard let entry = realm.snapshot().get(target.key) else { throw .notFound(target.info, target.name) }
        return entry.value
    }
}

/// The containers of a pod, as far as requests for one of them need to know.
enum PodContainers {
    /// The container that is meant: the one named, or the only one. Source: upstream's validateContainer.
    /// - Throws: `KubeStatus` BadRequest.
    static func choose(_ wanted: String?, of pod: Value) throws(KubeStatus) -> String {
        let name = pod["metadata"]["name"].string ?? ""
        func names(_ list: String) -> [String] { pod["spec"][list].items.compactMap { $0["name"].string } }
        let (containers, initial) = (names("containers"), names("initContainers"))
        if let wanted, !wanted.isEmpty {
            guard (containers + initial + names("ephemeralContainers")).contains(wanted) else {
                throw .badRequest("container \(wanted) is not valid for pod \(name)")
            }
            return wanted
        }
        if containers.count == 1 { return containers[0] }
        var text = "a container name must be specified for pod \(name)"
        if !containers.isEmpty { text += ", choose one of: [\(containers.joined(separator: " "))]" }
        if !initial.isEmpty { text += " or one of the init containers: [\(initial.joined(separator: " "))]" }
        throw .badRequest(text)
    }
}
