import AWSProtocol
import Control
import Documents

/// Versions of managed policies.
extension IAMService {
    private static let versionsPerPolicy = 5

    var policyVersionOperations: [String: OperationHandler] {
        [
            "GetPolicyVersion": getVersion, "ListPolicyVersions": listVersions, "CreatePolicyVersion": createVersion,
            "DeletePolicyVersion": deleteVersion,
            "SetDefaultPolicyVersion": { input, _ in
                try refuseManaged(input)
                try await change(.policy, input) { spec in
                    _ = try Self.version(spec, input)
                    spec["DefaultVersionId"] = input["VersionId"]
                }
                return .object([:])
            },
        ]
    }

    private func versions(_ input: Value) throws -> [Value] {
        if let policy = ManagedPolicies.named(input["PolicyArn"].string ?? "") {
            return [
                [
                    "VersionId": .string(policy.version), "CreateDate": policy.shape["UpdateDate"], "IsDefaultVersion": true,
                    "Document": .string(policy.document),
                ]
            ]
        }
        let spec = try find(.policy, input)
        return spec["Versions"].items.reversed().map { Self.marked($0, spec) }
    }

    private static func marked(_ version: Value, _ spec: Value) -> Value {
        var version = version
        version["IsDefaultVersion"] = .bool(version["VersionId"] == spec["DefaultVersionId"])
        return version
    }

    private static func version(_ spec: Value, _ input: Value) throws -> Value {
        guard let version = spec["Versions"].items.first(where: { $0["VersionId"] == input["VersionId"] }) else {
            throw noVersion(input)
        }
        return version
    }
    private static func noVersion(_ input: Value) -> AWSError {
        IAMError.missing(
            "Policy \(input["PolicyArn"].string ?? "") version \(input["VersionId"].string ?? "") does not exist or is not attachable.")
    }

    private func getVersion(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard var version = try versions(input).first(where: { $0["VersionId"] == input["VersionId"] }) else { throw Self.noVersion(input) }
        version["Document"] = Self.encoded(version["Document"].string ?? "")
        return ["PolicyVersion": version]
    }

    private func listVersions(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try versions(input).map { version in
            var version = version
            version["Document"] = .null
            return version
        }
        return try Self.page(found, input, "Versions")
    }

    private func createVersion(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseManaged(input)
        let document = input["PolicyDocument"].string ?? ""
        try checkPolicy(document)
        var made: Value = .null
        try await change(.policy, input) { spec in
            guard spec["Versions"].items.count < Self.versionsPerPolicy else {
                throw AWSError(
                    "LimitExceeded",
                    "A managed policy can have up to \(Self.versionsPerPolicy) versions. Before you create a new version, you must delete an existing version.",
                    status: 409)
            }
            let number = spec["NextVersion"].int ?? 2
            let version: Value = [
                "VersionId": .string("v\(number)"), "CreateDate": .string(context.now.text), "Document": .string(document),
            ]
            spec["Versions"] = .array(spec["Versions"].items + [version])
            spec["NextVersion"] = .int(Int64(number + 1))
            spec["UpdateDate"] = .string(context.now.text)
            if input["SetAsDefault"].bool == true { spec["DefaultVersionId"] = version["VersionId"] }
            made = Self.marked(version, spec)
        }
        made["Document"] = .null
        return ["PolicyVersion": made]
    }

    private func deleteVersion(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseManaged(input)
        try await change(.policy, input) { spec in
            _ = try Self.version(spec, input)
            guard spec["DefaultVersionId"] != input["VersionId"] else {
                throw IAMError.conflict("Cannot delete the default version of a policy.")
            }
            spec["Versions"] = .array(spec["Versions"].items.filter { $0["VersionId"] != input["VersionId"] })
        }
        return .object([:])
    }
}
