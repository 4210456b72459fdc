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
    /// Pods that are being bound: on a node for the scheduler, not yet for the cluster.
    private var assumed: [String: SchedulingPod] = [:]
    /// What to tell with the next decisions.
    private var untold: [SchedulerAction] = []
    private let mostInFlight = 2048
    private let turn = 256

    init(random: RandomSource) { cycle = SchedulingCycle(random: random) }

    /// Whether a pod could be tried at once.
    var hasMore: Bool { !untold.isEmpty || !queue.isEmpty && assumed.count < mostInFlight }

    mutating func load(_ snapshot: Snapshot, now: Timestamp) {
        snapshot.forEach(prefix: NamespaceFields.kind.prefix) { put(namespace: $0.value, now: now) }
        snapshot.forEach(prefix: ServiceFields.kind.prefix) { put(service: $0.value) }
        snapshot.forEach(prefix: NodeFields.kind.prefix) { _ = state.update(node: $0.value) }
        snapshot.forEach(prefix: PodFields.kind.prefix) { put(pod: $0.value, before: nil, now: now) }
    }

    /// Takes in what happened.
    mutating func receive(_ letters: [SchedulerLetter], current: (String) -> Value?, now: Timestamp) {
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
        let (key, value) = (event.entry.key, event.entry.value)
        if key.hasPrefix(NamespaceFields.kind.prefix) { return put(namespace: value, isGone: event.kind == .delete, now: now) }
        if key.hasPrefix(ServiceFields.kind.prefix) { return put(service: value, isGone: event.kind == .delete) }
        switch (key.hasPrefix(PodFields.kind.prefix), event.kind) {
        case (true, .put): put(pod: value, before: event.previous?.value, now: now)
        case (true, .delete): gone(key, now: now)
        case (false, .put): if state.update(node: value) { queue.wake(.node, now: now) }
        case (false, .delete):
            state.remove(node: value["metadata"]["name"].string ?? "")
            queue.wake(.node, now: now)
        }
    }

    /// The pod has ended, or will never need a node of ours.
    private mutating func gone(_ key: String, now: Timestamp) {
        queue.remove(key)
        assumed[key] = nil
        state.victims.remove(key)
        let wasNominated = state.nominations.remove(key) != nil
        if state.displace(key) || wasNominated { queue.wake(.room, now: now) }
    }

    private mutating func put(namespace document: Value, isGone: Bool = false, now: Timestamp) {
        let (name, labels) = (document["metadata"]["name"].string ?? "", document["metadata"]["labels"].strings)
        if state.update(namespace: name, isGone ? nil : labels) {
            for news in [.room, .company] as [SchedulingQueue.News] { queue.wake(news, now: now) }
        }
    }

    private mutating func put(service document: Value, isGone: Bool = false) {
        let (metadata, labels) = (document["metadata"], document["spec"]["selector"].strings)
        state.update(
            service: metadata["name"].string ?? "", in: metadata["namespace"].string ?? "",
            isGone || labels.isEmpty ? nil : LabelSelector(labels: labels))
    }

    private mutating func put(pod document: Value, before: Value?, now: Timestamp) {
        let key = PodFields.kind.key(of: document)
        let phase = document["status"]["phase"].string ?? ""
        // Most changes are of a running pod's status: nothing to convert then.
        if let placed = state.placed[key], assumed[key] == nil, placed.uid == document["metadata"]["uid"].string,
            phase != "Succeeded", phase != "Failed", placed.isDeleting == !document["metadata"]["deletionTimestamp"].isNull,
            before?["metadata"]["labels"] == document["metadata"]["labels"],
            before?["metadata"]["generation"] == document["metadata"]["generation"]
        {
            return
        }
        let pod = SchedulingPod(document)
        if pod.isAssigned {
            let wasThere = state.placed[key] != nil && assumed[key] == nil
            queue.remove(key)
            assumed[key] = nil
            if pod.isDeleting { state.victims.remove(key) }
            let nominated = state.nominations.remove(key)
            state.place(pod, on: pod.nodeName)
            queue.wake(.company, now: now)
            if let nominated, nominated != pod.nodeName { queue.wake(.room, now: now) }
            // A pod that asks for less, has other labels or is going makes room of a kind.
            if wasThere { queue.wake(.room, now: now) }
        } else if pod.isWaiting {
            if assumed[key]?.uid == pod.uid { return }
            if (before?["status"]["nominatedNodeName"].string ?? "") != pod.nominatedNode {
                if pod.nominatedNode.isEmpty { state.nominations.remove(key) } else { state.nominations.nominate(pod, pod.nominatedNode) }
            }
            if queue.contains(key), let before, before["spec"] == document["spec"],
                before["metadata"]["labels"] == document["metadata"]["labels"]
            {
                return
            }
            queue.add(pod)
        } else {
            gone(key, now: now)
        }
    }

    private mutating func bound(_ pod: SchedulingPod, _ error: ChangeError?, _ current: (String) -> Value?, now: Timestamp) {
        // Once the binding has been seen, the outcome is old news.
        guard let error, assumed[pod.key]?.uid == pod.uid else { return }
        assumed[pod.key] = nil
        if state.displace(pod.key) { queue.wake(.room, now: now) }
        if case .notFound = error { return }
        guard let document = current(pod.key) else { return }
        let present = SchedulingPod(document)
        if present.isAssigned {
            state.place(present, on: present.nodeName)
        } else if present.isWaiting {
            queue.retry(present, now: now)
            let message = "running Bind plugin \"DefaultBinder\": \(error.message)"
            untold.append(.fail(present, SchedulingFailure(reason: "SchedulerError", message: message)))
        }
    }

    /// Finds nodes for as many pods as one turn allows.
    mutating func decide(_ snapshot: () -> Snapshot, now: Timestamp) -> [SchedulerAction] {
        var actions = untold
        untold = []
        while actions.count < turn, assumed.count < mostInFlight, let pod = queue.pop() {
            switch cycle.decide(pod, &state) {
            case .node(let node):
                let nominated = state.nominations.remove(pod.key)
                state.place(pod, on: node.name)
                assumed[pod.key] = pod
                if let nominated, nominated != node.name { queue.wake(.room, now: now) }
                actions.append(.bind(pod, node: node.name))
            case .none(let diagnosis): actions += unplaced(pod, diagnosis, snapshot, now: now)
            }
        }
        return actions
    }

    /// A pod found no node: looks for victims, and puts it aside until there is room.
    private mutating func unplaced(
        _ pod: SchedulingPod, _ diagnosis: Diagnosis, _ snapshot: () -> Snapshot, now: Timestamp
    ) -> [SchedulerAction] {
        var (diagnosis, actions, nomination) = (diagnosis, [SchedulerAction](), String?.none)
        let preemption = diagnosis.nodes > 0 ? Preemption(pod, snapshot(), now: now) : nil
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
