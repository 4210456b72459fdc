import Glibc
import Network

extension Cluster {
    /// A cluster over the network, on several connections.
    convenience init(_ access: Access, token: String? = nil, connections: Int) throws {
        var headers: HTTPFields = ["user-agent": "eyrie-bench"]
        if let token = token ?? access.token { headers["authorization"] = "Bearer \(token)" }
        self.init(try (0..<connections).map { _ in try makeTransport(access) }, headers: headers)
    }
}

extension ClusterBench {
    /// The cluster of the kubeconfig, and the server's process where one is named.
    init(remote options: Options) throws {
        guard let path = options.text("kubeconfig") ?? getenv("KUBECONFIG").map({ String(cString: $0) }) else {
            throw BenchError("--kubeconfig or KUBECONFIG is needed")
        }
        let cluster = try Cluster(
            try Access(kubeconfig: path), token: options.text("token"), connections: try options.number("connections", 8))
        let server = options.text("pid") == nil ? nil : ServerProcess(id: try options.number("pid", 1))
        try self.init(options, cluster, server)
    }
}
