import Cryptography
import Documents
import Network

/// Where a cluster is and how to get in: the current context of a kubeconfig.
struct Access: Sendable {
    /// `https://host:port`
    let server: String
    let trust: Trust
    let certificate: ClientCertificate?
    let token: String?

    /// Reads a kubeconfig with a client certificate or a token.
    init(kubeconfig path: String) throws {
        guard let document = try YAML.parse(try readText(path)).first else { throw BenchError("\(path) is empty") }
        func named(_ list: String, _ name: Value, _ member: String) -> Value {
            document[list].items.first { $0["name"] == name }?[member] ?? .null
        }
        let context = named("contexts", document["current-context"], "context")
        let cluster = named("clusters", context["cluster"], "cluster")
        let user = named("users", context["user"], "user")
        guard let server = cluster["server"].string else { throw BenchError("\(path) names no server") }
        self.server = server
        let authority = try Access.material(cluster, "certificate-authority")
        trust = cluster["insecure-skip-tls-verify"] == true ? .insecure : authority.map(Trust.caPEM) ?? .system
        if let chain = try Access.material(user, "client-certificate"), let key = try Access.material(user, "client-key") {
            certificate = ClientCertificate(chainPEM: chain, keyPEM: key)
        } else {
            certificate = nil
        }
        token = try user["token"].string ?? user["tokenFile"].string.map { try readText($0) }
    }

    /// PEM text that stands in the kubeconfig in base64, or in a file it names.
    private static func material(_ value: Value, _ name: String) throws -> String? {
        if let data = value[name + "-data"].string {
            guard let bytes = Base64.decode(data) else { throw BenchError("\(name)-data is not base64") }
            return String(decoding: bytes, as: UTF8.self)
        }
        return try value[name].string.map { try readText($0) }
    }
}
