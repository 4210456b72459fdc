import Control
import Documents
import KubeModel
import Reconcile

/// One look at a DaemonSet: which pods are to go, which nodes are to get one, and what its status says.
struct DaemonSetSync {
    /// What the set means for one node.
    struct Place {
        let name: String
        let run: Bool
        let keep: Bool
        /// The set's pods there, the oldest first.
        var pods: [DaemonPod]
    }
    let set: DaemonSet
    let world: World
    let hash: String
    private(set) var places: [Place] = []
    private(set) var plan = Plan()
    /// How long a failed pod is left for inspection before it is replaced.
    private let failureBackOff = Duration.seconds(10)
    /// Most pods that one reconcile makes or deletes. Source: daemon controller, BurstReplicas.
    private let burst = 250
    private var doomed: [DaemonPod] = []
    private var wanting: [String] = []

    init(
        _ set: DaemonSet, _ pods: [DaemonPod], on nodes: [(name: String, run: Bool, keep: Bool)], hash: String, in world: World
    ) {
        (self.set, self.hash, self.world) = (set, hash, world)
        var byNode: [String: [DaemonPod]] = [:]
        for pod in pods where !(pod.isDeleting && pod.isTerminated) { byNode[pod.node, default: []].append(pod) }
        for (name, run, keep) in nodes {
            let pods = (byNode.removeValue(forKey: name) ?? []).sorted(by: DaemonPod.goesFirst)
            if run || !pods.isEmpty { places.append(Place(name: name, run: run, keep: keep, pods: pods)) }
        }
        // Pods for nodes that are gone would wait for ever.
        doomed = byNode.values.flatMap { $0 }.filter { !$0.isBound && !$0.isDeleting }.sorted { $0.key < $1.key }
    }

    private var minReadySeconds: Int { self.set.spec.minReadySeconds ?? 0 }
    private func isAvailable(_ pod: DaemonPod) -> Bool { pod.isAvailable(minReadySeconds: minReadySeconds, now: world.now) }
    private func isNew(_ pod: DaemonPod) -> Bool { pod.hash == hash }
    private var desired: Int { places.count(where: \.run) }
    private func limit(_ number: IntOrString?, otherwise: Int) -> Int {
        (number ?? .int(otherwise)).scaled(to: desired, roundUp: true) ?? otherwise
    }
    private var rolling: RollingUpdateDaemonSet { self.set.spec.updateStrategy.rollingUpdate }
    private var maxSurge: Int {
        guard set.spec.updateStrategy.type ?? "RollingUpdate" == "RollingUpdate" else { return 0 }
        return limit(rolling.maxSurge, otherwise: 0)
    }

    /// Gives every node that should have a pod one, and takes away what is too much. Source: podsShouldBeOnNode.
    mutating func manage() {
        for place in places {
            if place.run, place.pods.isEmpty {
                wanting.append(place.name)
            } else if place.keep {
                keep(place)
            } else {
                doomed += place.pods.filter { !$0.isDeleting }
            }
        }
        settle()
    }

    private mutating func keep(_ place: Place) {
        var running: [DaemonPod] = []
        for pod in place.pods where !pod.isDeleting {
            guard pod.isTerminated else {
                running.append(pod)
                continue
            }
            end(pod, on: place.name)
        }
        guard running.count > 1 else { return }
        guard maxSurge > 0 else {
            doomed += running.dropFirst()
            return
        }
        let (new, old) = (running.filter(isNew), running.filter { !isNew($0) })
        doomed += new.dropFirst() + old.dropFirst()
        if let new = new.first, let old = old.first, !old.isReady || isAvailable(new) { doomed.append(old) }
    }

    private mutating func end(_ pod: DaemonPod, on node: String) {
        let which = "daemon pod \(set.namespace)/\(pod.name) on node \(node)"
        guard pod.hasFailed else {
            doomed.append(pod)
            tell(.normal("SucceededDaemonPod", "Found succeeded \(which), will try to delete it"))
            return
        }
        guard let ended = world.get(Pod.self, key: pod.key)?.endedAt else { return }
        let left = ended + failureBackOff - world.now
        if left > .zero { return plan.revisit(in: left) }
        doomed.append(pod)
        tell(.warning("FailedDaemonPod", "Found failed \(which), will try to kill it"))
    }

    /// Replaces pods of earlier templates as far as the strategy allows. Source: daemon/update.go, rollingUpdate.
    mutating func rollOn() {
        if maxSurge > 0 { surge() } else { replace() }
        settle()
    }

    /// The new and the old pod of a node; nil when there are several of one sort.
    private func pair(_ place: Place) -> (new: DaemonPod?, old: DaemonPod?)? {
        let pods = place.pods.filter { !$0.isDeleting }
        let (new, old) = (pods.filter(isNew), pods.filter { !isNew($0) })
        return new.count > 1 || old.count > 1 ? nil : (new.first, old.first)
    }

    private mutating func replace() {
        let maxUnavailable = limit(rolling.maxUnavailable, otherwise: 1)
        var unavailable = 0
        var candidates: [DaemonPod] = []
        for place in places where !place.pods.isEmpty {
            switch pair(place) {
            case (let new?, nil)?: if !isAvailable(new) { unavailable += 1 }
            case (nil, let old?)? where isAvailable(old): candidates.append(old)
            case (nil, let old?)?:
                // It does not serve anyway.
                doomed.append(old)
                unavailable += 1
            default: unavailable += 1
            }
        }
        doomed += candidates.prefix(max(0, maxUnavailable - unavailable))
    }

    private mutating func surge() {
        var surging = 0
        var candidates: [String] = []
        for place in places where !place.pods.isEmpty {
            switch pair(place) {
            case nil: surging += 1
            case (_, nil)?: break
            case (nil, let old?)?:
                if !place.keep {
                    doomed.append(old)
                } else if isAvailable(old) {
                    candidates.append(place.name)
                } else {
                    wanting.append(place.name)
                }
            case (let new?, let old?)?:
                if isAvailable(new) { doomed.append(old) } else { surging += 1 }
            }
        }
        wanting += candidates.prefix(max(0, maxSurge - surging))
    }

    /// Turns what was decided into changes.
    private mutating func settle() {
        for (number, node) in wanting.prefix(burst).enumerated() {
            let pod = DaemonSetPods.pod(of: set, on: node, hash: hash, suffix: Naming.suffix(set.uid, number, in: world))
            plan.changes.append(.create(PodFields.kind, pod.value))
            tell(.normal("SuccessfulCreate", "Created pod: \(pod.name)"))
        }
        for pod in doomed.prefix(burst) {
            guard let deletion = world.get(Pod.self, key: pod.key)?.deletion() else { continue }
            plan.changes.append(deletion)
            tell(.normal("SuccessfulDelete", "Deleted pod: \(pod.name)"))
        }
        (wanting, doomed) = ([], [])
    }
    private mutating func tell(_ note: EventNote) { plan.tell(note, about: set, from: DaemonSetController.name, in: world) }

    /// What the set's status should be. Source: updateDaemonSetStatus.
    func status() -> DaemonSetStatus {
        var status = set.status
        let served = places.filter { $0.run && !$0.pods.isEmpty }.compactMap(\.pods.first)
        let available = served.count(where: isAvailable)
        status.desiredNumberScheduled = desired
        status.currentNumberScheduled = served.count
        status.numberMisscheduled = places.count { !$0.run && !$0.pods.isEmpty }
        status.numberReady = served.count(where: \.isReady)
        status.updatedNumberScheduled = Self.positive(served.count(where: isNew))
        status.numberAvailable = Self.positive(available)
        status.numberUnavailable = Self.positive(desired - available)
        status.observedGeneration = max(set.metadata.generation ?? 0, set.status.observedGeneration ?? 0)
        return status
    }
    /// Numbers of zero are left out, as upstream's encoding does.
    private static func positive(_ number: Int) -> Int? { number == 0 ? nil : number }

    /// When a ready pod becomes available.
    var nextAvailability: Duration? {
        places.flatMap(\.pods).compactMap(\.readySince).map { $0 + .seconds(minReadySeconds) - world.now }.filter { $0 > .zero }.min()
    }
}
