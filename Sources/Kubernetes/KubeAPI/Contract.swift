package import Network

/// Who a request comes from. Source: Kubernetes authentication, UserInfo.
package struct UserInfo: Sendable, Hashable {
    package var name: String
    package var uid: String
    package var groups: [String]
    package var extra: [String: [String]]
    package init(_ name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        (self.name, self.uid, self.groups, self.extra) = (name, uid, groups, extra)
    }
    /// Source: upstream's anonymous authenticator.
    package static let anonymous = UserInfo("system:anonymous", groups: ["system:unauthenticated"])
}

/// One way to establish who a request comes from; a chain asks each in turn.
package protocol Authenticator: Sendable {
    /// The user; nil when this request carries no credentials of this kind.
    /// - Throws: `AuthenticationFailure` when it carries credentials of this kind that are not valid.
    func authenticate(_ request: HTTPRequest) async throws -> Standing?
}
/// Credentials were shown and refused: the request gets 401.
package struct AuthenticationFailure: Error, Sendable {
    package let message: String
    package init(_ message: String) { self.message = message }
}

/// What a request wants to do. Source: Kubernetes authorization, request attributes.
package struct RequestAttributes: Sendable, Hashable {
    package var user: UserInfo
    package var verb: String
    package var group = ""
    package var version = ""
    package var resource = ""
    package var subresource = ""
    package var namespace = ""
    package var name = ""
    /// The path of a request that is not for a resource; empty for resources.
    package var path = ""
    package var isResource: Bool { path.isEmpty }
    package init(user: UserInfo, verb: String) { (self.user, self.verb) = (user, verb) }
}
/// An authoriser's answer; a chain goes on at `noOpinion`.
package enum Decision: Sendable, Hashable {
    case allow(reason: String)
    case deny(reason: String)
    case noOpinion(reason: String)
}
/// One authority that may allow requests: RBAC, EKS access policies, nodes.
package protocol Authorizer: Sendable {
    func authorize(_ attributes: RequestAttributes) -> Decision
}
