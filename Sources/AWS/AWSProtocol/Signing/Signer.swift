package import Control
import Cryptography
package import Network

/// The keys that a client signs with.
package struct SigningCredential: Sendable, Hashable {
    package var accessKey: String
    package var secret: String
    package var sessionToken: String?
    package init(accessKey: String, secret: String, sessionToken: String? = nil) {
        (self.accessKey, self.secret, self.sessionToken) = (accessKey, secret, sessionToken)
    }
    /// The keys of a credential that IAM or STS issued.
    package init(_ credential: Credential) {
        self.init(accessKey: credential.accessKey, secret: credential.secret, sessionToken: credential.sessionToken)
    }
}

/// Signs requests by Signature Version 4.
package struct Signer: Sendable {
    package let credential: SigningCredential
    package let region: String
    /// The signing name: `eks`, `sts`, `execute-api`.
    package let service: String
    package init(credential: SigningCredential, region: String, service: String) {
        (self.credential, self.region, self.service) = (credential, region, service)
    }

    /// Signs a request in its Authorization header. `host` must be among its headers; every header that is there is signed.
    package func sign(_ request: inout HTTPRequest, body: [UInt8], at now: Timestamp) {
        let date = now.basicText
        request.headers["x-amz-date"] = date
        if let token = credential.sessionToken { request.headers["x-amz-security-token"] = token }
        let target = URLTarget(request.target)
        let signed = Set(request.headers.map(\.name)).subtracting(["authorization", "user-agent", "connection"]).sorted()
        let canonical = CanonicalRequest(
            method: request.method, path: target.path, items: target.items, headers: request.headers, signedHeaders: signed,
            payloadHash: Hex.encode(SHA256.hash(body)))
        let scope = CredentialScope(date: String(date.prefix(8)), region: region, service: service)
        let signature = SigV4.signature(of: canonical, date: date, scope: scope, secret: credential.secret)
        request.headers["authorization"] =
            "\(SigV4.algorithm) Credential=\(credential.accessKey)/\(scope.text), SignedHeaders=\(signed.joined(separator: ";")), Signature=\(signature)"
    }

    /// The query of a GET request without body, signed for `expires` seconds; `headers` are signed besides the host.
    func presign(host: String, path: String, items: [URLTarget.Item], headers: [String: String], expires: Int, at now: Timestamp) -> String
    {
        let date = now.basicText
        let scope = CredentialScope(date: String(date.prefix(8)), region: region, service: service)
        var fields: HTTPFields = ["host": host]
        for (name, value) in headers { fields[name.lowercased()] = value }
        let signed = Set(fields.map(\.name)).sorted()
        var all = items
        all += [
            URLTarget.Item("X-Amz-Algorithm", SigV4.algorithm), URLTarget.Item("X-Amz-Credential", "\(credential.accessKey)/\(scope.text)"),
            URLTarget.Item("X-Amz-Date", date), URLTarget.Item("X-Amz-Expires", String(expires)),
            URLTarget.Item("X-Amz-SignedHeaders", signed.joined(separator: ";")),
        ]
        if let token = credential.sessionToken { all.append(URLTarget.Item("X-Amz-Security-Token", token)) }
        let canonical = CanonicalRequest(
            method: "GET", path: path, items: all, headers: fields, signedHeaders: signed, payloadHash: Hex.encode(SHA256.hash([])))
        let signature = SigV4.signature(of: canonical, date: date, scope: scope, secret: credential.secret)
        return (all + [URLTarget.Item("X-Amz-Signature", signature)])
            .map { "\(Percent.encode($0.name))=\(Percent.encode($0.value))" }.joined(separator: "&")
    }
}
