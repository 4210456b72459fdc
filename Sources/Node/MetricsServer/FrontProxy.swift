import Control
import Documents
import KubeClient
import KubeModel
import Network

/// How the API server's aggregator tells who asks, as the cluster publishes it.
/// Source: Kubernetes, "Configure the Aggregation Layer"; config map kube-system/extension-apiserver-authentication.
struct FrontProxy: Sendable, Hashable {
    var clientAuthority = "", proxyAuthority = ""
    /// Common names of certificates that may speak for others.
    var allowedNames: [String] = []
    var userHeaders = ["x-remote-user"], groupHeaders = ["x-remote-group"], extraPrefixes = ["x-remote-extra-"]

    init() {}

    init(_ config: Value) {
        let data = config["data"].strings
        func names(_ key: String) -> [String]? {
            data["requestheader-\(key)"].flatMap { try? JSON.parse($0) }?.items.compactMap(\.string)
        }
        (clientAuthority, proxyAuthority) = (data["client-ca-file"] ?? "", data["requestheader-client-ca-file"] ?? "")
        allowedNames = names("allowed-names") ?? []
        userHeaders = names("username-headers")?.map { $0.lowercased() } ?? userHeaders
        groupHeaders = names("group-headers")?.map { $0.lowercased() } ?? groupHeaders
        extraPrefixes = names("extra-headers-prefix")?.map { $0.lowercased() } ?? extraPrefixes
    }

    /// Reads the config map.
    static func read(_ client: KubeClient) async throws(KubeClientError) -> FrontProxy {
        FrontProxy(try await client.get(ConfigMapFields.kind, namespace: "kube-system", "extension-apiserver-authentication"))
    }

    /// Authorities whose client certificates are believed, PEM; nil for none.
    var authorities: String? {
        let both = clientAuthority == proxyAuthority ? clientAuthority : clientAuthority + "\n" + proxyAuthority
        return both.contains("BEGIN CERTIFICATE") ? both : nil
    }

    /// Whom the aggregator speaks for; nil when the request does not come from it.
    func caller(of request: HTTPRequest) -> Caller? {
        guard let certificate = request.peer.certificate, allowedNames.contains(certificate.commonName) else { return nil }
        guard let user = userHeaders.lazy.compactMap({ request.headers[$0] }).first, !user.isEmpty else { return nil }
        var caller = Caller(name: user, groups: groupHeaders.flatMap { request.headers.all($0) })
        for prefix in extraPrefixes {
            for (name, value) in request.headers where name.hasPrefix(prefix) {
                guard let key = Percent.decode(name.dropFirst(prefix.count)) else { continue }
                caller.extra[key, default: []].append(value)
            }
        }
        return caller
    }
}
