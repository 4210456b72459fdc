import Control
import Documents
import KubeClient
import KubeModel
import Synchronization

/// Owns the machines of all pods of the node: takes messages in turn, lets machines plan, and starts what they plan as tasks of its own.
struct PodEngine {
    let facts: NodeFacts
    let performer: PodPerformer
    let health: NodeHealth
    let mailbox: Mailbox<EngineMessage>
    let clock: any WallClock
    /// The pods as they are known here, for the kubelet's API.
    let shown: PodBoard
    /// Asks for a list of all that the runtime has.
    let relist: @Sendable () -> Void
    /// Asks for the pods that have something on the node.
    let sweep: @Sendable () -> Void
    /// Whether static pods are yet to be told of.
    private(set) var awaitsManifests: Bool

    /// Mirrors of static pods by namespace and name.
    private var mirrors: [String: Value] = [:]
    private var machines: [String: PodMachine] = [:]
    private var cancellations: [String: Cancellation] = [:]
    /// Pods that are deleted here, of which the watch has not told yet.
    private var buried: Set<String> = []
    /// What ended before its start had been noted.
    private var earlyEnds: Set<String> = []
    private var dirty: Set<String> = []
    private var (hasPods, hasRuntime) = (false, false)
    /// Nil until the runtime was looked at.
    private var look: NodeHealth.Reading?
    private var node = Value.null

    init(
        facts: NodeFacts, performer: PodPerformer, health: NodeHealth, mailbox: Mailbox<EngineMessage>, clock: any WallClock,
        shown: PodBoard, relist: @escaping @Sendable () -> Void, sweep: @escaping @Sendable () -> Void,
        awaitsManifests: Bool
    ) {
        self.awaitsManifests = awaitsManifests
        (self.facts, self.performer, self.health, self.mailbox) = (facts, performer, health, mailbox)
        (self.clock, self.shown, self.relist, self.sweep) = (clock, shown, relist, sweep)
    }

    /// Runs until cancelled.
    mutating func run() async throws {
        var engine = self
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                try Task.checkCancellation()
                for message in engine.mailbox.take() { engine.take(message) }
                engine.work(&group)
                let due = engine.machines.values.lazy.compactMap(\.due).min()
                try await engine.mailbox.wait(atMost: due.map { $0 - engine.clock.now }, on: engine.clock)
            }
        }
    }

    private mutating func work(_ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard hasRuntime, let look else { return }
        let now = clock.now
        let late = machines.filter { $0.value.due.map { $0 <= now } ?? false }.keys
        let turn = dirty.union(late)
        dirty = []
        for mirror in strayMirrors() { begin(.deleteMirror(uid: mirror.uid), mirror, &group) }
        for uid in turn.sorted() { step(uid, NodeView(now: now, networkProblem: look.networkProblem), &group) }
    }

    private mutating func step(_ uid: String, _ view: NodeView, _ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard var machine = machines[uid] else { return }
        let operations = machine.plan(view)
        for note in machine.notes {
            performer.events.record(machine.spec.reference(note.fieldPath), note.type, note.reason, note.message)
        }
        machine.notes = []
        if machine.ending != nil { for key in machine.cancellable { cancellations["\(uid) \(key)"]?.cancel() } }
        let isOver = machine.isGone && machine.flight.isEmpty
        if isOver {
            machines[uid] = nil
            shown.remove(uid)
        } else {
            shown.show(machine)
            machines[uid] = machine
        }
        for operation in operations { begin(operation, machine.spec, &group) }
    }

    private mutating func begin(_ operation: PodOperation, _ spec: PodSpecView, _ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let (performer, mailbox) = (performer, mailbox)
        guard operation.isCancellable else {
            group.addTask {
                mailbox.post(.finished(uid: spec.uid, operation, await performer.timed(operation, spec)))
            }
            return
        }
        let cancellation = Cancellation()
        cancellations["\(spec.uid) \(operation.key)"] = cancellation
        group.addTask {
            let outcome = await cancellation.guarding { await performer.timed(operation, spec) }
            mailbox.post(.finished(uid: spec.uid, operation, outcome ?? .cancelled))
        }
    }
}

extension PodOperation {
    /// Whether it is broken off when the pod ends.
    var isCancellable: Bool {
        switch self {
        case .prepare, .start: true
        default: false
        }
    }
}

extension PodMachine {
    /// Operations under way that are of no use for a pod that ends.
    var cancellable: [String] { flight.filter { $0.hasPrefix("start ") || $0 == PodOperation.Key.prepare } }
}

/// What the engine is told.
extension PodEngine {
    private mutating func take(_ message: EngineMessage) {
        switch message {
        case .informer(let event): take(event)
        case .finished(let uid, let operation, let outcome): finish(uid, operation, outcome)
        case .runtime(.exited(let id)): ended(id)
        case .runtime(.outOfMemory): break
        case .listing(let sandboxes, let containers): compare(sandboxes, containers)
        case .looked:
            let reading = health.reading
            if look == nil || (reading.networkProblem == nil) != (look?.networkProblem == nil) { dirty.formUnion(machines.keys) }
            look = reading
        case .node(let document):
            node = document
            for uid in machines.keys where machines[uid]?.spec.isStatic == true {
                machines[uid]?.nodeUID = node["metadata"]["uid"].string
                dirty.insert(uid)
            }
        case .manifests(let pods): take(pods)
        case .leftovers(let uids):
            for uid in uids where machines[uid] == nil && !awaitsManifests && !buried.contains(uid) {
                adoptOrphan(["uid": .string(uid)], [], [])
            }
        case .evict(let uid, let reason, let message, let grace):
            guard machines[uid] != nil, machines[uid]?.ending == nil else { return }
            let now = clock.now
            machines[uid]?.note("Warning", reason, message)
            machines[uid]?.ending = PodEnding(cause: .killed, began: now, grace: grace, reason: reason, message: message)
            dirty.insert(uid)
        }
    }

    private mutating func take(_ event: InformerEvent) {
        switch event {
        case .listed(let pods):
            let present = Set(pods.compactMap { $0["metadata"]["uid"].string })
            for uid in machines.keys where !present.contains(uid) && machines[uid]?.spec.isStatic != true { remove(uid) }
            for (key, mirror) in mirrors where !present.contains(mirror["metadata"]["uid"].string ?? "") { note(mirror: .null, key) }
            buried = buried.filter { present.contains($0) }
            for pod in pods.sorted(by: Self.isOlder) { apply(pod) }
            guard !hasPods else { return }
            hasPods = true
            sweep()
            relist()
        case .applied(let pod): apply(pod)
        case .deleted(let pod):
            guard let uid = pod["metadata"]["uid"].string else { return }
            if MirrorPod.isMirror(pod) {
                let key = Self.name(pod)
                if mirrors[key]?["metadata"]["uid"] == pod["metadata"]["uid"] { note(mirror: .null, key) }
                return
            }
            buried.remove(uid)
            machines[uid]?.take(pod)
            remove(uid)
        }
    }

    private static func isOlder(_ left: Value, _ right: Value) -> Bool {
        (left["metadata"]["creationTimestamp"].string ?? "") < (right["metadata"]["creationTimestamp"].string ?? "")
    }

    private mutating func apply(_ pod: Value) {
        guard let uid = pod["metadata"]["uid"].string, !buried.contains(uid) else { return }
        if MirrorPod.isMirror(pod) { return note(mirror: pod, Self.name(pod)) }
        dirty.insert(uid)
        guard machines[uid] == nil else {
            machines[uid]?.take(pod)
            return
        }
        var machine = PodMachine(pod, on: facts)
        if pod["status"]["startTime"].isNull {
            if !machine.spec.isDeleted, !machine.spec.hasEnded { machine.admit(by: admission, clock.now) }
        } else {
            machine.awaitsListing = true
            if hasRuntime { relist() }
        }
        machines[uid] = machine
    }

    private var admission: Admission {
        let own = NodeDocument(facts: facts).registration.labels
        return Admission(
            facts: facts, labels: node.isNull ? own : node["metadata"]["labels"].strings, taints: node["spec"]["taints"].items,
            pressure: health.reading.pressure, others: machines.values.filter(\.holdsRoom).map(\.spec))
    }

    private mutating func remove(_ uid: String) {
        guard machines[uid] != nil else { return }
        let now = clock.now
        machines[uid]?.leave(now)
        dirty.insert(uid)
    }

    private mutating func finish(_ uid: String, _ operation: PodOperation, _ outcome: PodOutcome) {
        cancellations["\(uid) \(operation.key)"] = nil
        guard machines[uid] != nil else { return }
        let now = clock.now
        machines[uid]?.finish(operation, outcome, now)
        machines[uid]?.settle(outcome, now)
        if case .started(let status) = outcome, earlyEnds.remove(status.id) != nil { _ = machines[uid]?.notice(ended: status.id) }
        if case .sandbox(let status) = outcome, earlyEnds.remove(status.id) != nil { _ = machines[uid]?.notice(ended: status.id) }
        if case .cancelled = outcome { relist() }
        if case .deleted = outcome { buried.insert(uid) }
        dirty.insert(uid)
    }

    private mutating func ended(_ id: String) {
        for uid in machines.keys where machines[uid]?.notice(ended: id) == true {
            dirty.insert(uid)
            return
        }
        if earlyEnds.count > 1024 { earlyEnds = [] }
        earlyEnds.insert(id)
    }

    private mutating func compare(_ sandboxes: [SandboxStatus], _ containers: [ContainerStatus]) {
        let sandboxesByPod = Dictionary(grouping: sandboxes, by: \.uid)
        let containersByPod = Dictionary(grouping: containers) { $0.labels[RuntimeLabel.podUID] ?? "" }
        hasRuntime = true
        for uid in machines.keys {
            machines[uid]?.compare(sandboxesByPod[uid] ?? [], containersByPod[uid] ?? [])
            dirty.insert(uid)
        }
        guard hasPods, !awaitsManifests else { return }
        for (uid, list) in sandboxesByPod where machines[uid] == nil && !buried.contains(uid) && !uid.isEmpty {
            guard let first = list.first else { continue }
            let metadata: Value = ["name": .string(first.name), "namespace": .string(first.namespace), "uid": .string(uid)]
            adoptOrphan(metadata, list, containersByPod[uid] ?? [])
        }
    }

    /// Ends what belongs to a pod that no longer is.
    private mutating func adoptOrphan(_ metadata: Value, _ sandboxes: [SandboxStatus], _ containers: [ContainerStatus]) {
        guard let uid = metadata["uid"].string else { return }
        var orphan = PodMachine(["metadata": metadata], on: facts)
        orphan.leave(clock.now)
        orphan.compare(sandboxes, containers)
        machines[uid] = orphan
        dirty.insert(uid)
    }
}

/// Static pods and their mirrors.
extension PodEngine {
    fileprivate static func name(_ pod: Value) -> String {
        "\(pod["metadata"]["namespace"].string ?? "")/\(pod["metadata"]["name"].string ?? "")"
    }

    private mutating func take(_ pods: [StaticPod]) {
        let wasAwaiting = awaitsManifests
        awaitsManifests = false
        let present = Set(pods.map(\.uid))
        for uid in machines.keys where machines[uid]?.spec.isStatic == true && !present.contains(uid) { remove(uid) }
        for pod in pods where machines[pod.uid] == nil {
            var machine = PodMachine(pod.document, on: facts)
            machine.awaitsListing = true
            machine.nodeUID = node["metadata"]["uid"].string
            if let mirror = mirrors[Self.name(pod.document)] { machine.take(mirror: mirror) }
            machines[pod.uid] = machine
            dirty.insert(pod.uid)
        }
        if wasAwaiting || !pods.isEmpty { relist() }
    }

    /// Takes note of a mirror, or with null of its end.
    fileprivate mutating func note(mirror: Value, _ key: String) {
        mirrors[key] = mirror.isNull ? nil : mirror
        for (uid, machine) in machines where machine.spec.isStatic && Self.name(machine.pod) == key {
            machines[uid]?.take(mirror: mirror)
            dirty.insert(uid)
        }
    }

    /// Mirrors whose pods are no more; each is told once.
    fileprivate mutating func strayMirrors() -> [PodSpecView] {
        guard !awaitsManifests else { return [] }
        let owned = Set(machines.values.filter { $0.spec.isStatic && $0.ending?.cause != .removed }.map { Self.name($0.pod) })
        let strays = mirrors.filter { !owned.contains($0.key) }
        for key in strays.keys { mirrors[key] = nil }
        return strays.values.map(PodSpecView.init)
    }
}
