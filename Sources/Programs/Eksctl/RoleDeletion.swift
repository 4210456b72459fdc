import AWSProtocol
import Documents

/// Finds and deletes the IAM roles that were made for a cluster.
struct RoleDeletion: Sendable {
    let aws: AWSClient

    /// The roles (their shape) that carry the cluster's tag, and the nodegroup's when one is named.
    func roles(of cluster: String, nodegroup: String? = nil) async throws -> [Value] {
        let prefix = "eksctl-\(cluster)-"
        var found: [Value] = []
        for role in try await aws.all("iam", "ListRoles", "Roles") where role["RoleName"].string?.hasPrefix(prefix) == true {
            let tags = try await aws.call("iam", "ListRoleTags", ["RoleName": role["RoleName"]])["Tags"].items
            func has(_ key: String, _ value: String) -> Bool { tags.contains { $0["Key"].string == key && $0["Value"].string == value } }
            if has(ClusterResources.clusterTag, cluster), nodegroup.map({ has(ClusterResources.nodegroupTag, $0) }) ?? true {
                found.append(role)
            }
        }
        return found
    }
    /// Deletes a role with its instance profiles and attachments.
    func delete(_ role: String) async throws {
        let named: Value = ["RoleName": .string(role)]
        for profile in try await aws.all("iam", "ListInstanceProfilesForRole", "InstanceProfiles", named) {
            let name = profile["InstanceProfileName"]
            try await aws.callUnlessGone("iam", "RemoveRoleFromInstanceProfile", ["InstanceProfileName": name, "RoleName": .string(role)])
            try await aws.callUnlessGone("iam", "DeleteInstanceProfile", ["InstanceProfileName": name])
        }
        for policy in try await aws.all("iam", "ListAttachedRolePolicies", "AttachedPolicies", named) {
            try await aws.callUnlessGone("iam", "DetachRolePolicy", ["RoleName": .string(role), "PolicyArn": policy["PolicyArn"]])
        }
        try await aws.callUnlessGone("iam", "DeleteRole", named)
    }
}

extension AWSClient {
    /// Calls an operation and passes over an answer that the thing is gone already.
    func callUnlessGone(_ service: String, _ operation: String, _ input: Value) async throws {
        do { _ = try await call(service, operation, input) } catch let error as AWSError where error.isGone {}
    }
}
extension AWSError {
    /// Whether the error says that there is no such thing.
    var isGone: Bool {
        code.contains("NotFound") || code == "NoSuchEntity" || (code == "ValidationError" && message.contains("not found"))
    }
}
