import Network

/// The parts of a signature, as a request carries them in its Authorization header or its query.
struct Signature {
    var accessKey: String
    var scope: CredentialScope
    /// Lower case, in order.
    var signedHeaders: [String]
    var signature: String
    /// `20150830T123600Z`, from the x-amz-date field or parameter; empty when the request has none.
    var date: String
    var sessionToken: String?
    /// How long a presigned request is valid, in seconds; nil for one that is signed in its headers.
    var expires: Int?

    /// What the request says of its signature; nil when it has none.
    /// - Throws: `SignatureError.incomplete` when it is not whole.
    static func find(headers: HTTPFields, items: [URLTarget.Item]) throws(SignatureError) -> Signature? {
        if let header = headers["authorization"] { return try parse(header, headers) }
        if items.contains(where: { $0.name == "X-Amz-Algorithm" || $0.name == "X-Amz-Signature" }) { return try parse(items) }
        return nil
    }

    private static func parse(_ header: String, _ headers: HTTPFields) throws(SignatureError) -> Signature {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.first.map(String.init) == SigV4.algorithm else { throw .unsupported }
        var fields: [String: String] = [:]
        for part in (parts.last ?? "").split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else {
                throw .incomplete("'\(part)' not a valid key=value pair (missing equal-sign) in Authorization header: '\(header)'.")
            }
            fields[String(pair[0])] = pair[1].trimmingSpaces
        }
        var missing = ["Credential", "Signature", "SignedHeaders"].filter { fields[$0] == nil }
            .map { "Authorization header requires '\($0)' parameter." }
        let date = headers["x-amz-date"]
        if date == nil { missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.") }
        guard let credential = fields["Credential"], let signed = fields["SignedHeaders"], let signature = fields["Signature"], let date
        else {
            throw .incomplete("\(missing.joined(separator: " ")) Authorization=\(SigV4.algorithm)")
        }
        let (accessKey, scope) = try scope(credential)
        return Signature(
            accessKey: accessKey, scope: scope, signedHeaders: signed.split(separator: ";").map(String.init), signature: signature,
            date: date, sessionToken: headers["x-amz-security-token"], expires: nil)
    }

    private static func parse(_ items: [URLTarget.Item]) throws(SignatureError) -> Signature {
        var fields: [String: String] = [:]
        for item in items where item.name.hasPrefix("X-Amz-") {
            guard fields.updateValue(item.value, forKey: item.name) == nil else {
                throw .incomplete("AWS query-string parameter '\(item.name)' must not be given twice.")
            }
        }
        guard fields["X-Amz-Algorithm"] == SigV4.algorithm else { throw .unsupported }
        let missing = ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"].filter {
            fields[$0, default: ""].isEmpty
        }
        guard missing.isEmpty, let credential = fields["X-Amz-Credential"] else {
            throw .incomplete(missing.map { "AWS query-string parameters must include '\($0)'." }.joined(separator: " "))
        }
        let (accessKey, scope) = try scope(credential)
        var expires: Int?
        if let text = fields["X-Amz-Expires"] {
            guard let seconds = Int(text), (0...604_800).contains(seconds) else {
                throw .incomplete("'X-Amz-Expires' must be between 0 and 604800 seconds.")
            }
            expires = seconds
        }
        return Signature(
            accessKey: accessKey, scope: scope,
            signedHeaders: fields["X-Amz-SignedHeaders", default: ""].split(separator: ";").map(String.init),
            signature: fields["X-Amz-Signature", default: ""], date: fields["X-Amz-Date", default: ""],
            sessionToken: fields["X-Amz-Security-Token"], expires: expires ?? 300)
    }

    private static func scope(_ credential: String) throws(SignatureError) -> (String, CredentialScope) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, !parts.contains("") else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '\(credential)'")
        }
        guard parts[4] == CredentialScope.terminator else {
            throw .scope("Credential should be scoped with a valid terminator: 'aws4_request', not '\(parts[4])'.")
        }
        return (parts[0], CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
