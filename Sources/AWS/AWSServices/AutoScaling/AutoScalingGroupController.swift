import Control
import Cryptography
package import Documents
package import Reconcile

/// Keeps as many instances as a group's desired capacity asks for, spread evenly over its zones.
/// Source: Auto Scaling user guide, "Distribute instances across Availability Zones" and the default termination policy.
package struct AutoScalingGroupController: Controller {
    package typealias Primary = AutoScalingGroupFields
    package static let name = "auto-scaling-group"
    package static let finalizer = "autoscaling.amazonaws.com/instances"
    package static let watches: [Watch] = [
        .mapped(Instance.self) { instance, _ in instance.spec.autoScalingGroup.map { [AutoScalingGroupFields.kind.key(nil, $0)] } ?? [] }
    ]
    package static let writes: Set<Kind> = [InstanceFields.kind, AutoScalingGroupFields.kind, ScalingActivityFields.kind]
    package init() {}

    package func reconcile(_ group: AutoScalingGroup, in world: World) -> Plan {
        let name = group.metadata.name ?? ""
        let alive = world.list(Instance.self).filter { $0.spec.autoScalingGroup == name && $0.status.state != "terminated" }
        let serving = alive.filter { ["pending", "running"].contains($0.status.state ?? "pending") }
        if group.metadata.deletionTimestamp != nil { return farewell(group, alive, serving, world) }
        var plan = Plan()
        for instance in alive where instance.status.state == "shutting-down" && instance.status.stateReason != nil {
            ended(instance, group, world, &plan)
        }
        let condemned = Set(group.spec.terminating ?? [])
        let staying = serving.filter { !condemned.contains($0.metadata.name ?? "") }
        for instance in serving where condemned.contains(instance.metadata.name ?? "") {
            retire(instance, group, "a user request", world, &plan)
        }
        let wanted = group.spec.desiredCapacity ?? group.spec.minSize ?? 0
        if staying.count > wanted {
            for instance in surplus(staying, by: staying.count - wanted) {
                retire(instance, group, "a difference between desired and actual capacity", world, &plan)
            }
        }
        let free = InstanceLimits.perRegion - InstanceLimits.standing(world.list(Instance.self))
        let missing = wanted - staying.count
        launch(min(missing, free), group, staying, world, &plan)
        if missing > free { plan.revisit = .seconds(60) }
        return plan
    }

    /// A group that is being deleted ends its instances and goes with the last of them.
    private func farewell(_ group: AutoScalingGroup, _ alive: [Instance], _ serving: [Instance], _ world: World) -> Plan {
        var plan = Plan()
        for instance in serving { retire(instance, group, "the deletion of the group", world, &plan) }
        if alive.isEmpty {
            var done = group
            done.metadata.finalizers = group.metadata.finalizers?.filter { $0 != Self.finalizer }
            plan.changes.append(.update(AutoScalingGroupFields.kind, done.value))
            for activity in world.list(ScalingActivity.self, in: group.metadata.name) {
                plan.changes.append(
                    .delete(
                        ScalingActivityFields.kind, namespace: activity.metadata.namespace, name: activity.metadata.name ?? "",
                        uid: activity.metadata.uid))
            }
        }
        return plan
    }
    /// Ends an instance; its node is drained first, but for groups of the user's own that are deleted by force. With a group that goes
    /// no budget holds its pods, for they have nowhere to go.
    private func retire(_ instance: Instance, _ group: AutoScalingGroup, _ reason: String, _ world: World, _ plan: inout Plan) {
        let id = instance.metadata.name ?? ""
        let isManaged = group.spec.launch != nil
        let drains = instance.status.state == "running" && (isManaged || group.metadata.deletionTimestamp == nil)
        let state = drains ? "draining" : "shutting-down"
        let isForced = group.metadata.deletionTimestamp != nil
        plan.changes.append(
            .patch(InstanceFields.kind, namespace: nil, name: id, ["status": ["state": .string(state), "isForced": .bool(isForced)]]))
        plan.changes.append(
            activity(
                group, instance, "Terminating EC2 instance: \(id)", "an instance was taken out of service in response to \(reason)",
                "terminate", world))
    }

    /// Tells once of an instance that ended although the group did not ask for it.
    private func ended(_ instance: Instance, _ group: AutoScalingGroup, _ world: World, _ plan: inout Plan) {
        let id = instance.metadata.name ?? ""
        let activity = activity(
            group, instance, "Terminating EC2 instance: \(id)",
            "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped",
            "terminate", world)
        if world.value(activity.key) == nil { plan.notes.append(activity) }
    }
    /// The instances that go first: from the zone with the most, the oldest of it.
    private func surplus(_ instances: [Instance], by count: Int) -> [Instance] {
        var left = instances.sorted {
            ($0.spec.launchTime ?? "", $0.metadata.name ?? "") < ($1.spec.launchTime ?? "", $1.metadata.name ?? "")
        }
        var gone: [Instance] = []
        for _ in 0..<count {
            let perZone = Dictionary(grouping: left) { $0.spec.availabilityZone ?? "" }
            let fullest = perZone.map { ($0.value.count, $0.key) }.max { ($0.0, $1.1) < ($1.0, $0.1) }
            guard let zone = fullest?.1, let index = left.firstIndex(where: { $0.spec.availabilityZone == zone }) else { break }
            gone.append(left.remove(at: index))
        }
        return gone
    }

    /// Launches instances, each in the zone that has the fewest. Ids follow from the group and a counter, and the counter is
    /// written before the instances, so that no id is used twice.
    private func launch(_ count: Int, _ group: AutoScalingGroup, _ standing: [Instance], _ world: World, _ plan: inout Plan) {
        guard count > 0, let data = launchData(group, world) else { return }
        let subnets = (group.spec.subnetIds ?? []).compactMap { world.get(Subnet.self, $0) }
        guard !subnets.isEmpty else { return }
        var load: [String: Int] = [:]
        for instance in standing { load[instance.spec.subnetId ?? "", default: 0] += 1 }
        let first = group.status.launched ?? 0
        var counted = group
        counted.status.launched = first + count
        plan.changes.append(.updateStatus(AutoScalingGroupFields.kind, counted.value))
        for number in first..<first + count {
            guard let subnet = subnets.min(by: { load[$0.metadata.name ?? "", default: 0] < load[$1.metadata.name ?? "", default: 0] })
            else { return }
            load[subnet.metadata.name ?? "", default: 0] += 1
            let instance = InstanceShape.document(
                id: Self.id("i-", group, "\(number)"), data: data, subnet: subnet, now: world.now, group: group.metadata.name,
                node: group.spec.launch?["Node"] ?? .null, tags: tags(group, data), reservation: Self.id("r-", group, "\(number)"))
            plan.changes.append(.create(InstanceFields.kind, instance.value))
            plan.changes.append(
                activity(
                    group, instance, "Launching a new EC2 instance: \(instance.metadata.name ?? "")",
                    "an instance was started in response to a difference between desired and actual capacity", "launch", world))
        }
    }
    private static func id(_ prefix: String, _ group: AutoScalingGroup, _ text: String) -> String {
        prefix + "0" + Hex.encode(SHA256.hash("\(group.metadata.uid ?? "")/\(text)")).prefix(16)
    }
    private func launchData(_ group: AutoScalingGroup, _ world: World) -> Value? {
        if let launch = group.spec.launch { return launch }
        guard let template = world.get(LaunchTemplate.self, group.spec.launchTemplateId ?? "") else { return nil }
        return try? LaunchTemplates.data(of: template, version: group.spec.version)
    }
    private func tags(_ group: AutoScalingGroup, _ data: Value) -> [Value] {
        let own = (group.spec.tags ?? []).filter { $0.propagate == true }
        let keys = Set(own.compactMap(\.key))
        let template = data["TagSpecifications"].items.filter { $0["ResourceType"].string == "instance" }.flatMap { $0["Tags"].items }
        return own.map { ["Key": .string($0.key ?? ""), "Value": .string($0.content ?? "")] }
            + template.filter { !keys.contains($0["Key"].string ?? "") }
    }
    private func activity(
        _ group: AutoScalingGroup, _ instance: Instance, _ description: String, _ cause: String, _ verb: String, _ world: World
    ) -> Change {
        var activity = ScalingActivity()
        let id = Hex.encode(SHA256.hash("\(group.metadata.uid ?? "")/\(verb)/\(instance.metadata.name ?? "")"))
        activity.metadata.namespace = group.metadata.name
        activity.metadata.name = [
            id.prefix(8), id.dropFirst(8).prefix(4), id.dropFirst(12).prefix(4), id.dropFirst(16).prefix(4), id.dropFirst(20).prefix(12),
        ]
        .joined(separator: "-")
        activity.spec.description = description
        activity.spec.cause = "At \(world.now.text) \(cause)."
        (activity.spec.startTime, activity.spec.endTime, activity.spec.statusCode) = (world.now.text, world.now.text, "Successful")
        activity.spec.instanceId = instance.metadata.name
        activity.spec.subnetId = instance.spec.subnetId
        activity.spec.availabilityZone = instance.spec.availabilityZone
        return .create(ScalingActivityFields.kind, activity.value)
    }
}
