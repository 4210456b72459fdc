import AWSProtocol
import Control
import Documents
import Reconcile

/// Groups: create, update, resize, delete.
extension AutoScalingService {
    private static let unsupported = [
        "MixedInstancesPolicy", "LaunchConfigurationName", "InstanceId", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources",
        "LifecycleHookSpecificationList", "PlacementGroup", "CapacityRebalance", "MaxInstanceLifetime",
    ]

    func createGroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["AutoScalingGroupName"].string ?? ""
        try refuseUnsupported(input)
        guard !name.isEmpty, !name.contains("/") else {
            throw Self.invalid("Group name '\(name)' is invalid: slashes are not supported yet")
        }
        var group = AutoScalingGroup()
        group.metadata.name = name
        group.metadata.finalizers = [AutoScalingGroupController.finalizer]
        group.spec.defaultCooldown = 300
        group.spec.healthCheckType = "EC2"
        group.spec.healthCheckGracePeriod = 0
        group.spec.terminationPolicies = ["Default"]
        group.spec.protectedFromScaleIn = false
        group.spec.tags = try input["Tags"].items.map { try groupTag($0, of: name) }
        try apply(input, to: &group)
        guard group.spec.launchTemplateId != nil else {
            throw Self.invalid(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
        }
        guard group.spec.subnetIds?.isEmpty == false else {
            throw Self.invalid("At least one Availability Zone or VPC Subnet is required.")
        }
        do { _ = try await records.create(group) } catch ChangeError.alreadyExists {
            throw AWSError("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name \(name) already exists")
        }
        return [:]
    }
    private func refuseUnsupported(_ input: Value) throws {
        for member in Self.unsupported where !(input[member].isNull || input[member] == [] || input[member] == false) {
            throw Self.invalid("\(member) is not supported yet")
        }
    }

    /// Puts the members that create and update share into the group, and checks the sizes as a whole.
    private func apply(_ input: Value, to group: inout AutoScalingGroup) throws {
        if let size = input["MinSize"].int { group.spec.minSize = size }
        if let size = input["MaxSize"].int { group.spec.maxSize = size }
        if let size = input["DesiredCapacity"].int { group.spec.desiredCapacity = size }
        if let seconds = input["DefaultCooldown"].int { group.spec.defaultCooldown = seconds }
        if let type = input["HealthCheckType"].string { group.spec.healthCheckType = type }
        if let seconds = input["HealthCheckGracePeriod"].int { group.spec.healthCheckGracePeriod = seconds }
        if let policies = input["TerminationPolicies"].array { group.spec.terminationPolicies = policies.compactMap(\.string) }
        if let protected = input["NewInstancesProtectedFromScaleIn"].bool { group.spec.protectedFromScaleIn = protected }
        if !input["LaunchTemplate"].isNull { try setTemplate(input["LaunchTemplate"], of: &group) }
        if let subnets = input["VPCZoneIdentifier"].string { try setSubnets(subnets, of: &group) }
        try checkSizes(&group, given: !input["DesiredCapacity"].isNull)
    }
    private func checkSizes(_ group: inout AutoScalingGroup, given: Bool) throws {
        let (low, high) = (group.spec.minSize ?? 0, group.spec.maxSize ?? 0)
        guard low >= 0, high >= 0 else { throw Self.invalid("Min, max and desired sizes must not be negative") }
        guard low <= high else { throw Self.invalid("Max bound, \(high), must be greater than or equal to min bound, \(low)") }
        let wanted = group.spec.desiredCapacity ?? low
        if !given { group.spec.desiredCapacity = min(max(wanted, low), high) }
        guard given else { return }
        guard wanted >= low, wanted <= high else {
            throw Self.invalid("Desired capacity:\(wanted) must be between the specified min size:\(low) and max size:\(high)")
        }
    }
    private func setTemplate(_ input: Value, of group: inout AutoScalingGroup) throws {
        let found = records.list(LaunchTemplate.self).first {
            $0.metadata.name == input["LaunchTemplateId"].string || $0.spec.name == input["LaunchTemplateName"].string
        }
        guard let found else {
            throw Self.invalid("You must use a valid fully-formed launch template. The specified launch template does not exist.")
        }
        group.spec.launchTemplateId = found.metadata.name
        group.spec.version = input["Version"].string ?? "$Default"
    }
    private func setSubnets(_ list: String, of group: inout AutoScalingGroup) throws {
        let ids = list.split(separator: ",").map { $0.filter { $0 != " " } }
        for id in ids where records.get(Subnet.self, id) == nil {
            throw Self.invalid("The subnet ID '\(id)' does not exist")
        }
        group.spec.subnetIds = ids
    }

    func updateGroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseUnsupported(input)
        try await update(input["AutoScalingGroupName"].string ?? "") { try apply(input, to: &$0) }
        return [:]
    }
    func setDesiredCapacity(_ input: Value, _ context: OperationContext) async throws -> Value {
        let wanted = input["DesiredCapacity"].int ?? 0
        try await update(input["AutoScalingGroupName"].string ?? "") { group in
            let (low, high) = (group.spec.minSize ?? 0, group.spec.maxSize ?? 0)
            guard wanted <= high else {
                throw Self.invalid("New SetDesiredCapacity value \(wanted) is above max value \(high) for the AutoScalingGroup.")
            }
            guard wanted >= low else {
                throw Self.invalid("New SetDesiredCapacity value \(wanted) is below min value \(low) for the AutoScalingGroup.")
            }
            group.spec.desiredCapacity = wanted
        }
        return [:]
    }
    func deleteGroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["AutoScalingGroupName"].string ?? ""
        _ = try group(name)
        guard input["ForceDelete"].bool == true || instances(of: name).isEmpty else {
            throw AWSError(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
        }
        try await records.delete(AutoScalingGroup.self, name)
        return [:]
    }

    func terminateInstance(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["InstanceId"].string ?? ""
        guard let name = records.get(Instance.self, id)?.spec.autoScalingGroup else {
            throw Self.invalid("Instance Id not found - No managed instance found for instance ID \(id)")
        }
        let decrement = input["ShouldDecrementDesiredCapacity"].bool == true
        try await update(name) { group in
            guard !(group.spec.terminating ?? []).contains(id) else { return }
            if decrement {
                let wanted = (group.spec.desiredCapacity ?? 0) - 1
                guard wanted >= group.spec.minSize ?? 0 else {
                    throw Self.invalid(
                        "Currently, desiredSize equals minSize (\(wanted + 1)). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
                    )
                }
                group.spec.desiredCapacity = wanted
            }
            group.spec.terminating = (group.spec.terminating ?? []) + [id]
        }
        return [
            "Activity": [
                "ActivityId": .string(records.random.uuid()), "AutoScalingGroupName": .string(name),
                "Description": .string("Terminating EC2 instance: \(id)"),
                "Cause": .string("instance \(id) was taken out of service in response to a user request."),
                "StartTime": .string(context.now.text), "StatusCode": "InProgress", "Progress": 0,
            ]
        ]
    }
}
