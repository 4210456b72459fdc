import Control
import Cryptography
import Network

/// Verifies Signature Version 4.
struct Verifier {
    /// How far a request's clock may be from ours.
    static let skew = Duration.seconds(300)
    static let skewText = "5 min."
    let credentials: any CredentialSource
    let now: Timestamp

    /// A request as it arrived.
    struct Request {
        var method: String
        var path: String
        var items: [URLTarget.Item]
        var headers: HTTPFields
        var body: [UInt8]
    }

    /// Who signed the request.
    /// - Throws: `SignatureError`.
    func verify(_ request: Request, _ signature: Signature) throws(SignatureError) -> Credential {
        guard let signed = Timestamp(basic: signature.date) else {
            throw .incomplete("Date must be in ISO-8601 'basic format'. Got '\(signature.date)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        guard signature.date.hasPrefix(signature.scope.date) else {
            throw .scope(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '\(signature.scope.date)' != '\(signature.date.prefix(8))', from '\(signature.date)'."
            )
        }
        try checkSignedHeaders(request.headers, signature)
        guard let credential = credentials.credential(accessKey: signature.accessKey), credential.active else { throw .unknownKey }
        if let token = credential.sessionToken {
            guard ConstantTime.equal(token, signature.sessionToken ?? "") else { throw .unknownKey }
        } else if signature.sessionToken != nil {
            throw .unknownKey
        }
        try checkTime(signed, signature)
        let canonical = CanonicalRequest(
            method: request.method, path: request.path, items: request.items.filter { $0.name != "X-Amz-Signature" },
            headers: request.headers, signedHeaders: signature.signedHeaders, payloadHash: try payloadHash(request, signature))
        let expected = SigV4.signature(of: canonical, date: signature.date, scope: signature.scope, secret: credential.secret)
        guard ConstantTime.equal(expected, signature.signature) else { throw .mismatch }
        if let end = credential.expires, now >= end { throw .expiredKey }
        return credential
    }

    private func checkSignedHeaders(_ headers: HTTPFields, _ signature: Signature) throws(SignatureError) {
        guard signature.signedHeaders.contains("host") else {
            throw .scope("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        guard signature.expires == nil else { return }
        for (name, title) in [
            ("x-amz-date", "X-Amz-Date"), ("x-amz-target", "X-Amz-Target"), ("x-amz-security-token", "X-Amz-Security-Token"),
        ]
        where headers[name] != nil && !signature.signedHeaders.contains(name) {
            throw .scope("'\(title)' must be a 'SignedHeader' in the AWS Authorization.")
        }
    }

    private func checkTime(_ signed: Timestamp, _ signature: Signature) throws(SignatureError) {
        let stamp = signed.basicText
        if signed > now + Self.skew {
            throw .skewed(
                "Signature not yet current: \(stamp) is still later than \((now + Self.skew).basicText) (\(now.basicText) + \(Self.skewText))"
            )
        }
        if let expires = signature.expires {
            let end = signed + .seconds(expires)
            if now > end { throw .expired("Signature expired: \(end.basicText) is now earlier than \(now.basicText)") }
        } else if signed < now - Self.skew {
            throw .skewed(
                "Signature expired: \(stamp) is now earlier than \((now - Self.skew).basicText) (\(now.basicText) - \(Self.skewText))")
        }
    }

    /// The hash that was signed: the body's own, unless the client signed that it leaves the body out.
    private func payloadHash(_ request: Request, _ signature: Signature) throws(SignatureError) -> String {
        let actual = Hex.encode(SHA256.hash(request.body))
        guard let claimed = request.headers["x-amz-content-sha256"] else { return actual }
        if claimed == SigV4.unsignedPayload, signature.signedHeaders.contains("x-amz-content-sha256") { return claimed }
        guard claimed == actual else { throw .mismatch }
        return actual
    }
}
