import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps as many pods alive as `spec.replicas` asks for, and reports how many there are.
package struct ReplicaSetController: Controller {
    package typealias Primary = ReplicaSetFields
    package static let name = "replicaset-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: ReplicaSet.self),
        Watch.mapped(Pod.self) { pod, world in
            guard pod.controllerUID == nil else { return [] }
            return world.list(ReplicaSet.self, in: pod.namespace).filter { pod.matches($0.selector) }.map(\.key)
        },
    ]
    package static let writes: Set<Kind> = [ReplicaSetFields.kind, PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.orphanPods]
    /// Most pods that one reconcile makes or deletes.
    private let burst = 500
    package init() {}

    package func reconcile(_ set: ReplicaSet, in world: World) throws -> Plan {
        let candidates = world.owned(Pod.self, by: set.uid) + world.indexed(Pod.self, KubeIndexes.orphanPods.name, set.namespace)
        let claim = Claim(candidates, for: set, set.selector)
        var plan = Plan(claim.changes)
        let active = claim.owned.filter(\.isActive)
        // What is adopted counts from the next time on.
        if !set.isDeleting, claim.changes.isEmpty {
            let missing = (set.spec.replicas ?? 1) - active.count
            if missing > 0 { create(min(missing, burst), of: set, in: world, &plan) }
            if missing < 0 { delete(min(-missing, burst), active, of: set, in: world, &plan) }
        }
        let status = status(of: set, claim.owned, in: world)
        if status != set.status {
            var updated = set
            updated.status = status
            plan.changes.append(.updateStatus(ReplicaSetFields.kind, updated.value))
        }
        if let minimum = set.spec.minReadySeconds, minimum > 0, status.readyReplicas != status.availableReplicas {
            plan.revisit = nextAvailability(active, minimum, world.now)
        }
        return plan
    }

    private func create(_ count: Int, of set: ReplicaSet, in world: World, _ plan: inout Plan) {
        for number in 0..<count {
            let pod = PodTemplate.pod(of: set, set.spec.template, suffix: Naming.suffix(set.uid, number, in: world))
            plan.changes.append(.create(PodFields.kind, pod.value))
            plan.tell(.normal("SuccessfulCreate", "Created pod: \(pod.name)"), about: set, from: Self.name, in: world)
        }
    }

    private func delete(_ count: Int, _ active: [Pod], of set: ReplicaSet, in world: World, _ plan: inout Plan) {
        let siblings = set.controllerUID.map { world.owned(ReplicaSet.self, by: $0) } ?? [set]
        var podsOnNode: [String: Int] = [:]
        for sibling in siblings {
            for pod in world.owned(Pod.self, by: sibling.uid) where pod.isActive { podsOnNode[pod.nodeName, default: 0] += 1 }
        }
        let order = PodDeletionOrder(podsOnNode: podsOnNode)
        for pod in active.sorted(by: order.goesFirst).prefix(count) {
            plan.changes.append(pod.deletion())
            plan.tell(.normal("SuccessfulDelete", "Deleted pod: \(pod.name)"), about: set, from: Self.name, in: world)
        }
    }

    private func status(of set: ReplicaSet, _ pods: [Pod], in world: World) -> ReplicaSetStatus {
        var status = set.status
        let active = pods.filter(\.isActive)
        let templateLabels = LabelSelector(labels: set.spec.template.metadata.labels ?? [:])
        status.replicas = active.count
        status.fullyLabeledReplicas = positive(active.count { $0.matches(templateLabels) })
        status.readyReplicas = positive(active.count(where: \.isReady))
        status.availableReplicas = positive(active.count { $0.isAvailable(minReadySeconds: set.spec.minReadySeconds ?? 0, now: world.now) })
        status.terminatingReplicas = positive(pods.count { $0.isDeleting && !$0.isTerminated })
        status.observedGeneration = max(set.metadata.generation ?? 0, set.status.observedGeneration ?? 0)
        if active.count == set.spec.replicas ?? 1 {
            let conditions = (status.conditions ?? []).filter { $0.type != "ReplicaFailure" }
            status.conditions = conditions.isEmpty ? nil : conditions
        }
        return status
    }
    /// Numbers of zero are left out, as upstream's encoding does.
    private func positive(_ number: Int) -> Int? { number == 0 ? nil : number }

    private func nextAvailability(_ pods: [Pod], _ minReadySeconds: Int, _ now: Timestamp) -> Duration? {
        let waits = pods.compactMap(\.readySince).map { $0 + .seconds(minReadySeconds) - now }.filter { $0 > .zero }
        return waits.min()
    }

    package func refused(_ change: Change, _ error: ChangeError, for set: ReplicaSet, in world: World) -> Plan {
        let (reason, message): (String, String)
        switch change {
        case .create: (reason, message) = ("FailedCreate", "Error creating: \(error.text)")
        case .delete: (reason, message) = ("FailedDelete", "Error deleting: \(error.text)")
        default: return Plan()
        }
        var plan = Plan()
        plan.tell(.warning(reason, message), about: set, from: Self.name, in: world)
        var conditions = (set.status.conditions ?? []).filter { $0.type != "ReplicaFailure" }
        var failure = ReplicaSetCondition()
        (failure.type, failure.status, failure.reason, failure.message) = ("ReplicaFailure", "True", reason, error.text)
        failure.lastTransitionTime = world.now.text
        conditions.append(failure)
        let present = set.status.conditions?.first { $0.type == "ReplicaFailure" }
        if present?.reason != reason || present?.message != error.text {
            let status: Value = ["status": ["conditions": conditions.value]]
            plan.changes = [.patch(ReplicaSetFields.kind, namespace: set.namespace, name: set.name, status, subresource: "status")]
        }
        return plan
    }
}

extension View where F == ReplicaSetFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
}
extension ChangeError {
    /// What the writer said.
    var text: String {
        switch self {
        case .conflict(let text), .alreadyExists(let text), .notFound(let text), .invalid(let text), .forbidden(let text),
            .unavailable(let text):
            text
        }
    }
}
