import Cryptography
package import Network

/// The groups that authentication itself gives. Source: upstream's user package.
enum WellKnownGroup {
    static let authenticated = "system:authenticated"
    static let serviceAccounts = "system:serviceaccounts"
    static let nodes = "system:nodes"
}

/// Asks authenticators in turn: the first that knows the user decides. No credentials at all make the user anonymous, and
/// credentials that nobody accepts are refused. Source: upstream's union of authenticators.
package struct AuthenticatorChain: Authenticator {
    private let authenticators: [any Authenticator]
    /// Authenticators in the order in which they are asked.
    package init(_ authenticators: [any Authenticator]) { self.authenticators = authenticators }

    /// The user, anonymous where nothing was shown; never nil.
    package func authenticate(_ request: HTTPRequest) async throws -> Standing? {
        var failure: AuthenticationFailure?
        for authenticator in authenticators {
            do {
                guard var standing = try await authenticator.authenticate(request) else { continue }
                if !standing.user.groups.contains(WellKnownGroup.authenticated), standing.user != .anonymous {
                    standing.user.groups.append(WellKnownGroup.authenticated)
                }
                return standing
            } catch let error as AuthenticationFailure { failure = failure ?? error }
        }
        if let failure { throw failure }
        if BearerToken.of(request) != nil { throw AuthenticationFailure("invalid bearer token") }
        return .bound(.anonymous)
    }
}

/// A caller in this process, whose identity its transport carries.
package struct LocalAuthenticator: Authenticator {
    package init() {}
    package func authenticate(_ request: HTTPRequest) async throws -> Standing? {
        request.peer.local.map { .bound(UserInfo($0.user, groups: $0.groups)) }
    }
}

/// A client certificate that the listener has checked: its common name is the user, its organizations the groups.
package struct ClientCertificateAuthenticator: Authenticator {
    package init() {}
    package func authenticate(_ request: HTTPRequest) async throws -> Standing? {
        if let certificate = request.peer.certificate, !certificate.commonName.isEmpty {
            return .bound(UserInfo(certificate.commonName, groups: certificate.organizations))
        }
        if request.peer.certificateRefused { throw AuthenticationFailure("the client certificate is not valid for this cluster") }
        return nil
    }
}

/// The token of an `Authorization: Bearer` header, or of a WebSocket's protocol list.
enum BearerToken {
    static func of(_ request: HTTPRequest) -> String? {
        if let header = request.headers["authorization"] {
            let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            let token = parts[1].drop { $0 == " " }
            return token.isEmpty ? nil : String(token)
        }
        return webSocket(request)
    }

    /// Source: upstream's `base64url.bearer.authorization.k8s.io.` sub-protocol, for clients that cannot set headers.
    private static func webSocket(_ request: HTTPRequest) -> String? {
        guard request.headers["upgrade"]?.lowercased() == "websocket" else { return nil }
        let prefix = "base64url.bearer.authorization.k8s.io."
        for list in request.headers.all("sec-websocket-protocol") {
            for entry in list.split(separator: ",").map({ $0.drop { $0 == " " } }) where entry.hasPrefix(prefix) {
                return Base64.urlDecode(String(entry.dropFirst(prefix.count))).flatMap { String(validating: $0, as: UTF8.self) }
            }
        }
        return nil
    }
}

/// Knows the user of a bearer token; a token review asks it too.
package protocol TokenAuthenticator: Authenticator {
    /// The user, and those of the wanted audiences that the token is for; nil when the token is not of this kind.
    /// - Throws: `AuthenticationFailure` when it is of this kind and not valid.
    func authenticate(token: String, audiences: [String]) async throws -> AuthenticatedToken?
    /// The audiences that this server itself stands for.
    var ownAudiences: [String] { get }
}

/// Who a valid token belongs to.
package struct AuthenticatedToken: Sendable {
    package let standing: Standing
    /// Empty when the kind of token knows no audiences.
    package let audiences: [String]
    package var user: UserInfo { standing.user }
    package init(_ standing: Standing, audiences: [String] = []) { (self.standing, self.audiences) = (standing, audiences) }
}

extension TokenAuthenticator {
    /// Reads the request's bearer token.
    package func authenticate(_ request: HTTPRequest) async throws -> Standing? {
        guard let token = BearerToken.of(request) else { return nil }
        return try await authenticate(token: token, audiences: ownAudiences)?.standing
    }
}

/// Tokens of one prefix whose checking is somebody else's: on EKS, `k8s-aws-v1.` tokens and STS.
package struct ExternalTokenAuthenticator: TokenAuthenticator {
    private let prefix: String
    private let verify: @Sendable (String) async throws -> Standing
    package let ownAudiences: [String] = []
    /// `verify` gets the whole token, its prefix included.
    /// - Parameter verify: throws `AuthenticationFailure` for a token that is not valid, or of no user of this cluster.
    package init(prefix: String, verify: @escaping @Sendable (String) async throws -> Standing) {
        (self.prefix, self.verify) = (prefix, verify)
    }

    package func authenticate(token: String, audiences: [String]) async throws -> AuthenticatedToken? {
        guard token.hasPrefix(prefix) else { return nil }
        do { return AuthenticatedToken(try await verify(token)) } catch let failure as AuthenticationFailure { throw failure } catch {
            throw AuthenticationFailure("token could not be verified: \(error)")
        }
    }
}
