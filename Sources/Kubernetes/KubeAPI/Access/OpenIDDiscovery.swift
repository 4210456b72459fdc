import Cryptography
import Documents
import Network

/// What others need to check service-account tokens. Source: OpenID Connect Discovery; upstream's issuer discovery.
package enum OpenIDDiscovery {
    /// `/.well-known/openid-configuration` and `/openid/v1/jwks`.
    package static func routes(_ issuer: ServiceAccountIssuer) -> [RawRoute] {
        let algorithms = Set(issuer.accepted.map(\.algorithm)).sorted()
        let configuration: Value = [
            "issuer": .string(issuer.issuer), "jwks_uri": .string("\(issuer.issuer)/openid/v1/jwks"),
            "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms.value,
        ]
        return [
            route("/.well-known/openid-configuration", "application/json", JSON.encode(configuration)),
            route("/openid/v1/jwks", "application/jwk-set+json", JSON.encode(issuer.keySet)),
        ]
    }

    private static func route(_ path: String, _ type: String, _ bytes: [UInt8]) -> RawRoute {
        RawRoute(path) { _ in
            HTTPResponse(200, headers: ["content-type": type, "cache-control": "public, max-age=3600"], body: .bytes(bytes))
        }
    }
}
