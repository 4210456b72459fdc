import AWSProtocol
import Documents

/// What the describe operations and the tag operations tell.
extension AutoScalingService {
    func describeGroups(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = Set(input["AutoScalingGroupNames"].items.compactMap(\.string))
        let groups = records.list(AutoScalingGroup.self).filter { group in
            (names.isEmpty || names.contains(group.metadata.name ?? "")) && input["Filters"].items.allSatisfy { matches($0, group) }
        }
        return try Self.page(groups.map(describe), input, "AutoScalingGroups", limit: 50)
    }
    /// Filters `tag-key`, `tag-value` and `tag:<key>`.
    private func matches(_ filter: Value, _ group: AutoScalingGroup) -> Bool {
        let name = filter["Name"].string ?? ""
        let values = filter["Values"].items.compactMap(\.string)
        let tags = group.spec.tags ?? []
        switch name {
        case "tag-key": return tags.contains { values.contains($0.key ?? "") }
        case "tag-value": return tags.contains { values.contains($0.content ?? "") }
        default: return tags.contains { "tag:\($0.key ?? "")" == name && values.contains($0.content ?? "") }
        }
    }

    /// The `AutoScalingGroup` shape.
    private func describe(_ group: AutoScalingGroup) -> Value {
        let (name, spec) = (group.metadata.name ?? "", group.spec)
        let zones = Set((spec.subnetIds ?? []).compactMap { records.get(Subnet.self, $0)?.spec.availabilityZone }).sorted()
        var value: Value = [
            "AutoScalingGroupName": .string(name), "AutoScalingGroupARN": .string(arn(group)), "MinSize": spec.value["minSize"],
            "MaxSize": spec.value["maxSize"], "DesiredCapacity": spec.value["desiredCapacity"],
            "DefaultCooldown": .int(Int64(spec.defaultCooldown ?? 300)), "AvailabilityZones": .array(zones.map(Value.string)),
            "LoadBalancerNames": [], "TargetGroupARNs": [], "HealthCheckType": .string(spec.healthCheckType ?? "EC2"),
            "HealthCheckGracePeriod": .int(Int64(spec.healthCheckGracePeriod ?? 0)),
            "Instances": .array(instances(of: name).map { describe($0, of: group) }),
            "CreatedTime": group.metadata.value["creationTimestamp"], "SuspendedProcesses": [], "EnabledMetrics": [],
            "VPCZoneIdentifier": .string((spec.subnetIds ?? []).joined(separator: ",")),
            "Tags": .array((spec.tags ?? []).map { describe($0, of: name) }),
            "TerminationPolicies": .array((spec.terminationPolicies ?? ["Default"]).map(Value.string)),
            "NewInstancesProtectedFromScaleIn": .bool(spec.protectedFromScaleIn ?? false),
            "ServiceLinkedRoleARN": .string(
                "arn:aws:iam::\(account):role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        ]
        if let template = template(of: group) { value["LaunchTemplate"] = template }
        if group.metadata.deletionTimestamp != nil { value["Status"] = "Delete in progress" }
        return value
    }
    private func template(of group: AutoScalingGroup) -> Value? {
        guard let id = group.spec.launchTemplateId, let template = records.get(LaunchTemplate.self, id) else { return nil }
        return [
            "LaunchTemplateId": .string(id), "LaunchTemplateName": .string(template.spec.name ?? ""),
            "Version": .string(group.spec.version ?? "$Default"),
        ]
    }
    private func describe(_ instance: Instance, of group: AutoScalingGroup) -> Value {
        var value: Value = [
            "InstanceId": .string(instance.metadata.name ?? ""), "InstanceType": .string(instance.spec.instanceType ?? ""),
            "AvailabilityZone": .string(instance.spec.availabilityZone ?? ""), "LifecycleState": .string(Lifecycle.state(of: instance)),
            "HealthStatus": "Healthy", "ProtectedFromScaleIn": .bool(group.spec.protectedFromScaleIn ?? false),
        ]
        if let template = template(of: group) { value["LaunchTemplate"] = template }
        return value
    }
    private func describe(_ tag: View<GroupTagFields>, of group: String) -> Value {
        [
            "ResourceId": .string(group), "ResourceType": "auto-scaling-group", "Key": .string(tag.key ?? ""),
            "Value": .string(tag.content ?? ""), "PropagateAtLaunch": .bool(tag.propagate ?? false),
        ]
    }

    func describeInstances(_ input: Value, _ context: OperationContext) async throws -> Value {
        let ids = Set(input["InstanceIds"].items.compactMap(\.string))
        let instances = records.list(Instance.self).compactMap { instance -> Value? in
            guard ids.isEmpty || ids.contains(instance.metadata.name ?? ""), instance.status.state != "terminated",
                let name = instance.spec.autoScalingGroup, let group = records.get(AutoScalingGroup.self, name)
            else { return nil }
            var value = describe(instance, of: group)
            value["AutoScalingGroupName"] = .string(name)
            value["HealthStatus"] = "HEALTHY"
            return value
        }
        return try Self.page(instances, input, "AutoScalingInstances", limit: 50)
    }

    func describeActivities(_ input: Value, _ context: OperationContext) async throws -> Value {
        let ids = Set(input["ActivityIds"].items.compactMap(\.string))
        if let name = input["AutoScalingGroupName"].string, input["IncludeDeletedGroups"].bool != true { _ = try group(name) }
        let activities = records.list(ScalingActivity.self, in: input["AutoScalingGroupName"].string)
            .filter { ids.isEmpty || ids.contains($0.metadata.name ?? "") }
            .sorted { ($0.spec.startTime ?? "") > ($1.spec.startTime ?? "") }
        return try Self.page(activities.map(describe), input, "Activities", limit: 100)
    }
    private func describe(_ activity: ScalingActivity) -> Value {
        let spec = activity.spec
        let details: Value = ["Subnet ID": spec.value["subnetId"], "Availability Zone": spec.value["availabilityZone"]]
        var value: Value = [
            "ActivityId": .string(activity.metadata.name ?? ""), "AutoScalingGroupName": .string(activity.metadata.namespace ?? ""),
            "Description": .string(spec.description ?? ""), "Cause": .string(spec.cause ?? ""), "StartTime": spec.value["startTime"],
            "StatusCode": .string(spec.statusCode ?? "InProgress"), "Progress": spec.endTime == nil ? 50 : 100,
            "Details": .string(JSON.text(details)),
        ]
        if let end = spec.endTime { value["EndTime"] = .string(end) }
        return value
    }

    func groupTag(_ input: Value, of group: String) throws -> View<GroupTagFields> {
        guard let key = input["Key"].string, !key.isEmpty, key.count <= 128, !key.hasPrefix("aws:") else {
            throw Self.invalid("Tag keys must have 1 to 128 characters and not begin with aws:")
        }
        var tag = View<GroupTagFields>()
        (tag.key, tag.content, tag.propagate) = (key, input["Value"].string ?? "", input["PropagateAtLaunch"].bool ?? false)
        return tag
    }
    func createTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        for item in input["Tags"].items {
            let name = item["ResourceId"].string ?? ""
            let tag = try groupTag(item, of: name)
            try await update(name) { $0.spec.tags = ($0.spec.tags ?? []).filter { $0.key != tag.key } + [tag] }
        }
        return [:]
    }
    func deleteTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        for item in input["Tags"].items {
            try await update(item["ResourceId"].string ?? "") {
                $0.spec.tags = ($0.spec.tags ?? []).filter { $0.key != item["Key"].string }
            }
        }
        return [:]
    }
    func describeTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        let groups = Set(
            input["Filters"].items.filter { $0["Name"].string == "auto-scaling-group" }.flatMap { $0["Values"].items.compactMap(\.string) })
        let keys = Set(input["Filters"].items.filter { $0["Name"].string == "key" }.flatMap { $0["Values"].items.compactMap(\.string) })
        let tags = records.list(AutoScalingGroup.self).filter { groups.isEmpty || groups.contains($0.metadata.name ?? "") }.flatMap {
            group in
            (group.spec.tags ?? []).filter { keys.isEmpty || keys.contains($0.key ?? "") }.map {
                describe($0, of: group.metadata.name ?? "")
            }
        }
        return try Self.page(tags, input, "Tags", limit: 50)
    }
}
