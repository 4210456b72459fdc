import Cryptography
import Network

/// What a signature is made over. Source: AWS IAM User Guide, "Create a signed AWS API request".
struct CanonicalRequest {
    var method: String
    /// The path as it was sent, percent-encoded.
    var path: String
    /// The decoded query, without `X-Amz-Signature`.
    var items: [URLTarget.Item]
    var headers: HTTPFields
    /// Lower case, in order.
    var signedHeaders: [String]
    /// The body's SHA-256 in hexadecimal, or `UNSIGNED-PAYLOAD`.
    var payloadHash: String

    /// The text whose hash is signed.
    var text: String {
        let lines = signedHeaders.map { "\($0):\(headers.all($0).map(Self.trimmed).joined(separator: ","))\n" }
        return [method, canonicalPath, Self.query(items), lines.joined(), signedHeaders.joined(separator: ";"), payloadHash].joined(
            separator: "\n")
    }

    /// The sent path, normalised and encoded once more, as every service but S3 does it.
    private var canonicalPath: String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let slash = path.hasSuffix("/") && !parts.isEmpty ? "/" : ""
        return "/" + parts.map { Percent.encode(String($0)) }.joined(separator: "/") + slash
    }

    /// The query, each part encoded, in the order of the encoded bytes.
    static func query(_ items: [URLTarget.Item]) -> String {
        items.map { (Percent.encode($0.name), Percent.encode($0.value)) }
            .sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Without space at the ends, and with one space for many.
    private static func trimmed(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}

/// The arithmetic of Signature Version 4.
enum SigV4 {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// The signature in hexadecimal.
    /// - Parameter date: `20150830T123600Z`.
    static func signature(of request: CanonicalRequest, date: String, scope: CredentialScope, secret: String) -> String {
        let text = [algorithm, date, scope.text, Hex.encode(SHA256.hash(request.text))].joined(separator: "\n")
        let day = HMAC.sha256(key: Array("AWS4\(secret)".utf8), message: scope.date)
        let region = HMAC.sha256(key: day, message: scope.region)
        let service = HMAC.sha256(key: region, message: scope.service)
        let key = HMAC.sha256(key: service, message: CredentialScope.terminator)
        return Hex.encode(HMAC.sha256(key: key, message: text))
    }
}

/// Where a signature is valid: `20150830/us-east-1/iam/aws4_request`.
package struct CredentialScope: Sendable, Hashable {
    static let terminator = "aws4_request"
    /// The day, `20150830`, the region and the service that a signature is for.
    package var date: String
    package var region: String
    package var service: String

    /// The scope as it stands in a credential.
    var text: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }
}
