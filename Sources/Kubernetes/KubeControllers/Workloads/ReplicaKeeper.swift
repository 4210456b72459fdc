import Control
import Documents
import KubeModel
import Reconcile

/// Keeps as many pods as an owner asks for; ReplicaSets and ReplicationControllers have the same fields for that.
struct ReplicaKeeper<F: KindFields> {
    private let owner: View<F>
    private let spec: ReplicaSetSpec
    private let present: ReplicaSetStatus
    private let selector: LabelSelector
    /// The uids of the sets of one Deployment, whose pods spread together.
    private let siblings: [String]
    private let component: String
    private let world: World
    private var result = Plan()
    /// Most pods that one reconcile makes or deletes.
    private let burst = 500

    init(_ owner: View<F>, _ selector: LabelSelector, siblings: [String], component: String, in world: World) {
        (self.owner, self.selector, self.siblings) = (owner, selector, siblings)
        (self.component, self.world) = (component, world)
        spec = ReplicaSetSpec(owner.value["spec"]) ?? ReplicaSetSpec()
        present = ReplicaSetStatus(owner.value["status"]) ?? ReplicaSetStatus()
    }

    mutating func plan() -> Plan {
        if let tally = PodTally(of: owner, spec, in: world), planned(by: tally) { return result }
        let candidates = world.owned(Pod.self, by: owner.uid) + world.indexed(Pod.self, KubeIndexes.orphanPods.name, owner.namespace)
        let claim = Claim(candidates, for: owner, selector)
        result.changes = claim.changes
        let active = claim.owned.filter(\.isActive)
        // What is adopted counts from the next time on.
        if !owner.isDeleting, claim.changes.isEmpty {
            let missing = (spec.replicas ?? 1) - active.count
            if missing > 0 { create(min(missing, burst), besides: active.count) }
            if missing < 0 { delete(min(-missing, burst), active) }
        }
        let status = status(claim.owned)
        report(status)
        if let minimum = spec.minReadySeconds, minimum > 0, status.readyReplicas != status.availableReplicas {
            result.revisit = nextAvailability(active, minimum)
        }
        return result
    }

    /// Plans by numbers alone, and tells whether they do.
    private mutating func planned(by tally: PodTally) -> Bool {
        let missing = (spec.replicas ?? 1) - tally.active
        guard missing >= 0 else { return false }
        // The status first: hundreds of creations behind those of other owners may take a while.
        report(status(tally))
        if missing > 0, !owner.isDeleting { create(min(missing, burst), besides: tally.active) }
        return true
    }

    private mutating func report(_ status: ReplicaSetStatus) {
        guard status != present else { return }
        var updated = owner
        updated.value["status"] = status.value
        result.changes.append(.updateStatus(F.kind, updated.value))
    }

    /// Most events about pods that an owner's own growth makes. Source: client-go's EventSourceObjectSpamFilter, which lets so many pass.
    private static var mostTold: Int { 25 }

    private mutating func create(_ count: Int, besides active: Int) {
        for number in 0..<count {
            let pod = PodTemplate.pod(of: owner, spec.template, suffix: Naming.suffix(owner.uid, number, in: world))
            result.changes.append(.create(PodFields.kind, pod.value))
            guard number < Self.mostTold, count <= Self.mostTold || active < Self.mostTold else { continue }
            result.tell(.normal("SuccessfulCreate", "Created pod: \(pod.name)"), about: owner, from: component, in: world)
        }
    }

    private mutating func delete(_ count: Int, _ active: [Pod]) {
        var podsOnNode: [String: Int] = [:]
        for sibling in siblings {
            for pod in world.owned(Pod.self, by: sibling) where pod.isActive { podsOnNode[pod.nodeName, default: 0] += 1 }
        }
        let order = PodDeletionOrder(podsOnNode: podsOnNode)
        for pod in active.sorted(by: order.goesFirst).prefix(count) {
            result.changes.append(pod.deletion())
            result.tell(.normal("SuccessfulDelete", "Deleted pod: \(pod.name)"), about: owner, from: component, in: world)
        }
    }

    private func status(_ pods: [Pod]) -> ReplicaSetStatus {
        let active = pods.filter(\.isActive)
        let templateLabels = LabelSelector(labels: spec.template.metadata.labels ?? [:])
        var tally = PodTally()
        tally.active = active.count
        tally.labeled = active.count { $0.matches(templateLabels) }
        tally.ready = active.count(where: \.isReady)
        tally.available = active.count { $0.isAvailable(minReadySeconds: spec.minReadySeconds ?? 0, now: world.now) }
        tally.terminating = pods.count { $0.isDeleting && !$0.isTerminated }
        return status(tally)
    }
    private func status(_ tally: PodTally) -> ReplicaSetStatus {
        var status = present
        status.replicas = tally.active
        status.fullyLabeledReplicas = Self.positive(tally.labeled)
        status.readyReplicas = Self.positive(tally.ready)
        status.availableReplicas = Self.positive(tally.available)
        if F.kind == ReplicaSetFields.kind { status.terminatingReplicas = tally.terminating }
        let generation = owner.value["metadata"]["generation"].int ?? 0
        status.observedGeneration = max(generation, present.observedGeneration ?? 0)
        if tally.active == spec.replicas ?? 1 {
            let conditions = (status.conditions ?? []).filter { $0.type != "ReplicaFailure" }
            status.conditions = conditions.isEmpty ? nil : conditions
        }
        return status
    }
    /// Numbers of zero are left out, as upstream's encoding does.
    private static func positive(_ number: Int) -> Int? { number == 0 ? nil : number }

    private func nextAvailability(_ pods: [Pod], _ minReadySeconds: Int) -> Duration? {
        let waits = pods.compactMap(\.readySince).map { $0 + .seconds(minReadySeconds) - world.now }.filter { $0 > .zero }
        return waits.min()
    }

    /// What to tell, and the condition to set, when a pod could not be made or deleted.
    func failure(_ change: Change, _ error: ChangeError) -> Plan {
        guard let note = EventNote.refusal(ofPod: change, error) else { return Plan() }
        var plan = Plan()
        plan.tell(note, about: owner, from: component, in: world)
        // A message that names each pod anew must not wake the owner again and again.
        guard present.conditions?.contains(where: { $0.type == "ReplicaFailure" }) != true else { return plan }
        var failure = ReplicaSetCondition()
        (failure.type, failure.status, failure.reason, failure.message) = ("ReplicaFailure", "True", note.reason, error.text)
        failure.lastTransitionTime = world.now.text
        let status: Value = ["status": ["conditions": ((present.conditions ?? []) + [failure]).value]]
        plan.changes = [.patch(F.kind, namespace: owner.namespace, name: owner.name, status, subresource: "status")]
        return plan
    }
}
