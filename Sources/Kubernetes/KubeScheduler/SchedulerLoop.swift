import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// What the scheduler is told.
enum SchedulerLetter: Sendable {
    case events([Event])
    case bound(SchedulingPod, node: String, ChangeError?)
    /// Victims that could not be deleted, to make room for a pod.
    case spared([SchedulingPod], for: SchedulingPod)
    case woke(Timestamp)
}
/// What the scheduler wants done.
enum SchedulerAction: Sendable {
    case bind(SchedulingPod, node: String)
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
    private var state = ClusterState()
    private(set) var queue = SchedulingQueue()
    private var cycle: SchedulingCycle
    private var reader = PodReader()
    /// Pods that are being bound: on a node for the scheduler, not yet for the cluster.
    private var assumed: [String: SchedulingPod] = [:]
    /// The nodes that waiting pods' documents name.
    private var nominated: [String: String] = [:]
    /// What to tell with the next decisions.
    private var untold: [SchedulerAction] = []
    private let mostInFlight = 2048
    private let turn = 256

    init(_ profiles: [SchedulingProfile], random: RandomSource) { cycle = SchedulingCycle(profiles, random: random) }

    /// Whether a pod could be tried at once.
    var hasMore: Bool { !untold.isEmpty || !queue.isEmpty && assumed.count < mostInFlight }

    mutating func load(_ snapshot: Snapshot, now: Timestamp) {
        snapshot.forEach(prefix: NamespaceFields.kind.prefix) { put(namespace: $0.value, now: now) }
        snapshot.forEach(prefix: ServiceFields.kind.prefix) { put(service: $0.value) }
        snapshot.forEach(prefix: NodeFields.kind.prefix) { if let node = SeenNode($0.bytes) { _ = state.update(node: node) } }
        snapshot.forEach(prefix: PodFields.kind.prefix) { put(pod: $0, now: now) }
    }

    /// Takes in what happened.
    mutating func receive(_ letters: [SchedulerLetter], current: (String) -> Entry?, now: Timestamp) {
        for letter in letters {
            switch letter {
            case .events(let events): for event in events { receive(event, now: now) }
            case .bound(let pod, _, let error): bound(pod, error, current, now: now)
            case .spared(let victims, let pod): spared(victims, pod, now: now)
            case .woke: break
            }
        }
        queue.advance(now: now)
    }

    private mutating func receive(_ event: Event, now: Timestamp) {
        let entry = event.entry
        let (key, isGone) = (entry.key, event.kind == .delete)
        if key.hasPrefix(PodFields.kind.prefix) { return isGone ? gone(key, now: now) : put(pod: entry, now: now) }
        if key.hasPrefix(NamespaceFields.kind.prefix) { return put(namespace: entry.value, isGone: isGone, now: now) }
        if key.hasPrefix(ServiceFields.kind.prefix) { return put(service: entry.value, isGone: isGone) }
        if isGone {
            state.remove(node: String(key.dropFirst(NodeFields.kind.prefix.count)))
            queue.wake(.node, now: now)
        } else if let node = SeenNode(entry.bytes), state.update(node: node).isNews {
            queue.wake(.node, now: now)
        }
    }

    /// The pod has ended, or will never need a node of ours.
    private mutating func gone(_ key: String, now: Timestamp) {
        queue.remove(key)
        (assumed[key], nominated[key]) = (nil, nil)
        state.victims.remove(key)
        let wasNominated = state.nominations.remove(key) != nil
        if state.displace(key) != nil || wasNominated { queue.wake(.room, now: now) }
    }

    private mutating func put(namespace document: Value, isGone: Bool = false, now: Timestamp) {
        let (name, labels) = (document["metadata"]["name"].string ?? "", document["metadata"]["labels"].strings)
        if state.company.update(namespace: name, isGone ? nil : labels) {
            for news in [.room, .company] as [SchedulingQueue.News] { queue.wake(news, now: now) }
        }
    }

    private mutating func put(service document: Value, isGone: Bool = false) {
        let (metadata, labels) = (document["metadata"], document["spec"]["selector"].strings)
        state.company.update(
            service: metadata["name"].string ?? "", in: metadata["namespace"].string ?? "",
            isGone || labels.isEmpty ? nil : LabelSelector(labels: labels))
    }

    private mutating func put(pod entry: Entry, now: Timestamp) {
        let key = entry.key
        guard let seen = reader.read(entry.bytes, key: key) else { return gone(key, now: now) }
        let pod = seen.pod
        if seen.isAssigned {
            let before = assumed[key] == nil ? state.placed[key] : nil
            // Most changes are of a running pod's status: nothing to do then.
            if let before, before.pod.counts(like: pod), state.nodes[Int(before.slot)]?.name == seen.nodeName { return }
            queue.remove(key)
            (assumed[key], nominated[key]) = (nil, nil)
            if pod.isDeleting { state.victims.remove(key) }
            let nomination = state.nominations.remove(key)
            state.place(pod, on: seen.nodeName)
            queue.wake(.company, now: now)
            if let nomination, nomination != seen.nodeName { queue.wake(.room, now: now) }
            // A pod that asks for less, has other labels or is going makes room of a kind.
            if before != nil { queue.wake(.room, now: now) }
        } else if seen.isWaiting, !seen.isGated, cycle.profile(of: pod) != nil {
            if assumed[key]?.uid == pod.uid { return }
            let documented = nominated[key] ?? ""
            nominated[key] = seen.nominatedNode.isEmpty ? nil : seen.nominatedNode
            if documented != seen.nominatedNode {
                if seen.nominatedNode.isEmpty { state.nominations.remove(key) } else { state.nominations.nominate(pod, seen.nominatedNode) }
            }
            if let known = queue.pod(key), known.counts(like: pod) { return }
            queue.add(pod)
        } else {
            gone(key, now: now)
        }
    }

    private mutating func bound(_ pod: SchedulingPod, _ error: ChangeError?, _ current: (String) -> Entry?, now: Timestamp) {
        // Once the binding has been seen, the outcome is old news.
        guard let error, assumed[pod.key]?.uid == pod.uid else { return }
        assumed[pod.key] = nil
        if state.displace(pod.key) != nil { queue.wake(.room, now: now) }
        if case .notFound = error { return }
        guard let entry = current(pod.key), let present = reader.read(entry.bytes, key: pod.key) else { return }
        if present.isAssigned {
            state.place(present.pod, on: present.nodeName)
        } else if present.isWaiting, !present.isGated {
            queue.retry(present.pod, now: now)
            let message = "running Bind plugin \"DefaultBinder\": \(error.message)"
            untold.append(.fail(present.pod, SchedulingFailure(reason: "SchedulerError", message: message)))
        }
    }

    /// Finds nodes for as many pods as one turn allows.
    mutating func decide(_ snapshot: () -> Snapshot, now: Timestamp) -> [SchedulerAction] {
        var actions = untold
        untold = []
        while actions.count < turn, assumed.count < mostInFlight, let pod = queue.pop() {
            guard let profile = cycle.profile(of: pod) else { continue }
            switch cycle.decide(pod, profile, &state) {
            case .node(let node):
                let nominated = state.nominations.remove(pod.key)
                state.place(pod, slot: node.slot)
                assumed[pod.key] = pod
                if let nominated, nominated != node.name { queue.wake(.room, now: now) }
                actions.append(.bind(pod, node: node.name))
            case .none(let diagnosis): actions += unplaced(pod, profile, diagnosis, snapshot, now: now)
            }
        }
        return actions
    }

    /// A pod found no node: looks for victims, and puts it aside until there is room.
    private mutating func unplaced(
        _ pod: SchedulingPod, _ profile: SchedulingProfile, _ diagnosis: Diagnosis, _ snapshot: () -> Snapshot, now: Timestamp
    ) -> [SchedulerAction] {
        var (diagnosis, actions, nomination) = (diagnosis, [SchedulerAction](), String?.none)
        let preemption =
            diagnosis.nodes > 0 ? Preemption(pod, profile, cycle.cache(pod.shape, state.nodes.count), snapshot(), now: now) : nil
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
                queue.wake(.room, now: now)
            }
        case nil: break
        }
        queue.setAside(pod, diagnosis, now: now)
        let message = diagnosis.message
        let isNews = queue.tells(message, of: pod.key, now: now)
        actions.append(
            .fail(pod, SchedulingFailure(reason: "Unschedulable", message: message, nomination: nomination, isNews: isNews)))
        return actions
    }

    /// Not all victims could be deleted: the pod looks for room anew.
    private mutating func spared(_ victims: [SchedulingPod], _ pod: SchedulingPod, now: Timestamp) {
        for victim in victims { state.victims.remove(victim.key) }
        guard state.nominations.remove(pod.key) != nil else { return }
        queue.activate(pod.key, now: now)
        untold.append(.endNomination(pod))
    }
}

extension ChangeError {
    /// What it says, without its kind.
    fileprivate var message: String {
        switch self {
        case .conflict(let text), .alreadyExists(let text), .notFound(let text), .invalid(let text), .forbidden(let text),
            .unavailable(let text):
            text
        }
    }
}
