package import Control
import Cryptography
package import Kubelet
import Synchronization

/// An answer of ECR's GetAuthorizationToken.
package struct ECRAuthorization: Sendable, Hashable {
    /// User and password in Base 64.
    package var token: String
    package var expiry: Timestamp
    package init(token: String, expiry: Timestamp) { (self.token, self.expiry) = (token, expiry) }
}

/// The node's way into ECR: its role's authorization token, kept until half of its life is over.
/// Source: cloud-provider-aws, cmd/ecr-credential-provider.
package final class ECRCredentials: NodeRegistryCredentials {
    private struct Known {
        var credential: RegistryCredential
        var until: Timestamp
    }
    private let clock: any WallClock
    private let authorize: @Sendable (String) async throws -> ECRAuthorization
    private let known = Mutex<[String: Known]>([:])

    /// - Parameter authorize: asks ECR of a region for a token.
    package init(clock: any WallClock, authorize: @escaping @Sendable (_ region: String) async throws -> ECRAuthorization) {
        (self.clock, self.authorize) = (clock, authorize)
    }

    package func credentials(for image: String) async -> [RegistryCredential] {
        guard let region = Self.region(of: image) else { return [] }
        let now = clock.now
        if let known = known.withLock({ $0[region] }), known.until > now { return [known.credential] }
        do {
            let answer = try await authorize(region)
            let both = String(decoding: Base64.decode(answer.token) ?? [], as: UTF8.self)
            guard let colon = both.firstIndex(of: ":") else { return [] }
            let credential = RegistryCredential(
                username: String(both[..<colon]), password: String(both[both.index(after: colon)...]))
            known.withLock { $0[region] = Known(credential: credential, until: now + (answer.expiry - now) / 2) }
            return [credential]
        } catch {
            Log("ecr").warning("no authorization token", ["region": region, "error": "\(error)"])
            return []
        }
    }

    /// The region of an image of ECR, as in `123456789012.dkr.ecr.eu-west-1.amazonaws.com/app`; nil for other registries.
    static func region(of image: String) -> String? {
        let labels = image.prefix { $0 != "/" }.prefix { $0 != ":" }.split(separator: ".").map(String.init)
        guard labels.count >= 6, labels[0].utf8.count == 12, labels[0].allSatisfy(\.isNumber), labels[1] == "dkr",
            labels[2] == "ecr" || labels[2] == "ecr-fips", labels[4] == "amazonaws", labels[5] == "com"
        else { return nil }
        return labels[3]
    }
}
