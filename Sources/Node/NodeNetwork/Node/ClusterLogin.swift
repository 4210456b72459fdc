import KubeClient

/// How the programs of this target reach the API.
enum ClusterLogin {
    /// By the pod's service account; `CLUSTER_ENDPOINT` goes before the `kubernetes` service, which may not be served yet.
    /// - Throws: `KubeClientError`, `HTTPError`.
    static func client(environment: [String: String], userAgent: String) throws -> KubeClient {
        var environment = environment
        if let endpoint = environment["CLUSTER_ENDPOINT"], let place = endpoint.firstIndex(of: "/"), endpoint.hasPrefix("https://") {
            let authority = endpoint[place...].drop { $0 == "/" }.prefix { $0 != "/" }
            let colon = authority.lastIndex(of: ":") ?? authority.endIndex
            environment["KUBERNETES_SERVICE_HOST"] = String(authority[..<colon])
            environment["KUBERNETES_SERVICE_PORT"] = colon == authority.endIndex ? "443" : String(authority[colon...].dropFirst())
        }
        return try PodLogin(environment: environment).client(userAgent: userAgent)
    }
}
