import Control
import Documents

/// Why and how a pod ends on this node.
struct PodEnding: Sendable, Hashable {
    enum Cause: Sendable, Hashable {
        /// Its document asks for it.
        case deleted
        /// Its document is gone.
        case removed
        /// All containers have ended for good.
        case finished
        /// The kubelet ends it: evicted, past its deadline.
        case killed
        /// It was never admitted.
        case rejected
    }
    var cause: Cause
    var began: Timestamp
    /// Seconds.
    var grace: Int
    /// What the status then says.
    var reason = "", message = ""
}

/// What the node lets pods do at the moment.
struct NodeView: Sendable {
    var now: Timestamp
    /// Why pods of their own network cannot start; nil when they can.
    var networkProblem: String?
}

/// One pod's life on this node: a value that takes note of what happened and plans what is to be done. It waits for nothing and calls
/// nothing; planning twice gives nothing new. What it knows of containers comes from the runtime alone, so it goes on after a restart.
struct PodMachine: Sendable {
    let facts: NodeFacts
    var spec: PodSpecView
    /// Newest first.
    var sandboxes: [SandboxStatus] = []
    /// By name, newest first.
    var containers: [String: [ContainerStatus]] = [:]
    /// Sandboxes whose network was taken down.
    var stopped: Set<String> = []
    var isPrepared = false
    /// Whether its sandbox waits for the node's network.
    var isAwaitingNetwork = false
    /// Operations under way.
    var flight: Set<String> = []
    var ending: PodEnding?
    /// The document that shows a static pod; null while there is none.
    var mirror = Value.null
    /// The node's own uid, which owns mirrors; nil until it is known.
    var nodeUID: String?
    /// The node did not take it.
    var isRejected = false
    /// Everything of the pod is gone from the node, or from the API.
    var isReleased = false, isGone = false
    /// Containers and sandboxes that are to be looked at anew.
    var suspects: Set<String> = [], suspectSandboxes: Set<String> = []
    /// What the runtime has of the pod is not known yet.
    var awaitsListing = false
    /// When containers that are being stopped are killed, by id.
    var killTimes: [String: Timestamp] = [:]
    /// The sandboxes of containers that are known from a list alone, by id.
    var homes: [String: String] = [:]
    /// The resources that running containers have, by id, where they are known to differ from the specification's.
    var sizes: [String: Value] = [:]
    /// What has ended by an event, with how often it was looked at since.
    var endings: [String: Int] = [:]
    /// When the volumes were last brought up to date.
    var refreshed: Timestamp?
    /// The status as last put together.
    var lastReport = Value.null
    /// Why containers wait.
    var failures: [String: ContainerFailure] = [:]
    /// Delays between restarts by container, between pulls by image.
    var crashes: [String: DoublingDelay] = [:], pulls: [String: DoublingDelay] = [:]
    /// What went wrong with the last pull of an image.
    var pullProblems: [String: String] = [:]
    var retries: [String: Retry] = [:]
    /// Containers that are to be stopped, with the message for it, by id.
    var condemned: [String: Condemnation] = [:]
    var probes = ProbeTable()
    /// The status as the API server has it, as far as it comes from here.
    var sent: Value
    /// Since when an unsent change has been waiting.
    var unsentSince: Timestamp?
    /// When to plan again; nil when only an event changes anything.
    var due: Timestamp?
    /// Events to be recorded.
    var notes: [PodNote] = []

    struct Condemnation: Sendable, Hashable {
        var message: String
        /// In place of the pod's own, in seconds.
        var grace: Int?
    }

    init(_ pod: Value, on facts: NodeFacts) {
        self.facts = facts
        spec = PodSpecView(pod)
        sent = pod["status"]
    }

    var pod: Value { spec.pod }
    var uid: String { spec.uid }

    /// Takes the newest document.
    mutating func take(_ pod: Value) {
        let (old, new) = (spec.pod, pod)
        spec = PodSpecView(pod)
        // Volumes show labels and annotations, and what is in the specification may need other objects.
        let same = old["spec"] == new["spec"] && ["labels", "annotations"].allSatisfy { old["metadata"][$0] == new["metadata"][$0] }
        if !same, refreshed != nil { refreshed = Timestamp(nanoseconds: 0) }
    }

    /// The sandbox in which containers run now; nil when there is none that is ready.
    var sandbox: SandboxStatus? { sandboxes.first.flatMap { $0.isReady ? $0 : nil } }
    /// The container of that name in the present sandbox.
    func live(_ name: String) -> ContainerStatus? {
        guard let newest = containers[name]?.first, let sandbox = sandboxes.first, newest.sandbox == sandbox.id else { return nil }
        return newest
    }
    func isStarting(_ name: String) -> Bool { flight.contains(PodOperation.Key.start(name)) }
    /// What runs, or may run for all that the runtime knows.
    var running: [ContainerStatus] { containers.values.joined().filter { $0.state == .running || $0.state == .unknown } }
    /// The pod's address, or "" while there is none.
    var address: String { sandbox?.addresses.first ?? "" }

    /// Asks for a look at that moment.
    mutating func wake(_ at: Timestamp) { due = due.map { min($0, at) } ?? at }
    /// Whether an operation may be begun: it is not under way and its pause is over.
    mutating func may(_ key: String, _ now: Timestamp) -> Bool {
        if flight.contains(key) { return false }
        guard let retry = retries[key], retry.notBefore > now else { return true }
        wake(retry.notBefore)
        return false
    }
    mutating func note(_ type: String = "Normal", _ reason: String, _ message: String, _ slot: ContainerSlot? = nil) {
        notes.append(PodNote(type: type, reason: reason, message: message, fieldPath: slot?.fieldPath ?? ""))
    }
}

/// An event about a pod.
struct PodNote: Sendable, Hashable {
    var type = "Normal"
    var reason: String
    var message: String
    var fieldPath = ""
}

/// What happened to the pod.
extension PodMachine {
    /// Takes note of an operation's end.
    mutating func finish(_ operation: PodOperation, _ outcome: PodOutcome, _ now: Timestamp) {
        let key = operation.key
        flight.remove(key)
        switch outcome {
        case .failed: retries[key] = Self.retry(operation, retries[key], now)
        case .startFailed, .cancelled: break
        default: retries[key] = nil
        }
        switch outcome {
        case .prepared: isPrepared = true
        case .sandbox(let status): adopt(status)
        case .started(let status):
            adopt(status)
            failures[status.name] = nil
        case .container(let id, let status):
            if let status { adopt(status) } else { forget(container: id) }
            if case .stop = operation, let status, status.state != .exited {
                retries[key] = Retry(notBefore: now + .seconds(1), pause: .seconds(1))
            }
        case .sandboxSeen(let id, let status):
            if case .stopSandbox = operation { stopped.insert(id) }
            if let status { adopt(status) } else { forget(sandbox: id) }
        case .startFailed(let name, let failure, let status):
            if let status { adopt(status) }
            startFailed(name, failure, now)
        case .mirrored: retries[key] = Retry(notBefore: now + .seconds(2), pause: .seconds(2))
        case .resized(let id, let resources): sizes[id] = resources
        case .probed(let run, let result): probed(run, result, now)
        case .patched(let report): sent = report
        case .released: isReleased = true
        case .deleted, .missing: isGone = isGone || operation.key == "delete"
        case .done: if case .refresh = operation { refreshed = now }
        case .failed, .cancelled: break
        }
    }

    private static func retry(_ operation: PodOperation, _ known: Retry?, _ now: Timestamp) -> Retry {
        switch operation {
        case .prepare: .after(known, first: .milliseconds(500), longest: .seconds(30), now: now)
        case .runSandbox: .after(known, first: .seconds(1), longest: .seconds(10), now: now)
        case .patch, .delete: .after(known, first: .milliseconds(200), longest: .seconds(10), now: now)
        default: .after(known, first: .seconds(1), longest: .seconds(10), now: now)
        }
    }

    mutating func adopt(_ status: SandboxStatus) {
        sandboxes.removeAll { $0.id == status.id }
        let place = sandboxes.firstIndex { ($0.attempt, $0.created) < (status.attempt, status.created) } ?? sandboxes.endIndex
        sandboxes.insert(status, at: place)
    }

    mutating func adopt(_ status: ContainerStatus) {
        var status = status
        var list = containers[status.name] ?? []
        // Looking at one container, the runtime does not tell where it is.
        if status.sandbox.isEmpty { status.sandbox = list.first { $0.id == status.id }?.sandbox ?? homes[status.id] ?? "" }
        homes[status.id] = nil
        list.removeAll { $0.id == status.id }
        let place = list.firstIndex { ($0.attempt, $0.created) < (status.attempt, status.created) } ?? list.endIndex
        list.insert(status, at: place)
        containers[status.name] = list
        if status.state == .exited { (condemned[status.id], killTimes[status.id], endings[status.id]) = (nil, nil, nil) }
    }

    private mutating func forget(container id: String) {
        for name in containers.keys { containers[name]?.removeAll { $0.id == id } }
        containers = containers.filter { !$0.value.isEmpty }
        (condemned[id], killTimes[id], endings[id]) = (nil, nil, nil)
    }

    private mutating func forget(sandbox id: String) {
        sandboxes.removeAll { $0.id == id }
        stopped.remove(id)
    }

    private mutating func startFailed(_ name: String, _ failure: ContainerFailure, _ now: Timestamp) {
        failures[name] = failure
        guard let slot = spec.slot(name) else { return }
        if failure.reason == "ErrImagePull" {
            pulls[slot.image] = .next(pulls[slot.image], event: now, now: now)
            pullProblems[slot.image] = "\(failure.reason): \(failure.message)"
        } else if failure.reason != "RunContainerError", failure.reason != "PostStartHookError" {
            retries[PodOperation.Key.start(name)] = Retry(notBefore: now + .seconds(10), pause: .seconds(10))
        }
    }
}
