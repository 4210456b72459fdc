import Documents
import Glibc
package import Network

/// How a program that runs in a pod reaches its cluster's API.
/// Source: Kubernetes, "Accessing the Kubernetes API from a Pod"; client-go's rest.InClusterConfig and kubeconfig files.
package struct PodLogin: Sendable {
    /// Where a pod finds its service account's token, its cluster's authority and its namespace.
    package static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// `https://10.100.0.1:443`
    package let endpoint: String
    package let authorityPEM: String
    /// Read anew for each request, since the kubelet replaces it before it ends.
    private let tokenFile: String

    /// By the environment and files that the kubelet gives to each container.
    /// - Throws: `KubeClientError.malformed` outside a pod.
    package init(environment: [String: String], folder: String = PodLogin.folder) throws(KubeClientError) {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"] else {
            throw .malformed("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined")
        }
        let authority = try Self.read("\(folder)/ca.crt")
        (endpoint, authorityPEM, tokenFile) = ("https://\(host.contains(":") ? "[\(host)]" : host):\(port)", authority, "\(folder)/token")
    }
    /// By a kubeconfig that names an authority file and a token file, as kube-proxy's does.
    /// - Throws: `KubeClientError.malformed` with what is missing.
    package init(kubeconfig path: String) throws(KubeClientError) {
        guard let config = try? YAML.parse(Self.read(path)).first else { throw .malformed("\(path) is no kubeconfig") }
        func entry(_ list: String, _ kind: String, named name: Value) -> Value {
            config[list].items.first { $0["name"] == name }?[kind] ?? config[list][0][kind]
        }
        let context = entry("contexts", "context", named: config["current-context"])
        let cluster = entry("clusters", "cluster", named: context["cluster"])
        let user = entry("users", "user", named: context["user"])
        guard let server = cluster["server"].string, let authority = cluster["certificate-authority"].string,
            let token = user["tokenFile"].string
        else { throw .malformed("\(path) must name a server, a certificate-authority file and a tokenFile") }
        (endpoint, authorityPEM, tokenFile) = (server, try Self.read(authority), token)
    }

    /// The namespace of the pod's service account; `default` where none is said.
    package static func namespace(folder: String = PodLogin.folder) -> String { (try? read("\(folder)/namespace")) ?? "default" }
    /// The token as it is now.
    /// - Throws: `KubeClientError.malformed` when there is none.
    package func token() throws(KubeClientError) -> String {
        String(try Self.read(tokenFile).drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
    /// A client with the pod's identity.
    /// - Throws: `HTTPError` for an authority that is no certificate.
    package func client(userAgent: String, loops: EventLoopGroup = .shared) throws(HTTPError) -> KubeClient {
        let transport = try HTTPClient(endpoint: endpoint, trust: .caPEM(authorityPEM), loops: loops)
        return KubeClient(transport: transport, userAgent: userAgent) { try token() }
    }

    private static func read(_ path: String) throws(KubeClientError) -> String {
        guard let file = fopen(path, "r") else { throw .malformed("\(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 8192)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
