package import Control
import Cryptography
import Network

/// Who signed a token, and the moment from which it is worth nothing.
package struct VerifiedToken: Sendable, Hashable {
    package let credential: Credential
    package let expires: Timestamp
}

/// URLs that carry their signature in the query, as EKS tokens do.
package enum PresignedURL {
    /// The longest validity of a presigned call of STS, and of an EKS token, from its signing.
    package static let validity = Duration.seconds(900)

    /// Verifies a presigned GetCallerIdentity URL as STS would, without calling it, and tells who signed it.
    ///
    /// It is valid for fifteen minutes from its date whatever `X-Amz-Expires` says (1 to 900 seconds are taken), as at AWS.
    /// - Parameters:
    ///   - text: the whole URL.
    ///   - headers: fields that must be signed, with the values that were signed: `["x-k8s-aws-id": "EKS-Test"]`.
    ///   - hosts: whether the URL's scheme and host are those of an STS that speaks for this account.
    /// - Throws: `SignatureError`; `refused` for a URL that is not such a call.
    package static func verify(
        _ text: String, headers: [String: String], hosts: (_ scheme: String, _ host: String) -> Bool, credentials: any CredentialSource,
        now: Timestamp
    ) throws(SignatureError) -> VerifiedToken {
        guard let mark = text.range(of: "://") else { throw .refused("input token was not properly formatted: no scheme in the URL") }
        let rest = text[mark.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard hosts(String(text[..<mark.lowerBound]), String(host)) else {
            throw .refused("unexpected hostname \"\(host)\" in pre-signed URL")
        }
        let target = URLTarget(String(rest[host.endIndex...]))
        guard target.path == "/" || target.path.isEmpty else { throw .refused("unexpected path in pre-signed URL") }
        let items = target.items
        guard items.count == target.query.split(separator: "&", omittingEmptySubsequences: false).count else {
            throw .refused("query string of pre-signed URL is malformed")
        }
        try checkParameters(items)
        guard let signature = try Signature.find(headers: [:], items: items) else { throw .missing }
        guard let expires = signature.expires, (1...900).contains(expires) else {
            throw .refused("invalid X-Amz-Expires parameter in pre-signed URL")
        }
        guard signature.scope.service == "sts" else {
            throw .scope("Credential should be scoped to correct service: 'sts'.")
        }
        for name in headers.keys where !signature.signedHeaders.contains(name.lowercased()) {
            throw .refused("client did not sign the \(name.lowercased()) header in the pre-signed URL")
        }
        var fields: HTTPFields = ["host": String(host)]
        for (name, value) in headers { fields[name.lowercased()] = value }
        var lasting = signature
        lasting.expires = Int(validity.components.seconds)
        let credential = try Verifier(credentials: credentials, now: now).verify(
            Verifier.Request(method: "GET", path: target.path, items: items, headers: fields, body: []), lasting)
        let end = (Timestamp(basic: signature.date) ?? now) + validity
        return VerifiedToken(credential: credential, expires: credential.expires.map { min($0, end) } ?? end)
    }

    private static let allowed: Set<String> = [
        "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders", "x-amz-user-agent", "X-Amz-User-Agent",
    ]

    private static func checkParameters(_ items: [URLTarget.Item]) throws(SignatureError) {
        var seen: Set<String> = []
        for item in items {
            guard allowed.contains(item.name) else { throw .refused("non-whitelisted query parameter \"\(item.name)\"") }
            guard seen.insert(item.name.lowercased()).inserted else {
                throw .refused("query parameter with multiple values not supported")
            }
        }
        guard items.contains(where: { $0.name == "Action" && $0.value == "GetCallerIdentity" }) else {
            throw .refused("unexpected action parameter in pre-signed URL")
        }
    }

    /// A presigned GetCallerIdentity URL.
    /// - Parameter base: scheme and host, as `https://sts.us-west-1.amazonaws.com`.
    package static func callerIdentity(
        base: String, headers: [String: String], credential: SigningCredential, region: String, expires: Int = 60, now: Timestamp
    ) -> String {
        let host = base.range(of: "://").map { String(base[$0.upperBound...]) } ?? base
        let items = [URLTarget.Item("Action", "GetCallerIdentity"), URLTarget.Item("Version", "2011-06-15")]
        let query = Signer(credential: credential, region: region, service: "sts").presign(
            host: host, path: "/", items: items, headers: headers, expires: expires, at: now)
        return "\(base)/?\(query)"
    }

    /// Whether the host is one of AWS's for STS: the global one, or a region's (also FIPS and China).
    package static func isSTSHost(scheme: String, host: String) -> Bool {
        guard scheme == "https" else { return false }
        if host == "sts.amazonaws.com" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] == "sts" || parts[0] == "sts-fips" else { return false }
        let region = parts[1]
        guard !region.isEmpty, region.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else { return false }
        let domain = parts[2...].joined(separator: ".")
        return domain == "amazonaws.com" || domain == "amazonaws.com.cn"
    }
}

/// The token by which kubectl logs in to an EKS cluster: `k8s-aws-v1.` and a presigned URL in URL-safe base 64.
/// Source: aws-cli `eks get-token`; aws-iam-authenticator's token format.
package enum ClusterToken {
    package static let prefix = "k8s-aws-v1."
    /// The header that binds the token to one cluster.
    package static let clusterHeader = "x-k8s-aws-id"
    /// The longest token that is looked at, in bytes.
    package static let longest = 4096

    /// A token for the cluster, valid for fifteen minutes.
    package static func make(cluster: String, stsBase: String, credential: SigningCredential, region: String, now: Timestamp) -> String {
        let url = PresignedURL.callerIdentity(
            base: stsBase, headers: [clusterHeader: cluster], credential: credential, region: region, now: now)
        return prefix + Base64.urlEncode(Array(url.utf8))
    }

    /// Who the token's bearer is.
    /// - Throws: `SignatureError`.
    package static func verify(
        _ token: String, cluster: String, hosts: (_ scheme: String, _ host: String) -> Bool, credentials: any CredentialSource,
        now: Timestamp
    ) throws(SignatureError) -> VerifiedToken {
        guard token.utf8.count <= longest else { throw .refused("token is too large") }
        var body = token.utf8.dropFirst(prefix.utf8.count)
        while body.last == UInt8(ascii: "=") { body.removeLast() }
        guard token.hasPrefix(prefix), let bytes = Base64.urlDecode(String(Substring(body))),
            let url = String(validating: bytes, as: UTF8.self)
        else {
            throw .refused("token is missing expected \"\(prefix)\" prefix or is not base 64")
        }
        return try PresignedURL.verify(url, headers: [clusterHeader: cluster], hosts: hosts, credentials: credentials, now: now)
    }
}

extension StringProtocol {
    /// The first place of `other`, bytewise.
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
