import AWSProtocol
import Control
import Documents

/// Instance profiles.
extension IAMService {
    var instanceProfileOperations: [String: OperationHandler] {
        [
            "CreateInstanceProfile": createProfile, "DeleteInstanceProfile": deleteProfile, "AddRoleToInstanceProfile": addRole,
            "RemoveRoleFromInstanceProfile": removeRole,
            "GetInstanceProfile": { input, _ in ["InstanceProfile": profileShape(try find(.instanceProfile, input))] },
            "ListInstanceProfiles": { input, _ in
                let prefix = input["PathPrefix"].string ?? "/"
                let found = records.list(IAMInstanceProfileFields.kind).map { $0["spec"] }
                    .filter { $0["Path"].string?.hasPrefix(prefix) ?? false }
                return try Self.page(found.map { Self.withoutTags(profileShape($0)) }, input, "InstanceProfiles")
            },
            "ListInstanceProfilesForRole": { input, _ in
                _ = try find(.role, input)
                let found = profiles(of: input["RoleName"].string ?? "").map(\.spec.value)
                return try Self.page(found.map { Self.withoutTags(profileShape($0)) }, input, "InstanceProfiles")
            },
        ]
    }

    /// The profiles that hold the role.
    func profiles(of role: String) -> [IAMInstanceProfile] {
        records.list(IAMInstanceProfile.self).filter { $0.spec.roleNames?.contains(role) ?? false }
    }

    private func profileShape(_ spec: Value) -> Value {
        var shape = spec
        shape["Roles"] = .array(
            spec["RoleNames"].items.compactMap(\.string).compactMap { records.get(IAMRoleFields.kind, $0)?["spec"] }
                .map { Self.withoutTags(Self.shape($0)) })
        return shape
    }

    private func createProfile(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["InstanceProfileName"].string ?? ""
        let path = input["Path"].string ?? "/"
        var spec: Value = [
            "Path": .string(path), "InstanceProfileName": .string(name), "InstanceProfileId": .string(uniqueID("AIPA")),
            "Arn": .string(arn("instance-profile", path, name)), "CreateDate": .string(context.now.text),
        ]
        let tags = try tags(input)
        if !tags.isEmpty { spec["Tags"] = .array(tags) }
        try await create(IAMInstanceProfileFields.kind, name, spec, taken: "Instance Profile \(name) already exists.")
        return ["InstanceProfile": profileShape(spec)]
    }

    private func deleteProfile(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard try find(.instanceProfile, input)["RoleNames"].items.isEmpty else {
            throw IAMError.conflict("Cannot delete entity, must remove roles from instance profile first.")
        }
        try await records.delete(IAMInstanceProfileFields.kind, input["InstanceProfileName"].string ?? "")
        return .object([:])
    }

    private func addRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseServiceLinked(try find(.role, input), "AddRoleToInstanceProfile")
        try await change(.instanceProfile, input) { spec in
            guard spec["RoleNames"].items.isEmpty else { throw IAMError.quota("InstanceSessionsPerInstanceProfile", 1) }
            spec["RoleNames"] = [input["RoleName"]]
        }
        return .object([:])
    }

    private func removeRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await change(.instanceProfile, input) { spec in
            let role = input["RoleName"]
            guard spec["RoleNames"].items.contains(role) else {
                throw IAMError.missing(IAMEntity.role.notFoundText.replacing("%", with: role.string ?? ""))
            }
            spec["RoleNames"] = .null
        }
        return .object([:])
    }
}
