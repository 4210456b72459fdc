import AWSProtocol
import Control
import Cryptography
import Documents
import Reconcile

/// Authorization tokens: twelve hours of a principal's right to speak to a region's registry, sealed with a key that the region keeps.
struct ECRTokens: Sendable {
    /// Who a password speaks for.
    struct Bearer: Sendable, Hashable {
        let region: String
        let arn: String
        /// The role's own ARN, or the same as `arn`.
        let entryARN: String
        let expires: Timestamp
    }
    static let life = Duration.seconds(12 * 3600)
    private static let kind = Kind(group: "ecr", "SealingKey", prefix: "ecr/keys/", namespaced: false)
    let records: Records

    /// The password of a bearer.
    func password(_ bearer: Bearer) async throws -> String {
        let claims: Value = [
            "region": .string(bearer.region), "arn": .string(bearer.arn), "entry": .string(bearer.entryARN),
            "expiration": .int(bearer.expires.seconds), "version": "2", "type": "DATA_KEY",
        ]
        let payload = JSON.encode(claims)
        return Base64.urlEncode(payload) + "." + Base64.urlEncode(HMAC.sha256(key: try await key(), message: payload))
    }
    /// The bearer of a password, good or out of date; nil when this region did not make it.
    func bearer(of password: String) async throws -> Bearer? {
        let halves = password.split(separator: ".").map(String.init)
        guard halves.count == 2, let payload = Base64.urlDecode(halves[0]), let seal = Base64.urlDecode(halves[1]),
            ConstantTime.equal(seal, HMAC.sha256(key: try await key(), message: payload)), let claims = try? JSON.parse(payload)
        else { return nil }
        return Bearer(
            region: claims["region"].string ?? "", arn: claims["arn"].string ?? "", entryARN: claims["entry"].string ?? "",
            expires: Timestamp(seconds: Int64(claims["expiration"].int ?? 0)))
    }
    /// The region that a password says it is for, unchecked.
    static func region(of password: String) -> String? {
        guard let first = password.split(separator: ".").first, let payload = Base64.urlDecode(String(first)) else { return nil }
        return (try? JSON.parse(payload))?["region"].string
    }
    private func key() async throws -> [UInt8] {
        if let key = records.get(Self.kind, "authorization")?["spec"]["key"].string.flatMap(Base64.decode) { return key }
        let made = SecureRandom.bytes(32)
        do {
            _ = try await records.create(
                Self.kind, ["metadata": ["name": "authorization"], "spec": ["key": .string(Base64.encode(made))]])
            return made
        } catch ChangeError.alreadyExists { return try await key() }
    }
}
