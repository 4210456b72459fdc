import Control
import Documents
import KubeModel
import Reconcile

/// One look at a Deployment: its ReplicaSets as they should be, and the status that follows.
struct DeploymentRollout {
    /// A ReplicaSet as it is and as it should be.
    struct ManagedSet {
        let original: ReplicaSet
        var wanted: ReplicaSet
        init(_ set: ReplicaSet) { (original, wanted) = (set, set) }
        var name: String { original.name }
        var replicas: Int { wanted.spec.replicas ?? 1 }
        /// Pods that are available and stay: those beyond `replicas` are about to go, whatever the status still says.
        var available: Int { min(original.status.availableReplicas ?? 0, replicas) }
        var actual: Int { original.status.replicas ?? 0 }
        var created: String { original.metadata.creationTimestamp ?? "" }
        /// Zero without one, and for an annotation that no rollout can have counted up to.
        var revision: Int {
            let number = original.value["metadata"]["annotations"][DeploymentAnnotation.revision].string.flatMap { Int($0) } ?? 0
            return (0..<Int.max).contains(number) ? number : 0
        }
    }
    let deployment: Deployment
    let world: World
    var newSet: ManagedSet?
    /// Oldest first.
    var oldSets: [ManagedSet]
    var status: DeploymentStatus
    /// The revision that the Deployment's annotation should show.
    var revision: String?
    var created: ReplicaSet?
    var deleted: [ReplicaSet] = []
    /// The Deployment with an earlier template, or without the wish for one.
    var rolledBack: Deployment?
    private(set) var notes: [EventNote] = []

    /// The state of a Deployment with the ReplicaSets that it owns.
    init(_ deployment: Deployment, _ sets: [ReplicaSet], _ world: World) {
        (self.deployment, self.world, status) = (deployment, world, deployment.status)
        let sorted = sets.map(ManagedSet.init).sorted { ($0.created, $0.name) < ($1.created, $1.name) }
        let template = DeploymentRollout.comparable(deployment.spec.template)
        let found = sorted.firstIndex { DeploymentRollout.comparable($0.original.spec.template) == template }
        newSet = found.map { sorted[$0] }
        oldSets = sorted.enumerated().filter { $0.offset != found }.map(\.element)
        status.observedGeneration = deployment.metadata.generation
    }

    /// A template without the label that tells ReplicaSets apart.
    static func comparable(_ template: PodTemplateSpec) -> Value {
        var value = template.value
        value["metadata"]["labels"][DeploymentAnnotation.hashLabel] = .null
        if value["metadata"]["labels"].object?.isEmpty == true { value["metadata"]["labels"] = .null }
        value["metadata"]["creationTimestamp"] = .null
        if value["metadata"].object?.isEmpty == true { value["metadata"] = .null }
        return value
    }

    var allSets: [ManagedSet] { oldSets + (newSet.map { [$0] } ?? []) }
    /// Pods that the ReplicaSets are asked to keep.
    var totalReplicas: Int { allSets.reduce(0) { $0 + $1.replicas } }

    mutating func tell(_ note: EventNote) { notes.append(note) }

    /// Brings the Deployment a step further.
    mutating func proceed() {
        if isScaling {
            settleNewSet(create: false)
            scaleProportionally()
            return updateStatus()
        }
        if deployment.isRolling {
            settleNewSet(create: true)
            if created == nil { roll() }
        } else {
            settleNewSet(create: false)
            recreate()
        }
        if isComplete { cleanUp() }
        updateRolloutStatus()
    }

    /// Whether the number of replicas was changed since the ReplicaSets were scaled. Source: deployment controller, isScalingEvent.
    private var isScaling: Bool {
        allSets.contains { set in
            guard set.replicas > 0, let desired = set.original.annotation(DeploymentAnnotation.desired).flatMap({ Int($0) }) else {
                return false
            }
            return desired != deployment.replicas
        }
    }

    /// The changes that all this takes: ReplicaSets first, for the status tells of them.
    func plan() -> Plan {
        var plan = Plan()
        for note in notes { plan.tell(note, about: deployment, from: DeploymentController.name, in: world) }
        if let rolledBack {
            plan.changes.append(.update(DeploymentFields.kind, rolledBack.value))
            return plan
        }
        if let created { plan.changes.append(.create(ReplicaSetFields.kind, created.value)) }
        for set in allSets where set.wanted != set.original { plan.changes.append(.update(ReplicaSetFields.kind, set.wanted.value)) }
        for set in deleted { plan.changes.append(set.deletion()) }
        if status != deployment.status {
            var updated = deployment
            updated.status = status
            plan.changes.append(.updateStatus(DeploymentFields.kind, updated.value))
        }
        if let revision, deployment.annotation(DeploymentAnnotation.revision) != revision {
            plan.changes.append(
                .patch(
                    DeploymentFields.kind, namespace: deployment.namespace, name: deployment.name,
                    ["metadata": ["annotations": [DeploymentAnnotation.revision: .string(revision)]]]))
        }
        plan.revisit = timeToDeadline
        return plan
    }
}

/// Names of annotations and labels. Source: deployment util.
enum DeploymentAnnotation {
    static let revision = "deployment.kubernetes.io/revision"
    static let history = "deployment.kubernetes.io/revision-history"
    static let desired = "deployment.kubernetes.io/desired-replicas"
    static let maximum = "deployment.kubernetes.io/max-replicas"
    static let rollback = "deprecated.deployment.rollback.to"
    static let hashLabel = "pod-template-hash"
    /// Annotations of a Deployment that its ReplicaSets do not take over.
    static let own: Set<String> = [
        "kubectl.kubernetes.io/last-applied-configuration", revision, history, desired, maximum, rollback,
    ]
}

extension View where F: KindFields {
    func annotation(_ name: String) -> String? { value["metadata"]["annotations"][name].string }
    mutating func setAnnotation(_ name: String, _ text: String) { value["metadata"]["annotations"][name] = .string(text) }
}
