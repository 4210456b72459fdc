package import Control
package import Documents
package import KubeModel
package import Reconcile

/// Judges nodes by their heartbeats, and taints them by their conditions. Source: kubernetes, pkg/controller/nodelifecycle.
///
/// Leases wake nobody: they are looked at when a node's grace would end, once for four renewals.
package struct NodeLifecycleController: Controller {
    package typealias Primary = NodeFields
    package static let name = "node-controller"
    package static let writes: Set<Kind> = [NodeFields.kind, PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByNode, NodeZones.index, NodeZones.givenUp, NodeZones.silent, NodeZones.unready]
    /// How long a node may be silent. Source: --node-monitor-grace-period of Kubernetes 1.36.
    private static let grace = Duration.seconds(50)
    /// How long one that has never told how it is. Source: --node-startup-grace-period.
    private static let startupGrace = Duration.seconds(60)
    /// How often nodes that are not ready are looked at, for their zone may have changed. Source: --node-monitor-period.
    private let period = Duration.seconds(5)
    private let startedAt: Timestamp

    /// `startedAt` is when this control plane began to listen: silence before that is its own fault.
    package init(startedAt: Timestamp = Timestamp(seconds: 0)) { self.startedAt = startedAt }

    /// A node that is ready and whose lease is fresh has nothing to fear from time.
    package func rest(_ key: String, in world: World) -> Duration? {
        let name = String(key.dropFirst(NodeFields.kind.prefix.count))
        guard world.count(NodeZones.unready.name, name) == 0,
            let lease = world.document(LeaseFields.kind.key("kube-node-lease", name)),
            let renewed = lease["spec"]?["renewTime"]?.string.flatMap(Timestamp.init)
        else { return nil }
        let left = max(renewed, startedAt) + Self.grace - world.now
        return left > .zero ? left : nil
    }

    package func reconcile(_ node: KubeNode, in world: World) throws -> Plan {
        guard !node.isDeleting else { return Plan() }
        var plan = Plan()
        var judged = node
        let grace = node.readiness == nil ? Self.startupGrace : Self.grace
        let left = max(node.lastHeard(in: world), startedAt) + grace - world.now
        if left > .zero { plan.revisit = left } else { markSilent(&judged, world, &plan) }
        let taints = taints(of: judged, givesUp: givesUp(node, world, &plan), now: world.now)
        if judged.status != node.status {
            // The taints follow when this is seen: their list is written whole, for the version that it was made of.
            plan.changes.append(.updateStatus(NodeFields.kind, judged.value))
        } else if taints != node.value["spec"]["taints"].items {
            let list: Value = taints.isEmpty ? .null : .array(taints)
            let metadata: Value = ["uid": .string(node.uid), "resourceVersion": node.value["metadata"]["resourceVersion"]]
            plan.changes.append(
                .patch(NodeFields.kind, namespace: nil, name: node.name, ["metadata": metadata, "spec": ["taints": list]]))
        }
        tell(node, judged, world, &plan)
        return plan
    }

    /// A silent node's conditions are unknown, and its pods count as not ready.
    private func markSilent(_ node: inout KubeNode, _ world: World, _ plan: inout Plan) {
        var conditions = node.value["status"]["conditions"].items
        for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
            let index = conditions.firstIndex { $0["type"].string == type }
            guard let index else {
                conditions.append([
                    "type": .string(type), "status": "Unknown", "reason": "NodeStatusNeverUpdated",
                    "message": "Kubelet never posted node status.",
                    "lastHeartbeatTime": .string(node.metadata.creationTimestamp ?? world.now.text),
                    "lastTransitionTime": .string(world.now.text),
                ])
                continue
            }
            if conditions[index]["status"].string == "Unknown" { continue }
            conditions[index]["status"] = "Unknown"
            conditions[index]["reason"] = "NodeStatusUnknown"
            conditions[index]["message"] = "Kubelet stopped posting node status."
            conditions[index]["lastTransitionTime"] = .string(world.now.text)
        }
        node.value["status"]["conditions"] = .array(conditions)
        for pod in world.pods(onNode: node.name) where pod.isReady {
            plan.changes.append(pod.telling("Ready", "False", now: world.now))
            plan.tell(.warning("NodeNotReady", "Node is not ready"), about: pod, from: Self.name, in: world)
        }
    }
    /// Whether the pods of a node that the world shows as not ready are to go. Once that is so, it stays until the node or no node at all is ready.
    private func givesUp(_ node: KubeNode, _ world: World, _ plan: inout Plan) -> Bool {
        guard ["False", "Unknown"].contains(node.readiness) else { return false }
        plan.revisit(in: period)
        let zones = NodeZones(around: node, in: world)
        if zones.nobodyIsReady { return false }
        let given = [NodeTaint.notReady, NodeTaint.unreachable]
        if (node.spec.taints ?? []).contains(where: { $0.effect == "NoExecute" && given.contains($0.key ?? "") }) { return true }
        guard let delay = zones.delay(of: node) else { return false }
        if delay > .zero { plan.revisit(in: delay) }
        return delay <= .zero
    }

    /// The taints that the node should have; those of others stay, with the time from which their toleration counts.
    private func taints(of node: KubeNode, givesUp: Bool, now: Timestamp) -> [Value] {
        var wanted: [(key: String, effect: String)] = []
        for (type, status, key) in NodeTaint.byCondition where node.condition(type)["status"].string == status {
            wanted.append((key, "NoSchedule"))
            if type == "Ready", givesUp { wanted.append((key, "NoExecute")) }
        }
        if node.spec.unschedulable == true { wanted.append((NodeTaint.unschedulable, "NoSchedule")) }
        let ours = Set(NodeTaint.byCondition.map(\.key) + [NodeTaint.unschedulable])
        var taints = node.value["spec"]["taints"].items.filter { taint in
            let key = taint["key"].string ?? ""
            if key == NodeTaint.uninitialized { return node.spec.providerID?.isEmpty ?? true }
            return !ours.contains(key) || wanted.contains { $0.key == key && $0.effect == taint["effect"].string }
        }
        for (key, effect) in wanted where !taints.contains(where: { $0["key"].string == key && $0["effect"].string == effect }) {
            taints.append(["key": .string(key), "effect": .string(effect), "timeAdded": .string(now.text)])
        }
        return taints.map { taint in
            guard taint["effect"].string == "NoExecute", taint["timeAdded"].isNull else { return taint }
            var taint = taint
            taint["timeAdded"] = .string(now.text)
            return taint
        }
    }

    private func tell(_ node: KubeNode, _ judged: KubeNode, _ world: World, _ plan: inout Plan) {
        let welcome = EventNote.normal("RegisteredNode", "Node \(node.name) event: Registered Node \(node.name) in Controller")
        let age = world.now - (node.metadata.creationTimestamp.flatMap(Timestamp.init) ?? world.now)
        if age < Self.startupGrace, welcome.isNew(about: node, from: Self.name, in: world) {
            plan.tell(welcome, about: node, from: Self.name, in: world)
        }
        guard node.readiness == "True", judged.readiness != "True" else { return }
        plan.tell(
            .normal("NodeNotReady", "Node \(node.name) status is now: NodeNotReady"), about: node, from: Self.name, in: world)
    }
}
