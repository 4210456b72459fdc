package import Cryptography
package import Network
import Synchronization

/// What the API server dials in the cluster's network: a kubelet, a pod, an aggregated API.
package struct DialTarget: Sendable, Hashable {
    /// How the API server identifies itself there.
    package enum Identity: Sendable, Hashable { case none, kubelet, frontProxy }
    /// Whether it speaks TLS.
    package var secure: Bool
    /// A numeric address.
    package var host: String
    /// Its port there.
    package var port: Int
    /// Whose certificate is believed there.
    package var trust: Trust
    /// Which certificate is shown there.
    package var identity: Identity
    /// The name that its certificate must bear; nil takes the address.
    package var serverName: String?
    package init(
        secure: Bool, host: String, port: Int, trust: Trust = .insecure, identity: Identity = .none, serverName: String? = nil
    ) {
        (self.secure, self.host, self.port, self.trust, self.identity, self.serverName) = (secure, host, port, trust, identity, serverName)
    }

    /// `10.0.0.1:10250`
    var authority: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
    /// `https://10.0.0.1:10250`
    var url: String { "\(secure ? "https" : "http")://\(authority)" }
}

/// The API server's ways into its cluster's network.
package protocol NodeDialer: Sendable {
    /// A client for requests to `target`, kept for those that follow. - Throws: `HTTPError` for a target that cannot be one.
    func client(for target: DialTarget) throws(HTTPError) -> HTTPClient
}

/// Dials from a network namespace, from one of the API server's addresses there.
package final class NamespaceDialer: NodeDialer {
    private static let kept = 512
    private let namespace: NetworkNamespace?
    private let source: String?
    private let kubelet: ClientCertificate
    private let frontProxy: ClientCertificate
    private let loops: EventLoopGroup
    private let clients = Mutex<[DialTarget: HTTPClient]>([:])

    /// - Parameters:
    ///   - namespace: the VPC's; nil is the process's own.
    ///   - source: the local address to speak from.
    ///   - kubelet: shown to kubelets.
    ///   - frontProxy: shown to aggregated APIs.
    package init(
        namespace: NetworkNamespace?, source: String?, kubelet: ClientCertificate, frontProxy: ClientCertificate,
        loops: EventLoopGroup = .shared
    ) {
        (self.namespace, self.source, self.kubelet, self.frontProxy, self.loops) = (namespace, source, kubelet, frontProxy, loops)
    }

    /// A dialer with new certificates of the cluster's authority, which last ten years. `now` in seconds since 1970.
    /// - Throws: `CryptographyError` when they cannot be made.
    package convenience init(
        namespace: NetworkNamespace?, source: String?, authority: CertificateAuthority, now: Int64, loops: EventLoopGroup = .shared
    ) throws(CryptographyError) {
        self.init(
            namespace: namespace, source: source,
            kubelet: try Self.certificate("kube-apiserver-kubelet-client", ["system:masters"], authority, now),
            frontProxy: try Self.certificate(RequestHeader.frontProxy, [], authority, now), loops: loops)
    }

    private static func certificate(_ name: String, _ groups: [String], _ authority: CertificateAuthority, _ now: Int64)
        throws(CryptographyError) -> ClientCertificate
    {
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueClient(
            commonName: name, organizations: groups, key: key.publicKey, now: now, lifetime: 10 * 365 * 86_400)
        return ClientCertificate(chainPEM: certificate.pem, keyPEM: key.pem)
    }

    package func client(for target: DialTarget) throws(HTTPError) -> HTTPClient {
        if let known = clients.withLock({ $0[target] }) { return known }
        var timeouts = HTTPTimeouts()
        // A kubelet begins to answer at once, so that silence means a dead machine; others may think as long as they like.
        timeouts.response = target.identity == .kubelet ? .seconds(60) : nil
        let certificate: ClientCertificate? =
            switch target.identity {
            case .none: nil
            case .kubelet: kubelet
            case .frontProxy: frontProxy
            }
        let made = try HTTPClient(
            endpoint: target.url, trust: target.trust, clientCertificate: target.secure ? certificate : nil, loops: loops,
            timeouts: timeouts, namespace: namespace, source: source, serverName: target.serverName)
        return clients.withLock { clients in
            if let known = clients[target] { return known }
            // Nodes and pods come and go: those that are still in use are soon made again.
            if clients.count >= Self.kept { clients.removeAll() }
            clients[target] = made
            return made
        }
    }
}

/// How the API server tells an aggregated API who asks. Source: Kubernetes documentation, authenticating proxy.
enum RequestHeader {
    /// The common name that aggregated APIs believe.
    static let frontProxy = "front-proxy-client"
}
