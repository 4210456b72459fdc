import AWSProtocol
import Control
import Documents

/// Instances as users run them; Auto Scaling makes the same documents.
extension EC2Service {
    var instanceOperations: [String: OperationHandler] {
        [
            "RunInstances": runInstances, "DescribeInstances": describeInstances, "DescribeInstanceStatus": describeInstanceStatus,
            "TerminateInstances": { input, _ in try await move(input, "TerminatingInstances", from: nil, to: "shutting-down") },
            "StopInstances": { input, _ in try await move(input, "StoppingInstances", from: ["pending", "running"], to: "stopping") },
            "StartInstances": { input, _ in try await move(input, "StartingInstances", from: ["stopped"], to: "pending") },
        ]
    }

    func runInstances(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let data = try templateData(input)
        let (least, most) = (input["MinCount"].int ?? 1, input["MaxCount"].int ?? 1)
        guard least >= 1, most >= least else {
            throw AWSError(
                "InvalidParameterValue", "Value (\(least)) for parameter minCount is invalid. It must be between 1 and maxCount.")
        }
        guard most <= InstanceLimits.perRegion - InstanceLimits.standing(records.list(Instance.self)) else {
            throw AWSError(
                "InstanceLimitExceeded",
                "You have requested more instances (\(most)) than your current instance limit of \(InstanceLimits.perRegion) allows "
                    + "for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment "
                    + "to this limit.")
        }
        let typeName = data["InstanceType"].string ?? "m1.small"
        guard InstanceTypes.find(typeName) != nil else {
            throw AWSError("InvalidParameterValue", "Invalid value '\(typeName)' for InstanceType.")
        }
        if let key = data["KeyName"].string { _ = try resource(.keyPair, key) }
        for group in data["SecurityGroupIds"].items.compactMap(\.string) { _ = try resource(.securityGroup, group) }
        let subnet = try subnet(for: data)
        let reservation = "r-" + records.random.hex(17)
        var made: [Instance] = []
        let tags = try tagged(input, data)
        for _ in 0..<most {
            let instance = InstanceShape.document(
                id: newID(.instance), data: data, subnet: subnet, now: context.now, group: nil, node: .null, tags: tags,
                reservation: reservation)
            do {
                _ = try await interfaces.primary(of: instance)
                made.append(try await records.create(instance))
            } catch {
                try await interfaces.remove(NetworkInterfaces.primaryID(of: instance.metadata.name ?? ""))
                guard made.count >= least, (error as? AWSError)?.code == "InsufficientFreeAddressesInSubnet" else {
                    try await abandon(made)
                    throw error
                }
                break
            }
        }
        let interfaces = interfaceShapes
        let shapes = made.map { InstanceShape.describe($0, interfaces) }
        return ["ReservationId": .string(reservation), "OwnerId": .string(account), "Groups": [], "Instances": .array(shapes)]
    }
    /// Takes back what a request made that cannot be met as a whole.
    private func abandon(_ instances: [Instance]) async throws {
        for instance in instances {
            let id = instance.metadata.name ?? ""
            _ = try await records.update(Instance.self, id) { $0.status.state = "shutting-down" }
        }
    }
    /// The request's members over those of the launch template that it names.
    private func templateData(_ input: Value) throws -> Value {
        var data: Value = [:]
        if !input["LaunchTemplate"].isNull { data = try launchTemplateData(input["LaunchTemplate"]) }
        for member in input.object ?? [:] where !member.value.isNull { data[member.key] = member.value }
        return data
    }
    private func subnet(for data: Value) throws -> Subnet {
        let wanted = data["SubnetId"].string ?? data["NetworkInterfaces"][0]["SubnetId"].string
        if let wanted, let subnet = Subnet(try resource(.subnet, wanted)) { return subnet }
        let zone = data["Placement"]["AvailabilityZone"].string
        let found = records.list(Subnet.self).first {
            $0.spec.value["DefaultForAz"].bool == true && (zone == nil || $0.spec.availabilityZone == zone)
        }
        guard let found else { throw AWSError("MissingInput", "No subnets found for the default VPC. Please specify a subnet.") }
        return found
    }
    private func tagged(_ input: Value, _ data: Value) throws -> [Value] {
        try EC2Tags.checked(
            data["TagSpecifications"].items.filter { $0["ResourceType"].string == "instance" }.flatMap { $0["Tags"].items })
    }

    func describeInstances(_ input: Value, _ context: OperationContext) async throws -> Value {
        let instances = records.list(Instance.self)
        let interfaces = interfaceShapes
        var unpaged = input
        (unpaged["MaxResults"], unpaged["NextToken"]) = (.null, .null)
        let found = try describe(.instance, unpaged, shapes: instances.map { InstanceShape.describe($0, interfaces) })["Instances"].items
        let reservations = Dictionary(
            instances.map { ($0.metadata.name ?? "", $0.spec.reservationId ?? "r-" + ($0.metadata.name ?? "").dropFirst(2)) }
        ) { $1 }
        var order: [String] = []
        var grouped: [String: [Value]] = [:]
        for shape in found {
            let reservation = reservations[shape["InstanceId"].string ?? ""] ?? ""
            if grouped[reservation] == nil { order.append(reservation) }
            grouped[reservation, default: []].append(shape)
        }
        let answers = order.map { id -> Value in
            ["ReservationId": .string(id), "OwnerId": .string(account), "Groups": [], "Instances": .array(grouped[id] ?? [])]
        }
        return try Self.page(answers, input, "Reservations")
    }
    func describeInstanceStatus(_ input: Value, _ context: OperationContext) async throws -> Value {
        let ids = input["InstanceIds"].items.compactMap(\.string)
        for id in ids { _ = try resource(.instance, id) }
        let shapes = records.list(Instance.self).filter { instance in
            (ids.isEmpty || ids.contains(instance.metadata.name ?? ""))
                && (input["IncludeAllInstances"].bool == true || instance.status.state == "running")
        }.map { instance -> Value in
            let status: Value = ["Status": "ok", "Details": [["Name": "reachability", "Status": "passed"]]]
            return [
                "InstanceId": instance.metadata.value["name"], "AvailabilityZone": instance.spec.value["AvailabilityZone"],
                "InstanceState": InstanceShape.state(instance.status.state ?? "pending"), "InstanceStatus": status, "SystemStatus": status,
            ]
        }
        return try Self.page(shapes, input, "InstanceStatuses")
    }

    /// Moves instances from one of the given states (any but terminated when nil) towards another.
    private func move(_ input: Value, _ member: String, from states: [String]?, to next: String) async throws -> Value {
        try refuseDryRun(input)
        let ids = input["InstanceIds"].items.compactMap(\.string)
        for id in ids {
            let state = Instance(try resource(.instance, id))?.status.state ?? ""
            if let states, !states.contains(state), state != next, !(next == "pending" && state == "running") {
                throw AWSError(
                    "IncorrectInstanceState",
                    "The instance '\(id)' is not in a state from which it can be \(next == "pending" ? "started" : "stopped").")
            }
        }
        var changes: [Value] = []
        for id in ids {
            var before = "pending"
            let after = try await records.update(Instance.self, id) { instance in
                before = instance.status.state ?? "pending"
                let ended = before == "terminated" || before == "shutting-down"
                if !ended, states?.contains(before) != false { instance.status.state = next }
                guard !ended, states?.contains(before) != false else { return }
                if next == "pending" {
                    (instance.status.reason, instance.status.stateReason) = (nil, nil)
                } else {
                    instance.status.reason = "User initiated (\(records.clock.now.text))"
                    instance.status.stateReason = [
                        "Code": "Client.UserInitiatedShutdown", "Message": "Client.UserInitiatedShutdown: User initiated shutdown",
                    ]
                }
            }
            changes.append([
                "InstanceId": .string(id), "PreviousState": InstanceShape.state(before),
                "CurrentState": InstanceShape.state(after?.status.state ?? before),
            ])
        }
        var output: Value = [:]
        output[member] = .array(changes)
        return output
    }
}
