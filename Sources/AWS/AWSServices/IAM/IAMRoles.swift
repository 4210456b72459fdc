import AWSProtocol
import Control
import Documents

/// Roles.
extension IAMService {
    var roleOperations: [String: OperationHandler] {
        [
            "CreateRole": createRole, "GetRole": getRole, "ListRoles": listRoles, "UpdateRole": updateRole, "DeleteRole": deleteRole,
            "UpdateAssumeRolePolicy": updateTrust,
            "UpdateRoleDescription": { input, _ in
                try await change(.role, input) { $0["Description"] = input["Description"] }
                return ["Role": Self.shape(try find(.role, input))]
            },
        ]
    }

    /// A role as answers carry it.
    static func shape(_ spec: Value) -> Value {
        var shape = spec
        shape["AssumeRolePolicyDocument"] = encoded(spec["AssumeRolePolicyDocument"].string ?? "")
        return shape
    }

    private func createRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["RoleName"].string ?? ""
        let path = input["Path"].string ?? "/"
        guard !path.hasPrefix("/aws-service-role/") else {
            throw IAMError.validation("The path \(path) is reserved for service-linked roles.")
        }
        let spec = try role(name, path: path, input, now: context.now)
        try await create(IAMRoleFields.kind, name, spec, taken: "Role with name \(name) already exists.")
        return ["Role": Self.shape(spec)]
    }

    /// A new role as it is stored.
    func role(_ name: String, path: String, _ input: Value, now: Timestamp) throws -> Value {
        let trust = input["AssumeRolePolicyDocument"].string ?? ""
        try PolicyDocument.checkTrust(trust)
        var spec: Value = [
            "Path": .string(path), "RoleName": .string(name), "RoleId": .string(uniqueID("AROA")), "Arn": .string(arn("role", path, name)),
            "CreateDate": .string(now.text), "AssumeRolePolicyDocument": .string(trust),
            "MaxSessionDuration": .int(Int64(input["MaxSessionDuration"].int ?? 3600)),
        ]
        spec["Description"] = input["Description"]
        let tags = try tags(input)
        if !tags.isEmpty { spec["Tags"] = .array(tags) }
        if let boundary = input["PermissionsBoundary"].string {
            _ = try policy(boundary)
            spec["PermissionsBoundary"] = ["PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": .string(boundary)]
        }
        return spec
    }

    private func getRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        var shape = Self.shape(try find(.role, input))
        shape["RoleLastUsed"] = .object([:])
        return ["Role": shape]
    }

    private func listRoles(_ input: Value, _ context: OperationContext) async throws -> Value {
        let prefix = input["PathPrefix"].string ?? "/"
        let roles = records.list(IAMRoleFields.kind).map { $0["spec"] }.filter { $0["Path"].string?.hasPrefix(prefix) ?? false }
        return try Self.page(roles.map { Self.withoutTags(Self.shape($0)) }, input, "Roles")
    }

    private func updateRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await change(.role, input) { spec in
            if !input["Description"].isNull { spec["Description"] = input["Description"] }
            if !input["MaxSessionDuration"].isNull { spec["MaxSessionDuration"] = input["MaxSessionDuration"] }
        }
        return .object([:])
    }

    private func updateTrust(_ input: Value, _ context: OperationContext) async throws -> Value {
        let role = try find(.role, input)
        try refuseServiceLinked(role, "UpdateAssumeRolePolicy")
        try PolicyDocument.checkTrust(input["PolicyDocument"].string ?? "")
        try await change(.role, input) { $0["AssumeRolePolicyDocument"] = input["PolicyDocument"] }
        return .object([:])
    }

    private func deleteRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        let role = try find(.role, input)
        let name = input["RoleName"].string ?? ""
        try refuseServiceLinked(role, "DeleteRole")
        if !profiles(of: name).isEmpty { throw IAMError.conflict("Cannot delete entity, must remove roles from instance profile first.") }
        try refuseWhilePolicies(role)
        try await records.delete(IAMRoleFields.kind, name)
        return .object([:])
    }

    /// - Throws: UnmodifiableEntity for a role that belongs to a service.
    func refuseServiceLinked(_ role: Value, _ action: String) throws {
        guard role["Path"].string?.hasPrefix("/aws-service-role/") ?? false else { return }
        let service = role["Path"].string?.split(separator: "/").dropFirst().first ?? ""
        throw AWSError(
            "UnmodifiableEntity",
            "Cannot perform the operation on the protected role '\(role["RoleName"].string ?? "")' - this role is only modifiable by AWS (\(service))"
        )
    }
}

/// Questions that other services ask of roles.
package enum IAMRoles {
    /// The ARN of the role in an instance profile, named by its name or its ARN; nil when there is none.
    package static func role(ofProfile profile: String, in records: Records) -> String? {
        let name = profile.split(separator: "/").last.map(String.init) ?? profile
        guard let role = records.get(IAMInstanceProfile.self, name)?.spec.roleNames?.first else { return nil }
        return records.get(IAMRole.self, role)?.spec.arn
    }

    /// Whether there is a role with that ARN.
    package static func exists(arn: String, in records: Records) -> Bool {
        guard let name = arn.split(separator: "/").last else { return false }
        return records.get(IAMRole.self, String(name))?.spec.arn == arn
    }
}
