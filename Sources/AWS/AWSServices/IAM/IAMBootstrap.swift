package import AWSProtocol
import Control
import Documents

extension IAMService {
    /// The user by which a new region is entered.
    package static let administrator = "admin"

    /// Makes the account's first administrator and its access key, or finds them, and returns the key.
    package func bootstrap() async throws -> Credential {
        let now = records.clock.now
        let named: Value = ["UserName": .string(Self.administrator)]
        if records.get(IAMUser.self, Self.administrator) == nil {
            var spec = try user(Self.administrator, path: "/", now: now)
            spec["AttachedPolicies"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]
            try await create(IAMUserFields.kind, Self.administrator, spec, taken: "User with name \(Self.administrator) already exists.")
        }
        let active = keys(of: Self.administrator).first { $0.spec.status == "Active" }
        let key: IAMAccessKey
        if let active { key = active } else { key = try await newKey(of: find(.user, named), now: now) }
        guard let credential = IAMCredentials(records: records, account: account).credential(accessKey: key.metadata.name ?? "") else {
            throw IAMError.missing(IAMEntity.user.notFoundText.replacing("%", with: Self.administrator))
        }
        return credential
    }
}
