import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// What the scheduler is told.
enum SchedulerLetter: Sendable {
    case events([Event])
    case bound([(pod: SchedulingPod, error: ChangeError?)])
    /// What had to be written before the pod can have its node is written.
    case written(SchedulingPod)
    /// What had to be written before the pod can have its node could not be.
    case unprepared(SchedulingPod, Plugin, ChangeError)
    /// What was written for a pod is taken back, as far as that was possible.
    case undone(SchedulingPod)
    /// Victims that could not be deleted, to make room for a pod.
    case spared([SchedulingPod], for: SchedulingPod)
    case woke(Timestamp)
}
/// What the scheduler wants done.
enum SchedulerAction: Sendable {
    case bind(SchedulingPod, node: String)
    /// Writes what volumes and devices a pod shall have, before it can have its node.
    case prepare(SchedulingPod, node: String, VolumePlan, DevicePlan)
    /// Takes back what was written for a pod that does not get its node, once nothing is being written for it any more.
    case undo(AbandonedPlan)
    /// Takes devices away from claims that no other pod uses, by path and uid.
    case deallocate([(path: String, uid: String)], SchedulingPod)
    /// Deletes the claim that was made for the pod's extended resources, by its path.
    case discard(String, SchedulingPod)
    /// Tells why a pod has no node: `Unschedulable`, or `SchedulerError` when it could not be bound.
    case fail(SchedulingPod, SchedulingFailure)
    /// Deletes pods to make room for another on their node.
    case preempt([SchedulingPod], for: SchedulingPod, node: String)
    /// Tells that a pod waits for no certain node any more.
    case endNomination(SchedulingPod)
}

/// Why a pod has no node, and for which it waits.
struct SchedulingFailure: Sendable {
    let reason: String
    let message: String
    /// The new nomination; empty ends the old one, nil leaves it as it is.
    var nomination: String?
    /// Whether an event is worth its write: the same was not told a moment ago.
    var isNews = true
}

/// The decisions of the scheduler, without its waiting and doing.
struct SchedulerLoop {
    /// A pod whose node is decided, but whose volumes are not bound yet.
    struct Preparation {
        let pod: SchedulingPod
        let node: String
        let volumes: VolumePlan
        let devices: DevicePlan
        let deadline: Timestamp
        /// Whether the API server has taken what the scheduler writes.
        var isWritten = false
    }
    var state = ClusterState()
    var queue: SchedulingQueue
    var cycle: SchedulingCycle
    var reader = PodReader()
    /// Pods that are being bound: on a node for the scheduler, not yet for the cluster.
    var assumed: [String: SchedulingPod] = [:]
    /// Of these, the ones whose documents have changed since.
    var altered: Set<String> = []
    /// Of these, the ones that wait for their volumes.
    var preparing: [String: Preparation] = [:]
    /// What was promised to pods that were given up meanwhile.
    var abandoned: [AbandonedPlan] = []
    /// Pods for which something is still to be taken back: they are not tried again before that.
    var undoing: [PodUID: Int] = [:]
    /// Claims that were looked at before the events that tell of them, and their revisions.
    var ahead: [String: Revision] = [:]
    /// The nodes that waiting pods' documents name.
    var nominated: [String: String] = [:]
    /// What to tell with the next decisions.
    var untold: [SchedulerAction] = []
    /// How it works where the cluster's own settings say nothing.
    let standard: SchedulerConfiguration
    /// Whether all documents are read, as at the start.
    var isLoading = false
    private var early = EarlyBudget()
    /// Whether the last turn ended before all pods had been tried.
    private var wasCut = false
    private let mostInFlight = 4096
    private let turn = 512

    init(_ configuration: SchedulerConfiguration, random: RandomSource) {
        standard = configuration
        queue = SchedulingQueue(firstRest: configuration.firstBackoff, longestRest: configuration.longestBackoff)
        cycle = SchedulingCycle(configuration, random: random)
    }

    /// Whether a pod could be tried at once.
    var hasMore: Bool { !untold.isEmpty || (wasCut || !queue.isEmpty) && assumed.count < mostInFlight }
    /// When to look again.
    var nextDeadline: Timestamp? {
        [queue.nextDeadline, preparing.values.map(\.deadline).min()].compactMap { $0 }.min()
    }

    mutating func wake(_ event: ClusterEvent, now: Timestamp) {
        queue.wake(event, state.company.namespaces, state.devices.extended, now: now)
    }

    /// Finds nodes for as many pods as one turn allows.
    mutating func decide(_ snapshot: () -> Snapshot, now: Timestamp) -> [SchedulerAction] {
        var actions = untold
        untold = []
        while actions.count < turn, assumed.count < mostInFlight, let pod = queue.pop() ?? popEarly(now) {
            guard undoing[pod.uid] == nil, let profile = cycle.profile(of: pod) else { continue }
            if DeviceFilters.isAwaiting(pod, profile.filters, state.devices) {
                queue.hold(pod, for: .dynamicResources, now: now)
                continue
            }
            switch cycle.decide(pod, profile, &state) {
            case .node(let node):
                let plans = plans(pod, profile, node)
                let nominated = state.nominations.remove(pod.key)
                state.place(pod, slot: node.slot)
                assumed[pod.key] = pod
                if let nominated, nominated != node.name { wake(.room, now: now) }
                if let (volumes, devices) = plans {
                    state.volumes.assume(volumes, node: node.name)
                    state.devices.assume(devices)
                    preparing[pod.key] = Preparation(
                        pod: pod, node: node.name, volumes: volumes, devices: devices,
                        deadline: now + .seconds(profile.bindTimeoutSeconds))
                    actions.append(.prepare(pod, node: node.name, volumes, devices))
                } else {
                    actions.append(.bind(pod, node: node.name))
                }
            case .none(let diagnosis): actions += unplaced(pod, profile, diagnosis, snapshot, now: now)
            }
        }
        wasCut = actions.count >= turn
        state.company.sweep()
        return actions
    }
    /// A pod that rests, while none has a turn.
    private mutating func popEarly(_ now: Timestamp) -> SchedulingPod? {
        queue.isResting && early.take(max(500, state.order.count), now: now) ? queue.popResting() : nil
    }

    /// What has to be written for the pod's volumes and devices; nil for nothing.
    private func plans(_ pod: SchedulingPod, _ profile: SchedulingProfile, _ node: SchedulingNode) -> (VolumePlan, DevicePlan)? {
        guard pod.demands != nil || pod.mayNeedDevices else { return nil }
        var rejections: [Rejection] = []
        let volumes = VolumeFilters(pod, profile.filters, state.volumes)?.plan(node, state.volumes, &rejections) ?? VolumePlan()
        let devices = DeviceFilters(pod, profile.filters, state.devices)?.plan(node, state.devices, cycle.random) ?? DevicePlan()
        return volumes.isEmpty && devices.allocations.isEmpty ? nil : (volumes, devices)
    }

    /// A pod found no node: looks for victims, and puts it aside until there is room.
    private mutating func unplaced(
        _ pod: SchedulingPod, _ profile: SchedulingProfile, _ diagnosis: Diagnosis, _ snapshot: () -> Snapshot, now: Timestamp
    ) -> [SchedulerAction] {
        var (diagnosis, actions, nomination) = (diagnosis, [SchedulerAction](), String?.none)
        let preemption =
            diagnosis.nodes > 0 && profile.postFilters.contains(.defaultPreemption)
            ? Preemption(pod, profile, cycle.cache(pod.shape, state.nodes.count), snapshot(), now: now) : nil
        switch preemption?.decide(diagnosis, &state, cycle.random) {
        case .victims(let victims, let node):
            for other in state.nominations.lesser(on: node.name, than: pod) {
                state.nominations.remove(other.key)
                queue.activate(other.key, now: now)
                actions.append(.endNomination(other))
            }
            state.nominations.nominate(pod, node.name)
            state.victims.formUnion(victims.map(\.key))
            actions.append(.preempt(victims, for: pod, node: node.name))
            nomination = node.name
        case .noVictims(let text, let endsNomination):
            diagnosis.preemption = text
            if endsNomination, state.nominations.remove(pod.key) != nil {
                nomination = ""
                wake(.room, now: now)
            }
        case nil: break
        }
        if pod.mayNeedDevices { actions += releases(pod, profile) }
        queue.setAside(pod, diagnosis, now: now)
        let message = diagnosis.message
        let isNews = queue.tells(message, of: pod.key, now: now)
        actions.append(
            .fail(pod, SchedulingFailure(reason: "Unschedulable", message: message, nomination: nomination, isNews: isNews)))
        return actions
    }
}
