package import AWSProtocol
package import Control
import Documents
package import Network
import Synchronization

/// The instance metadata service, with a session token as version 2 asks for.
/// Source: EC2 User Guide, "Access instance metadata for an EC2 instance".
package final class InstanceMetadataClient: Sendable {
    private struct Token {
        var text = ""
        var expires = Timestamp(seconds: 0)
    }
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let token = Mutex(Token())
    private let credential = Mutex<(SigningCredential, Timestamp)?>(nil)
    private static let tokenSeconds: Int64 = 21_600

    /// A client over a transport to `http://169.254.169.254`.
    package init(transport: any HTTPTransport, clock: any WallClock) { (self.transport, self.clock) = (transport, clock) }

    /// The text at a path below `/latest`, as in `meta-data/instance-id`; nil for 404.
    /// - Throws: `HTTPError`, `CloudError` for other refusals.
    package func text(_ path: String) async throws -> String? {
        for attempt in 0..<2 {
            let request = HTTPRequest("GET", "/latest/\(path)", headers: ["x-aws-ec2-metadata-token": try await sessionToken()])
            let response = try await transport.send(request)
            let bytes = try await response.body.collect(limit: 1 << 20)
            switch response.status {
            case 200: return String(decoding: bytes, as: UTF8.self)
            case 404: return nil
            case 401 where attempt == 0: token.withLock { $0 = Token() }
            default: throw CloudError("the metadata service answered \(response.status) for \(path)")
            }
        }
        throw CloudError("the metadata service refuses its own token")
    }
    /// The same, where the answer must be there. - Throws: as `text`, `CloudError` for 404.
    package func required(_ path: String) async throws -> String {
        guard let text = try await text(path) else { throw CloudError("the metadata service knows nothing of \(path)") }
        return text
    }

    /// The role's credentials, asked for again five minutes before they end. - Throws: as `required`.
    package func credentials() async throws -> SigningCredential {
        let now = clock.now
        if let (known, until) = credential.withLock({ $0 }), until > now { return known }
        let folder = "meta-data/iam/security-credentials/"
        let role = try await required(folder).split(separator: "\n").first.map(String.init) ?? ""
        let document = try JSON.parse(try await required(folder + role))
        guard let key = document["AccessKeyId"].string, let secret = document["SecretAccessKey"].string else {
            throw CloudError("the metadata service has no credentials: \(document["Message"].string ?? document["Code"].string ?? "")")
        }
        let fresh = SigningCredential(accessKey: key, secret: secret, sessionToken: document["Token"].string)
        let expiry = document["Expiration"].string.flatMap { Timestamp($0) } ?? now + .seconds(600)
        let until = max(expiry - .seconds(300), now + .seconds(10))
        credential.withLock { $0 = (fresh, until) }
        return fresh
    }

    private func sessionToken() async throws -> String {
        let now = clock.now
        let known = token.withLock { $0 }
        if known.expires > now { return known.text }
        let request = HTTPRequest(
            "PUT", "/latest/api/token", headers: ["x-aws-ec2-metadata-token-ttl-seconds": String(Self.tokenSeconds)])
        let response = try await transport.send(request)
        let bytes = try await response.body.collect(limit: 4096)
        guard response.status == 200 else { throw CloudError("the metadata service gave no token: \(response.status)") }
        let text = String(decoding: bytes, as: UTF8.self)
        token.withLock { $0 = Token(text: text, expires: now + .seconds(Self.tokenSeconds - 60)) }
        return text
    }
}
