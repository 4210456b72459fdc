import Cryptography
import Documents

/// Whether an IAM role may do something, by its attached and inline policies. Users are not held to theirs.
/// Source: IAM user guide, policy evaluation logic; conditions and resources are not looked at.
struct RoleAccess: Sendable {
    let records: Records

    func allows(_ arn: String, _ action: String) -> Bool {
        guard arn.contains(":role/"), let name = arn.split(separator: "/").last else { return true }
        guard let role = records.get(IAMRole.self, String(name)) else { return false }
        return allows(role.spec, action)
    }
    fileprivate func allows(_ principal: View<IAMPrincipalSpecFields>, _ action: String) -> Bool {
        let attached = (principal.attachedPolicies ?? []).compactMap(document)
        let statements = (attached + (principal.inlinePolicies ?? [:]).values).flatMap(Self.statements)
        let matching = statements.filter { Self.matches($0, action) }
        return matching.contains { $0["Effect"].string == "Allow" } && !matching.contains { $0["Effect"].string == "Deny" }
    }
    private func document(_ arn: String) -> String? {
        if let managed = ManagedPolicies.named(arn) { return managed.document }
        guard let policy = records.list(IAMPolicy.self).first(where: { $0.spec.arn == arn }) else { return nil }
        let version = (policy.spec.versions ?? []).first { $0["VersionId"].string == policy.spec.standard }
        return version?["Document"].string
    }
    private static func statements(_ text: String) -> [Value] {
        guard let policy = try? JSON.parse(text) else { return [] }
        return policy["Statement"].array ?? [policy["Statement"]]
    }
    private static func matches(_ statement: Value, _ action: String) -> Bool {
        let actions = statement["Action"].string.map { [$0] } ?? statement["Action"].items.compactMap(\.string)
        return actions.contains { pattern in
            let (pattern, action) = (pattern.lowercased(), action.lowercased())
            guard let star = pattern.firstIndex(of: "*") else { return pattern == action }
            return action.hasPrefix(pattern[..<star])
        }
    }
}

/// Whether an IAM principal may do something beside the AWS APIs: users are held to their policies here as roles are.
package struct Permissions: Sendable {
    private let access: RoleAccess
    /// Permissions by the users, roles and policies in `records`.
    package init(records: Records) { access = RoleAccess(records: records) }

    /// - Parameters:
    ///   - arn: of the user or role, as access entries name it.
    ///   - action: as in `eks:DescribeCluster`.
    package func allows(_ arn: String, _ action: String) -> Bool {
        guard arn.contains(":user/") else { return arn.contains(":role/") && access.allows(arn, action) }
        let name = arn.split(separator: "/").last.map(String.init) ?? ""
        guard let user = access.records.get(IAMUser.self, name) else { return false }
        return access.allows(user.spec, action)
    }
}

/// Base64 of texts.
enum Base64Text {
    static func encode(_ text: String) -> String { Base64.encode(Array(text.utf8)) }
    static func decode(_ text: String) -> String? { Base64.decode(text).flatMap { String(validating: $0, as: UTF8.self) } }
}
