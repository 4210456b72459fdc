import AWSProtocol
import Control
import Documents

/// Roles that belong to a service. Source: IAM user guide, service-linked roles.
extension IAMService {
    private static let roles: [String: (name: String, policy: String?)] = [
        "eks.amazonaws.com": ("AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"),
        "eks-nodegroup.amazonaws.com": ("AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
        "eks-fargate.amazonaws.com": ("AWSServiceRoleForAmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
        "eks-connector.amazonaws.com": ("AWSServiceRoleForAmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"),
        "autoscaling.amazonaws.com": ("AWSServiceRoleForAutoScaling", nil),
        "elasticloadbalancing.amazonaws.com": ("AWSServiceRoleForElasticLoadBalancing", nil),
        "spot.amazonaws.com": ("AWSServiceRoleForEC2Spot", nil),
    ]

    var roleLinkOperations: [String: OperationHandler] {
        ["CreateServiceLinkedRole": createServiceLinkedRole, "DeleteServiceLinkedRole": deleteServiceLinkedRole]
    }

    private func createServiceLinkedRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        let service = input["AWSServiceName"].string ?? ""
        guard let known = Self.roles[service] else {
            throw IAMError.invalid("The service name \(service) is not a valid service principal.")
        }
        let suffix = input["CustomSuffix"].string.map { "_\($0)" } ?? ""
        guard suffix.isEmpty || service == "autoscaling.amazonaws.com" else {
            throw IAMError.invalid("Custom suffix is not allowed for \(service)")
        }
        let name = known.name + suffix
        let trust: Value = [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Principal": ["Service": .string(service)], "Action": "sts:AssumeRole"]],
        ]
        let path = "/aws-service-role/\(service)/"
        var spec = try role(
            name, path: path, ["AssumeRolePolicyDocument": .string(JSON.text(trust)), "Description": input["Description"]], now: context.now
        )
        if let policy = known.policy { spec["AttachedPolicies"] = [.string("arn:aws:iam::aws:policy/aws-service-role/\(policy)")] }
        let message = "Service role name \(name) has been taken in this account, please try a different suffix."
        do { try await create(IAMRoleFields.kind, name, spec, taken: message) } catch let error as AWSError
            where error.code == "EntityAlreadyExists"
        { throw IAMError.invalid(message) }
        return ["Role": Self.shape(spec)]
    }

    /// Deletes at once; the task that is returned is over when it begins.
    private func deleteServiceLinkedRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        let role = try find(.role, input)
        let name = input["RoleName"].string ?? ""
        guard let path = role["Path"].string, path.hasPrefix("/aws-service-role/") else {
            throw IAMError.invalid("The role \(name) is not a service-linked role.")
        }
        try await records.delete(IAMRoleFields.kind, name)
        return ["DeletionTaskId": .string("task\(path)\(name)/\(records.random.uuid())")]
    }
}
