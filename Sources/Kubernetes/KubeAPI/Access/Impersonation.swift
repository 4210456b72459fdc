import Cryptography
package import KubeModel
package import Network

/// Acting as somebody else by `Impersonate-…` headers. Source: Kubernetes documentation, "User impersonation".
package struct Impersonation: Sendable {
    private let authorizer: any Authorizer
    /// `authorizer` decides who may act as whom.
    package init(authorizer: any Authorizer) { self.authorizer = authorizer }

    /// The caller that the request is to be carried out as: `caller` itself when no header asks for another user.
    /// - Throws: `KubeStatus`, the refusal that the client gets.
    func apply(_ headers: HTTPFields, to caller: Caller) throws(KubeStatus) -> Caller {
        guard Self.isAsked(headers) else { return caller }
        return Caller(Standing(try apply(headers, to: caller.user), holds: nil))
    }

    /// Whether a header asks for another user.
    static func isAsked(_ headers: HTTPFields) -> Bool {
        headers.contains { $0.name.utf8.first == UInt8(ascii: "i") && $0.name.hasPrefix("impersonate-") }
    }

    /// The user that the request is to be carried out as: `user` itself when no header asks for another.
    /// - Throws: `KubeStatus`, the refusal that the client gets.
    package func apply(_ headers: HTTPFields, to user: UserInfo) throws(KubeStatus) -> UserInfo {
        let prefix = "impersonate-extra-"
        let name = headers["impersonate-user"] ?? ""
        let uid = headers["impersonate-uid"] ?? ""
        let groups = headers.all("impersonate-group")
        var extra: [String: [String]] = [:]
        for (header, value) in headers where header.hasPrefix(prefix) {
            extra[Self.percentDecoded(String(header.dropFirst(prefix.count))), default: []].append(value)
        }
        if name.isEmpty {
            guard groups.isEmpty, uid.isEmpty, extra.isEmpty else {
                throw .internalError("requested impersonation of groups, uid or extra without impersonating a user")
            }
            return user
        }
        var target = UserInfo(name, uid: uid, groups: groups, extra: extra)
        if let account = Self.serviceAccount(name) {
            try require(user, "serviceaccounts", name: account.name, namespace: account.namespace)
            if groups.isEmpty {
                target.groups = [WellKnownGroup.serviceAccounts, "\(WellKnownGroup.serviceAccounts):\(account.namespace)"]
            }
        } else {
            try require(user, "users", name: name)
        }
        for group in groups { try require(user, "groups", name: group) }
        if !uid.isEmpty { try require(user, "uids", group: "authentication.k8s.io", name: uid) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            for value in values { try require(user, "userextras", group: "authentication.k8s.io", subresource: key, name: value) }
        }
        let told = [WellKnownGroup.authenticated, "system:unauthenticated"]
        if !target.groups.contains(where: told.contains) { target.groups.append(name == UserInfo.anonymous.name ? told[1] : told[0]) }
        return target
    }

    private func require(
        _ user: UserInfo, _ resource: String, group: String = "", subresource: String = "", name: String, namespace: String = ""
    ) throws(KubeStatus) {
        var attributes = RequestAttributes(user: user, verb: "impersonate")
        (attributes.group, attributes.version, attributes.resource) = (group, "v1", resource)
        (attributes.subresource, attributes.name, attributes.namespace) = (subresource, name, namespace)
        try authorizer.require(attributes)
    }

    private static func serviceAccount(_ name: String) -> (namespace: String, name: String)? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount", !parts[2].isEmpty, !parts[3].isEmpty else { return nil }
        return (parts[2], parts[3])
    }

    /// Header names cannot carry every character of a key, so clients encode it; a broken code stays as it is.
    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let code = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) else { return text }
            bytes += code
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self) ?? text
    }
}
