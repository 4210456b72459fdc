import AWSProtocol
import Control
import Documents

/// Users.
extension IAMService {
    var userOperations: [String: OperationHandler] {
        [
            "CreateUser": createUser, "GetUser": getUser, "ListUsers": listUsers, "DeleteUser": deleteUser,
            "ListGroupsForUser": { input, _ in
                _ = try find(.user, input)
                return try Self.page([], input, "Groups")
            },
        ]
    }

    private func createUser(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["UserName"].string ?? ""
        let spec = try user(name, path: input["Path"].string ?? "/", tags: tags(input), now: context.now)
        try await create(IAMUserFields.kind, name, spec, taken: "User with name \(name) already exists.")
        return ["User": spec]
    }

    /// A new user as it is stored.
    func user(_ name: String, path: String, tags: [Value] = [], now: Timestamp) throws -> Value {
        var spec: Value = [
            "Path": .string(path), "UserName": .string(name), "UserId": .string(uniqueID("AIDA")),
            "Arn": .string(arn("user", path, name)), "CreateDate": .string(now.text),
        ]
        if !tags.isEmpty { spec["Tags"] = .array(tags) }
        return spec
    }

    /// The user that an input without a name means: the caller.
    /// - Throws: ValidationError when the caller is not a user.
    func callerOrNamed(_ input: Value, _ context: OperationContext) throws -> Value {
        var named = input
        if input["UserName"].isNull {
            let arn = context.principal.arn
            guard arn.contains(":user/"), let name = arn.split(separator: "/").last else {
                throw IAMError.validation("Must specify userName when calling with non-User credentials")
            }
            named["UserName"] = .string(String(name))
        }
        return named
    }

    private func getUser(_ input: Value, _ context: OperationContext) async throws -> Value {
        ["User": try find(.user, callerOrNamed(input, context))]
    }

    private func listUsers(_ input: Value, _ context: OperationContext) async throws -> Value {
        let prefix = input["PathPrefix"].string ?? "/"
        let users = records.list(IAMUserFields.kind).map { $0["spec"] }.filter { $0["Path"].string?.hasPrefix(prefix) ?? false }
        return try Self.page(users.map(Self.withoutTags), input, "Users")
    }

    /// Listings leave tags out. Source: IAM API reference, ListUsers and ListRoles.
    static func withoutTags(_ spec: Value) -> Value {
        var result = spec
        result["Tags"] = .null
        return result
    }

    private func deleteUser(_ input: Value, _ context: OperationContext) async throws -> Value {
        let user = try find(.user, input)
        let name = input["UserName"].string ?? ""
        if !keys(of: name).isEmpty { throw IAMError.conflict("Cannot delete entity, must delete access keys first.") }
        try refuseWhilePolicies(user)
        try await records.delete(IAMUserFields.kind, name)
        return .object([:])
    }

    /// - Throws: DeleteConflict while a user or role has policies.
    func refuseWhilePolicies(_ spec: Value) throws {
        if !spec["AttachedPolicies"].items.isEmpty { throw IAMError.conflict("Cannot delete entity, must detach all policies first.") }
        if spec["InlinePolicies"].object?.isEmpty == false { throw IAMError.conflict("Cannot delete entity, must delete policies first.") }
    }
}
