import AWSProtocol
import Control
import Documents

/// The temporary keys that instances have of their roles: six hours each, renewed in the last. Source: EC2 user guide, IAM roles.
actor RoleCredentials {
    private struct Issue: Sendable {
        let role: String
        let issued: Timestamp
        let credential: Credential
    }
    private static let life = Duration.seconds(6 * 3600), renewal = Duration.seconds(3600)
    private let sts: STSService
    private let roles: Records
    private let clock: any WallClock
    private var issues: [String: Issue] = [:]

    /// Keys issued by `sts` for roles in the realm of `roles`.
    init(sts: STSService, roles: Records, clock: any WallClock) { (self.sts, self.roles, self.clock) = (sts, roles, clock) }

    /// The document that an SDK reads; nil when there is no such role.
    func document(of role: String, instance: String) async throws -> Value? {
        guard let document = roles.get(IAMRole.self, role), let id = document.spec.roleID else { return nil }
        if let issue = issues[instance], issue.role == id, (issue.credential.expires ?? issue.issued) - clock.now > Self.renewal {
            return Self.shape(issue)
        }
        let credential = try await sts.assume(document, session: instance, for: Self.life)
        let issue = Issue(role: id, issued: clock.now, credential: credential)
        issues[instance] = issue
        return Self.shape(issue)
    }
    private static func shape(_ issue: Issue) -> Value {
        [
            "Code": "Success", "LastUpdated": .string(Timestamp(seconds: issue.issued.seconds).text), "Type": "AWS-HMAC",
            "AccessKeyId": .string(issue.credential.accessKey), "SecretAccessKey": .string(issue.credential.secret),
            "Token": .string(issue.credential.sessionToken ?? ""), "Expiration": .string(issue.credential.expires?.text ?? ""),
        ]
    }
}
