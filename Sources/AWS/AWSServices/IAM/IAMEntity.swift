import AWSProtocol
import Documents

/// What the shared handlers need to know of a kind of IAM resource: a row of the table below.
struct IAMEntity: Sendable {
    let kind: Kind
    /// As in `AttachUserPolicy` and `ListUserTags`.
    let noun: String
    /// The input member with the name, as `UserName`.
    let nameMember: String
    /// The message of NoSuchEntity; `%` stands for the name.
    let notFoundText: String

    static let user = IAMEntity(
        kind: IAMUserFields.kind, noun: "User", nameMember: "UserName", notFoundText: "The user with name % cannot be found.")
    static let role = IAMEntity(
        kind: IAMRoleFields.kind, noun: "Role", nameMember: "RoleName", notFoundText: "The role with name % cannot be found.")
    static let policy = IAMEntity(
        kind: IAMPolicyFields.kind, noun: "Policy", nameMember: "PolicyArn", notFoundText: "Policy % was not found.")
    static let instanceProfile = IAMEntity(
        kind: IAMInstanceProfileFields.kind, noun: "InstanceProfile", nameMember: "InstanceProfileName",
        notFoundText: "Instance Profile % cannot be found.")
}

extension IAMService {
    /// The document name that the input names: for a policy the last part of its ARN.
    func name(_ entity: IAMEntity, _ input: Value) -> String {
        let text = input[entity.nameMember].string ?? ""
        guard entity.kind == IAMPolicyFields.kind else { return text }
        return text.split(separator: "/").last.map(String.init) ?? text
    }

    /// The resource that the input names.
    /// - Throws: NoSuchEntity.
    func find(_ entity: IAMEntity, _ input: Value) throws -> Value {
        let name = name(entity, input)
        guard let document = records.get(entity.kind, name),
            entity.kind != IAMPolicyFields.kind || document["spec"]["Arn"] == input["PolicyArn"]
        else { throw missing(entity, input) }
        return document["spec"]
    }

    func missing(_ entity: IAMEntity, _ input: Value) -> any Error {
        IAMError.missing(entity.notFoundText.replacing("%", with: input[entity.nameMember].string ?? ""))
    }

    /// Changes the resource that the input names.
    /// - Throws: NoSuchEntity, or what `change` throws.
    func change(_ entity: IAMEntity, _ input: Value, _ change: (inout Value) throws -> Void) async throws {
        _ = try find(entity, input)
        let found = try await records.update(entity.kind, name(entity, input)) { document in try change(&document["spec"]) }
        if found == nil { throw missing(entity, input) }
    }

    /// TagUser, UntagUser, ListUserTags and their like.
    func tagOperations(_ entity: IAMEntity) -> [String: OperationHandler] {
        [
            "Tag\(entity.noun)": { input, _ in
                let new = try tags(input)
                try await change(entity, input) { spec in
                    let keys = Set(new.compactMap { $0["Key"].string })
                    let all = spec["Tags"].items.filter { !keys.contains($0["Key"].string ?? "") } + new
                    guard all.count <= 50 else { throw IAMError.quota("TagsPer\(entity.noun)", 50) }
                    spec["Tags"] = .array(all)
                }
                return .object([:])
            },
            "Untag\(entity.noun)": { input, _ in
                let keys = Set(input["TagKeys"].items.compactMap(\.string))
                try await change(entity, input) { spec in
                    spec["Tags"] = .array(spec["Tags"].items.filter { !keys.contains($0["Key"].string ?? "") })
                }
                return .object([:])
            },
            "List\(entity.noun)Tags": { input, _ in try Self.page(try find(entity, input)["Tags"].items, input, "Tags") },
        ]
    }
}
