import KubeModel
import Network

/// Why something in the cluster's network could not be had, in the words of upstream's clients.
struct DialFailure: Error {
    let error: any Error
    let target: DialTarget

    init(_ error: any Error, _ target: DialTarget) { (self.error, self.target) = (error, target) }

    /// As Go's net package puts it: `dial tcp 10.0.0.1:10250: connect: connection refused`.
    var text: String {
        switch error {
        case HTTPError.timedOut: "dial tcp \(target.authority): i/o timeout"
        case HTTPError.connectionFailed(let reason): "dial tcp \(target.authority): connect: \(Self.plain(reason))"
        default: Self.words(error)
        }
    }

    /// An error of a connection that stood.
    static func words(_ error: any Error) -> String {
        switch error {
        case HTTPError.cancelled: "context canceled"
        case HTTPError.connectionLost: "EOF"
        case HTTPError.untrusted(let reason): "tls: failed to verify certificate: \(reason)"
        case HTTPError.malformed(let reason): reason
        default: "\(error)"
        }
    }

    /// The system's words without the place, in lower case.
    private static func plain(_ reason: String) -> String {
        let last = reason.split(separator: ": ").last.map(String.init) ?? reason
        return last.prefix(1).lowercased() + last.dropFirst()
    }

    /// A failed plain request: `Get "https://…": dial tcp …`. Source: net/url, Error; answered as an unknown error is.
    func status(method: String, path: String) -> KubeStatus {
        KubeStatus(500, .unknown, request(method: method, path: path))
    }
    /// `Get "https://…": dial tcp …`
    func request(method: String, path: String) -> String {
        "\(method.prefix(1) + method.dropFirst().lowercased()) \((target.url + path).quoted): \(text)"
    }
    /// A failed upgrade. Source: UpgradeAwareHandler.
    var backend: KubeStatus { KubeStatus(500, .unknown, "error dialing backend: \(text)") }
    /// A failed proxied request. Source: apimachinery, util/proxy.
    var service: KubeStatus { .serviceUnavailable("error trying to reach service: \(text)") }
}

extension APIServer {
    /// Calls `body` with a client for `target`. Without a dialer nobody is there.
    /// - Throws: `DialFailure`.
    func dial<Outcome>(_ target: DialTarget, _ body: (HTTPClient) async throws -> Outcome) async throws(DialFailure) -> Outcome {
        do {
            guard let dialer = configuration.dialer else { throw HTTPError.connectionFailed("connection refused") }
            return try await body(dialer.client(for: target))
        } catch {
            throw DialFailure(error, target)
        }
    }
}
