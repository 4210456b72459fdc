import Control
import Documents
import KubeModel
import Reconcile

/// One look at a StatefulSet. Source: kubernetes, stateful_set_control.go, updateStatefulSet.
struct StatefulSetSync {
    private let set: StatefulSet
    private let world: World
    private let history: RevisionHistory
    /// The form of pods below the partition, and of all before an update.
    private let former: ControllerRevision
    /// Pods by ordinal: those that the set wants, and those beyond, the highest first.
    private var replicas: [Int: Pod] = [:]
    private var condemned: [Pod] = []
    private let pods: [Pod]
    private var result = Plan()
    private var changes: [Change] = []

    init(_ set: StatefulSet, _ pods: [Pod], _ history: RevisionHistory, in world: World) {
        (self.set, self.pods, self.history, self.world) = (set, pods, history, world)
        let name = set.status.currentRevision ?? ""
        former = history.revisions.first { $0.name == name } ?? history.current
        for pod in pods {
            let ordinal = StatefulSetPods.ordinal(of: pod)
            if ordinals.contains(ordinal) { replicas[ordinal] = pod } else { condemned.append(pod) }
        }
        condemned.sort { StatefulSetPods.ordinal(of: $0) > StatefulSetPods.ordinal(of: $1) }
    }

    private var ordinals: Range<Int> { self.set.firstOrdinal..<self.set.firstOrdinal + self.set.replicas }
    private var minReadySeconds: Int { self.set.spec.minReadySeconds ?? 0 }
    private func isRunning(_ pod: Pod) -> Bool { pod.phase == "Running" && pod.isReady }
    private func isAvailable(_ pod: Pod) -> Bool { isRunning(pod) && pod.isAvailable(minReadySeconds: minReadySeconds, now: world.now) }
    private func isHealthy(_ pod: Pod) -> Bool { isAvailable(pod) && !pod.isDeleting }

    mutating func plan() -> Plan {
        if !set.isDeleting {
            settleClaims()
            if fill(), shrink() { update() }
        }
        result.changes = history.changes
        writeStatus()
        result.changes += changes
        result.changes += truncation()
        if minReadySeconds > 0, let wait = nextAvailability { result.revisit(in: wait) }
        return result
    }

    private mutating func tell(_ note: EventNote) { result.tell(note, about: set, from: StatefulSetController.name, in: world) }

    /// Claims follow the retention policy.
    private mutating func settleClaims() {
        guard !(set.spec.volumeClaimTemplates ?? []).isEmpty else { return }
        for (pod, isCondemned) in replicas.sorted(by: { $0.key < $1.key }).map({ ($0.value, false) }) + condemned.map({ ($0, true) }) {
            for (_, name) in StatefulSetPods.claimNames(of: set, StatefulSetPods.ordinal(of: pod)) {
                guard let claim = world.get(PersistentVolumeClaim.self, name, in: set.namespace) else { continue }
                if let change = StatefulSetPods.ownership(of: claim, set, pod, condemned: isCondemned) { changes.append(change) }
            }
        }
    }

    // MARK: Scaling

    /// Most pods that one reconcile makes.
    private static let burst = 500
    /// Makes the pods that are missing; false when the rest has to wait. Source: processReplica.
    private mutating func fill() -> Bool {
        var created = 0
        for ordinal in ordinals {
            guard let pod = replicas[ordinal] else {
                create(ordinal)
                created += 1
                if set.isOrdered || created == Self.burst { return false }
                continue
            }
            if pod.isTerminated, !pod.isDeleting {
                recreate(pod)
                if set.isOrdered { return false }
                continue
            }
            // A pod that waits for a claim that somebody deleted would wait for ever.
            if pod.phase == "Pending" { _ = makeClaims(ordinal, pod.name) }
            if set.isOrdered, !isHealthy(pod) { return false }
            if let change = StatefulSetPods.identity(of: pod, ordinal) { changes.append(change) }
        }
        return true
    }
    private mutating func recreate(_ pod: Pod) {
        let what = "StatefulSet \(set.namespace)/\(set.name) is recreating"
        tell(
            pod.phase == "Failed"
                ? .warning("RecreatingFailedPod", "\(what) failed Pod \(pod.name)")
                : .normal("RecreatingTerminatedPod", "\(what) terminated Pod \(pod.name)"))
        delete(pod)
    }

    private mutating func create(_ ordinal: Int) {
        let partitioned = set.isRolling && ordinal < set.firstUpdated
        let pod = StatefulSetPods.pod(of: set, ordinal, partitioned ? former : history.current)
        guard makeClaims(ordinal, pod.name) else { return }
        changes.append(.create(PodFields.kind, pod.value))
        tell(.normal("SuccessfulCreate", "create Pod \(pod.name) in StatefulSet \(set.name) successful"))
    }
    /// Makes the claims that a pod lacks; false when an old one has to go first. Source: createPersistentVolumeClaims.
    private mutating func makeClaims(_ ordinal: Int, _ pod: String) -> Bool {
        var isComplete = true
        for (volume, name) in StatefulSetPods.claimNames(of: set, ordinal) {
            if let claim = world.get(PersistentVolumeClaim.self, name, in: set.namespace) {
                if claim.isDeleting { isComplete = false }
                continue
            }
            changes.append(.create(PersistentVolumeClaimFields.kind, StatefulSetPods.claim(of: set, named: name, volume: volume)))
            tell(.normal("SuccessfulCreate", "create Claim \(name) Pod \(pod) in StatefulSet \(set.name) success"))
        }
        return isComplete
    }
    private mutating func delete(_ pod: Pod) {
        changes.append(pod.deletion())
        tell(.normal("SuccessfulDelete", "delete Pod \(pod.name) in StatefulSet \(set.name) successful"))
    }

    /// Takes away the pods beyond, from the highest on; false when the rest has to wait. Source: processCondemned.
    private mutating func shrink() -> Bool {
        let firstUnhealthy = (ordinals.compactMap { replicas[$0] } + condemned.reversed()).first { !isHealthy($0) }
        for pod in condemned {
            if pod.isDeleting {
                if set.isOrdered { return false }
                continue
            }
            if set.isOrdered, !isAvailable(pod), pod.uid != firstUnhealthy?.uid { return false }
            delete(pod)
            if set.isOrdered { return false }
        }
        return true
    }

    // MARK: Updates

    /// Replaces pods of another form, from the highest ordinal down to the partition.
    private mutating func update() {
        guard set.isRolling else { return }
        let targets = ordinals.reversed().filter { $0 >= set.firstUpdated }
        if set.maxUnavailable > 1 {
            let away = ordinals.count { ordinal in replicas[ordinal].map { !isHealthy($0) } ?? true }
            let old = targets.compactMap { replicas[$0] }.filter { isOld($0) && !$0.isDeleting }
            // Where pods wait for no other, those that serve nobody go first, and nobody misses them.
            let idle = set.isOrdered ? [] : old.filter { !isHealthy($0) }
            for pod in idle { delete(pod) }
            let rest = set.isOrdered ? old : old.filter(isHealthy)
            for pod in rest.prefix(max(0, set.maxUnavailable - away)) { delete(pod) }
            return
        }
        for ordinal in targets {
            guard let pod = replicas[ordinal] else { return }
            if isOld(pod), !pod.isDeleting { return delete(pod) }
            if !isHealthy(pod) { return }
        }
    }
    private func isOld(_ pod: Pod) -> Bool { StatefulSetPods.revision(of: pod) != history.current.name }

    private func truncation() -> [Change] {
        var live = Set(pods.map(StatefulSetPods.revision))
        live.formUnion([former.name, set.status.currentRevision ?? "", set.status.updateRevision ?? ""])
        return history.truncation(limit: set.spec.revisionHistoryLimit ?? 10, countsLive: false) { live.contains($0.name) }
    }

    // MARK: Status

    private mutating func writeStatus() {
        var status = set.status
        let there = pods.filter { !$0.phase.isEmpty }
        func count(_ revision: String) -> Int { there.count { !$0.isDeleting && StatefulSetPods.revision(of: $0) == revision } }
        let ready = there.count(where: isRunning)
        let updated = count(history.current.name)
        status.observedGeneration = max(set.metadata.generation ?? 0, set.status.observedGeneration ?? 0)
        status.replicas = there.count
        status.readyReplicas = Self.positive(ready)
        status.availableReplicas = there.count(where: isAvailable)
        status.updateRevision = history.current.name
        // An update that has reached every pod makes the new form the present one.
        let complete = set.isRolling && updated == there.count && ready == there.count && set.replicas == there.count
        status.currentRevision = complete ? history.current.name : former.name
        status.currentReplicas = Self.positive(count(status.currentRevision ?? ""))
        status.updatedReplicas = Self.positive(updated)
        if set.status.collisionCount == nil { status.collisionCount = 0 }
        guard status != set.status else { return }
        var changed = set
        changed.status = status
        result.changes.append(.updateStatus(StatefulSetFields.kind, changed.value))
    }
    /// Numbers of zero are left out, as upstream's encoding does.
    private static func positive(_ number: Int) -> Int? { number == 0 ? nil : number }

    private var nextAvailability: Duration? {
        pods.compactMap(\.readySince).map { $0 + .seconds(minReadySeconds) - world.now }.filter { $0 > .zero }.min()
    }
}
