import AWSProtocol
import Control
import Documents

/// Managed policies: AWS's and the customer's.
extension IAMService {
    private static let longestPolicy = 6144

    var policyOperations: [String: OperationHandler] {
        [
            "CreatePolicy": createPolicy, "GetPolicy": getPolicy, "ListPolicies": listPolicies, "DeletePolicy": deletePolicy,
            "ListEntitiesForPolicy": listEntities,
        ]
    }

    /// The shape of a managed policy.
    /// - Throws: NoSuchEntity.
    func policy(_ arn: String) throws -> Value {
        if let policy = ManagedPolicies.named(arn) { return counted(policy.shape) }
        let name = arn.split(separator: "/").last.map(String.init) ?? arn
        guard let policy = records.get(IAMPolicyFields.kind, name), policy["spec"]["Arn"].string == arn else {
            throw IAMError.policyMissing(arn)
        }
        return counted(policy["spec"])
    }

    private func counted(_ shape: Value) -> Value {
        var shape = shape
        shape["AttachmentCount"] = .int(Int64(attached(shape["Arn"].string ?? "").count))
        return shape
    }

    /// Users and roles that the policy is attached to.
    private func attached(_ arn: String) -> [(entity: IAMEntity, spec: Value)] {
        [IAMEntity.user, .role].flatMap { entity in
            records.list(entity.kind).map { (entity, $0["spec"]) }.filter { $0.1["AttachedPolicies"].items.contains(.string(arn)) }
        }
    }

    /// - Throws: LimitExceeded or MalformedPolicyDocument.
    func checkPolicy(_ document: String) throws {
        guard document.count(where: { !$0.isWhitespace }) <= Self.longestPolicy else {
            throw IAMError.quota("PolicySize", Self.longestPolicy)
        }
        try PolicyDocument.check(document)
    }

    private func createPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["PolicyName"].string ?? ""
        let path = input["Path"].string ?? "/"
        let document = input["PolicyDocument"].string ?? ""
        try checkPolicy(document)
        let now = Value.string(context.now.text)
        var spec: Value = [
            "PolicyName": .string(name), "PolicyId": .string(uniqueID("ANPA")), "Arn": .string(arn("policy", path, name)),
            "Path": .string(path), "DefaultVersionId": "v1", "PermissionsBoundaryUsageCount": 0, "IsAttachable": true, "CreateDate": now,
            "UpdateDate": now, "NextVersion": 2,
            "Versions": [["VersionId": "v1", "CreateDate": now, "Document": .string(document)]],
        ]
        spec["Description"] = input["Description"]
        let tags = try tags(input)
        if !tags.isEmpty { spec["Tags"] = .array(tags) }
        try await create(
            IAMPolicyFields.kind, name, spec, taken: "A policy called \(name) already exists. Duplicate names are not allowed.")
        return ["Policy": counted(spec)]
    }

    private func getPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        ["Policy": try policy(input["PolicyArn"].string ?? "")]
    }

    private func listPolicies(_ input: Value, _ context: OperationContext) async throws -> Value {
        let scope = input["Scope"].string ?? "All"
        let prefix = input["PathPrefix"].string ?? "/"
        let managed = scope == "Local" ? [] : ManagedPolicies.all.map(\.shape)
        let own = scope == "AWS" ? [] : records.list(IAMPolicyFields.kind).map { $0["spec"] }
        let found = (own + managed).filter { $0["Path"].string?.hasPrefix(prefix) ?? false }.map { Self.withoutTags(counted($0)) }
        let wanted = input["OnlyAttached"].bool == true ? found.filter { ($0["AttachmentCount"].int ?? 0) > 0 } : found
        return try Self.page(wanted, input, "Policies")
    }

    private func deletePolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseManaged(input)
        let spec = try find(.policy, input)
        guard attached(spec["Arn"].string ?? "").isEmpty else { throw IAMError.conflict("Cannot delete a policy attached to entities.") }
        guard spec["Versions"].items.count <= 1 else {
            throw IAMError.conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."
            )
        }
        try await records.delete(IAMPolicyFields.kind, name(.policy, input))
        return .object([:])
    }

    /// - Throws: AccessDenied for a policy of AWS's.
    func refuseManaged(_ input: Value) throws {
        guard let arn = input["PolicyArn"].string, ManagedPolicies.named(arn) != nil else { return }
        throw AWSError("AccessDenied", "Cannot modify the AWS managed policy \(arn).", status: 403)
    }

    private func listEntities(_ input: Value, _ context: OperationContext) async throws -> Value {
        let arn = try policy(input["PolicyArn"].string ?? "")["Arn"].string ?? ""
        let found = attached(arn)
        func names(_ noun: String) -> Value {
            .array(
                found.filter { $0.entity.noun == noun }.map { ["\(noun)Name": $0.spec["\(noun)Name"], "\(noun)Id": $0.spec["\(noun)Id"]] })
        }
        return ["PolicyUsers": names("User"), "PolicyRoles": names("Role"), "PolicyGroups": [], "IsTruncated": false]
    }
}
