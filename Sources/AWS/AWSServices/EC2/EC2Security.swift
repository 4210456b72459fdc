import AWSProtocol
import Cryptography
import Documents

/// Security groups and key pairs.
extension EC2Service {
    var securityOperations: [String: OperationHandler] {
        [
            "CreateSecurityGroup": createSecurityGroup, "DeleteSecurityGroup": deleteSecurityGroup,
            "DescribeSecurityGroups": describeSecurityGroups,
            "AuthorizeSecurityGroupIngress": { input, _ in try await authorize(input, "IpPermissions") },
            "AuthorizeSecurityGroupEgress": { input, _ in try await authorize(input, "IpPermissionsEgress") },
            "RevokeSecurityGroupIngress": { input, _ in try await revoke(input, "IpPermissions") },
            "RevokeSecurityGroupEgress": { input, _ in try await revoke(input, "IpPermissionsEgress") },
            "DescribeSecurityGroupRules": describeRules, "CreateKeyPair": createKeyPair, "ImportKeyPair": importKeyPair,
            "DeleteKeyPair": deleteKeyPair, "DescribeKeyPairs": describeKeyPairs,
        ]
    }

    func makeSecurityGroup(_ name: String, _ description: String, vpc: String, id: String? = nil, tags: Value, fromItself: Bool)
        async throws -> Value
    {
        let id = id ?? newID(.securityGroup)
        return try await create(
            .securityGroup, id: id,
            SecurityGroupShape.new(id: id, name: name, description: description, vpc: vpc, account: account, fromItself: fromItself),
            tags: tags)
    }
    func createSecurityGroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["GroupName"].string ?? ""
        let vpc = try input["VpcId"].string.map { try resource(.vpc, $0)["spec"]["VpcId"].string } ?? defaultVPC
        guard let vpc else { throw AWSError("VPCIdNotSpecified", "No default VPC for this user") }
        guard !name.hasPrefix("sg-") else {
            throw AWSError(
                "InvalidParameterValue", "Value (\(name)) for parameter GroupName is invalid. Group names may not be in the format sg-*.")
        }
        let taken = records.list(SecurityGroup.self).contains { $0.spec.vpcId == vpc && $0.spec.groupName == name }
        let duplicate = AWSError("InvalidGroup.Duplicate", "The security group '\(name)' already exists for VPC '\(vpc)'")
        guard !taken else { throw duplicate }
        let group = try await makeSecurityGroup(
            name, input["Description"].string ?? "", vpc: vpc, tags: try tags(input, for: .securityGroup), fromItself: false)
        let yields = try await yields(.securityGroup, group["GroupId"].string ?? "") {
            $0["VpcId"].string == vpc && $0["GroupName"].string == name
        }
        if yields { throw duplicate }
        return ["GroupId": group["GroupId"], "Tags": group["Tags"]]
    }
    var defaultVPC: String? { records.list(VPC.self).first { $0.spec.isDefault == true }?.metadata.name }

    func deleteSecurityGroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id =
            input["GroupId"].string ?? records.list(SecurityGroup.self).first { $0.spec.groupName == input["GroupName"].string }?.metadata
            .name ?? ""
        let group = try resource(.securityGroup, id)["spec"]
        guard group["GroupName"].string != "default" else {
            throw AWSError("CannotDelete", "the specified group: \"\(id)\" name: \"default\" cannot be deleted by a user")
        }
        let named = records.list(SecurityGroup.self).contains { other in
            other.metadata.name != id
                && ((other.spec.ingress ?? []) + (other.spec.egress ?? [])).contains {
                    $0["UserIdGroupPairs"].items.contains { $0["GroupId"].string == id }
                }
        }
        let used = records.list(NetworkInterface.self).contains { ($0.spec.groupIds ?? []).contains(id) }
        guard !named, !used else { throw AWSError("DependencyViolation", "resource \(id) has a dependent object") }
        try await records.delete(SecurityGroup.self, id)
        return ["Return": true, "GroupId": .string(id)]
    }
    func describeSecurityGroups(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = input["GroupNames"].items.compactMap(\.string)
        let shapes = records.list(EC2Type.securityGroup.kind).map { $0["spec"] }
        for name in names where !shapes.contains(where: { $0["GroupName"].string == name }) {
            throw AWSError("InvalidGroup.NotFound", "The security group '\(name)' does not exist in default VPC '\(defaultVPC ?? "")'")
        }
        return try describe(.securityGroup, input, shapes: shapes.filter { names.isEmpty || names.contains($0["GroupName"].string ?? "") })
    }

    private func authorize(_ input: Value, _ member: String) async throws -> Value {
        let added = try SecurityGroupShape.permissions(input)
        let id = try groupID(input)
        for pair in added.flatMap({ $0["UserIdGroupPairs"].items }) { _ = try resource(.securityGroup, pair["GroupId"].string) }
        try await change(.securityGroup, id) { group in
            let standing = SecurityGroupShape.rules(group[member].items)
            for rule in SecurityGroupShape.rules(added) where standing.contains(rule) {
                throw AWSError("InvalidPermission.Duplicate", "the specified rule \"\(SecurityGroupShape.text(rule))\" already exists")
            }
            group[member] = .array(group[member].items + added)
        }
        return ["Return": true, "SecurityGroupRules": .array(described(added, of: id, egress: member != "IpPermissions"))]
    }
    private func revoke(_ input: Value, _ member: String) async throws -> Value {
        let removed = SecurityGroupShape.rules(try SecurityGroupShape.permissions(input))
        try await change(.securityGroup, try groupID(input)) { group in
            let standing = SecurityGroupShape.rules(group[member].items)
            guard removed.allSatisfy(standing.contains) else {
                throw AWSError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
            }
            group[member] = .array(standing.filter { !removed.contains($0) })
        }
        return ["Return": true]
    }
    private func groupID(_ input: Value) throws -> String {
        if let id = input["GroupId"].string { return id }
        guard let name = input["GroupName"].string else {
            throw AWSError("MissingParameter", "The request must contain the parameter groupName or groupId")
        }
        guard let found = records.list(SecurityGroup.self).first(where: { $0.spec.groupName == name && $0.spec.vpcId == defaultVPC }) else {
            throw EC2Type.securityGroup.notFound(name)
        }
        return found.metadata.name ?? ""
    }
    private func described(_ permissions: [Value], of group: String, egress: Bool) -> [Value] {
        SecurityGroupShape.rules(permissions).map { rule in
            var shape: Value = [
                "SecurityGroupRuleId": .string(
                    "sgr-0" + Hex.encode(SHA256.hash(Array("\(group)\(egress)\(JSON.text(rule))".utf8))).prefix(16)),
                "GroupId": .string(group), "GroupOwnerId": .string(account), "IsEgress": .bool(egress), "IpProtocol": rule["IpProtocol"],
                "FromPort": rule["FromPort"].isNull ? -1 : rule["FromPort"], "ToPort": rule["ToPort"].isNull ? -1 : rule["ToPort"],
            ]
            if !rule["IpRanges"].isNull { shape["CidrIpv4"] = rule["IpRanges"][0]["CidrIp"] }
            if !rule["UserIdGroupPairs"].isNull { shape["ReferencedGroupInfo"] = ["GroupId": rule["UserIdGroupPairs"][0]["GroupId"]] }
            return shape
        }
    }
    func describeRules(_ input: Value, _ context: OperationContext) async throws -> Value {
        let groups = input["Filters"].items.first { $0["Name"].string == "group-id" }?["Values"].items.compactMap(\.string)
        let rules = records.list(SecurityGroup.self).filter { groups?.contains($0.metadata.name ?? "") != false }.flatMap { group in
            described(group.spec.ingress ?? [], of: group.metadata.name ?? "", egress: false)
                + described(group.spec.egress ?? [], of: group.metadata.name ?? "", egress: true)
        }
        return try Self.page(rules, input, "SecurityGroupRules")
    }
}
