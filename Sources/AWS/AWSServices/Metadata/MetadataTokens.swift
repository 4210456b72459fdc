import Control
import Cryptography

/// Session tokens of the metadata service: each names its instance and end, sealed with a key that lives as long as the program.
struct MetadataTokens: Sendable {
    private let clock: any WallClock
    private let key = SecureRandom.bytes(32)
    init(clock: any WallClock) { self.clock = clock }

    /// A token that is good for so many seconds.
    func issue(for instance: String, seconds: Int) -> String {
        let claim = "\(instance)/\(clock.now.seconds + Int64(seconds))"
        return Base64.urlEncode(HMAC.sha256(key: key, message: claim)) + "." + Base64.urlEncode(Array(claim.utf8))
    }
    /// Whether the token was issued for that instance and has not ended.
    func isValid(_ token: String, for instance: String) -> Bool {
        let halves = token.split(separator: ".").map(String.init)
        guard halves.count == 2, let seal = Base64.urlDecode(halves[0]), let bytes = Base64.urlDecode(halves[1]),
            ConstantTime.equal(seal, HMAC.sha256(key: key, message: bytes))
        else { return false }
        let claim = String(decoding: bytes, as: UTF8.self).split(separator: "/").map(String.init)
        guard claim.count == 2, let end = Int64(claim[1]) else { return false }
        return claim[0] == instance && clock.now.seconds < end
    }
}
