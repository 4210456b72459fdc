import AWSProtocol
import Documents
import KubeClient

/// Making things by the AWS APIs; each goes in the end.
extension Scene {
    /// Calls an AWS operation as the bed's administrator.
    @discardableResult func aws(_ service: String, _ operation: String, _ input: Value = .object([:])) async throws -> Value {
        try await bed.clients.aws(nil).call(service, operation, input)
    }

    /// A role for a service, and its ARN.
    func role(_ suffix: String, for service: String) async throws -> String {
        let name = name(suffix)
        let trust = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"\(service)"},"Action":"sts:AssumeRole"}]}
            """
        let role = try await aws("iam", "CreateRole", ["RoleName": .string(name), "AssumeRolePolicyDocument": .string(trust)])
        afterwards { [self] in try await aws("iam", "DeleteRole", ["RoleName": .string(name)]) }
        return role["Role"]["Arn"].string ?? ""
    }
    /// A user with an access key, and its ARN.
    func user(_ suffix: String) async throws -> (arn: String, key: SigningCredential) {
        let name = Value.string(name(suffix))
        let user = try await aws("iam", "CreateUser", ["UserName": name])
        afterwards { [self] in try await aws("iam", "DeleteUser", ["UserName": name]) }
        let key = try await aws("iam", "CreateAccessKey", ["UserName": name])["AccessKey"]
        afterwards { [self] in try await aws("iam", "DeleteAccessKey", ["UserName": name, "AccessKeyId": key["AccessKeyId"]]) }
        return (
            user["User"]["Arn"].string ?? "",
            SigningCredential(accessKey: key["AccessKeyId"].string ?? "", secret: key["SecretAccessKey"].string ?? "")
        )
    }
    /// Subnets of the default VPC, one for each zone.
    func subnets() async throws -> [Value] {
        try await aws("ec2", "DescribeSubnets", ["Filters": [["Name": "default-for-az", "Values": ["true"]]]])["Subnets"].items
    }

    /// A cluster that is ACTIVE, with a nodegroup whose nodes are Ready when `nodes` is not 0.
    func cluster(nodes: Int = 0, mode: String = "API_AND_CONFIG_MAP", zones: Int = 2) async throws -> Stage {
        let name = name("cluster")
        let subnets = try await subnets().prefix(max(2, zones)).map { $0["SubnetId"] }
        let role = try await role("cluster-role", for: "eks.amazonaws.com")
        try await aws(
            "eks", "CreateCluster",
            [
                "name": .string(name), "roleArn": .string(role), "resourcesVpcConfig": ["subnetIds": .array(subnets)],
                "accessConfig": ["authenticationMode": .string(mode)],
            ])
        afterwards { [self] in
            try await aws("eks", "DeleteCluster", ["name": .string(name)])
            try await eventually("cluster \(name) is gone") { try await isGone("DescribeCluster", ["name": .string(name)]) }
        }
        try await eventually("cluster \(name) is ACTIVE") { try await cluster(name)["status"].string == "ACTIVE" }
        let stage = Stage(scene: self, cluster: name, kubernetes: try await bed.clients.kubernetes(cluster: name, nil))
        if nodes > 0 { try await stage.nodegroup("ng", nodes: nodes, subnets: Array(subnets.prefix(zones))) }
        return stage
    }
    func cluster(_ name: String) async throws -> Value { try await aws("eks", "DescribeCluster", ["name": .string(name)])["cluster"] }
    /// Whether EKS answers that there is no such thing.
    func isGone(_ operation: String, _ input: Value) async throws -> Bool {
        do { try await aws("eks", operation, input) } catch let error as AWSError where error.code == "ResourceNotFoundException" {
            return true
        }
        return false
    }
}
