import Control
import Documents
import KubeClient
import KubeModel

/// Moves the pods of one machine through their stages. What it keeps in memory besides the documents' texts is only when a stage began.
///
/// Unchecked: a machine calls it from one task at a time.
final class PodKeeper: @unchecked Sendable {
    private struct Tracked {
        /// The document's text; nil while there is nothing to do, for most pods rest.
        var text: [UInt8]?
        /// The newest version that was seen.
        var version: Int
        var stage: PodStage
        var began: Timestamp
        /// Nil when the pod has nothing to wait for.
        var due: Timestamp?
        var backoff: Backoff
        /// Whether its volumes are there, and what was told when they were not, and since when.
        var isMounted: Bool
        var trouble: (told: MountTrouble, at: Timestamp)?
        /// The storage driver that it announces.
        var driver: String?
        /// What it has of the machine.
        var amounts: PodAmounts

        /// The document, for as long as it is looked at: a tree takes many times its text, and pods mostly wait.
        var pod: Value { text.flatMap { try? JSON.parse($0) } ?? .null }
        /// Keeps of a document what steps are made of.
        mutating func keep(_ pod: Value) {
            var pod = pod
            pod["metadata"]["managedFields"] = .null
            text = JSON.encode(pod)
        }
    }
    /// How long a pod's volumes may be missing before that is told. Source: kubelet, podAttachAndMountTimeout.
    private static let patience = Duration.seconds(123)
    let client: KubeClient
    let spec: SimulatedNodeSpec
    let table: StageTable
    let addresses: any PodAddresses
    let clock: any WallClock
    let random: RandomSource
    let reporter: EventReporter
    private let volumes: NodeVolumes
    private var pods: [String: Tracked] = [:]
    private var images: Set<String> = []

    init(
        client: KubeClient, spec: SimulatedNodeSpec, table: StageTable, addresses: any PodAddresses, clock: any WallClock,
        random: RandomSource, volumesInUse: [String] = []
    ) {
        volumes = NodeVolumes(client: client, node: spec.nodeName, told: volumesInUse)
        (self.client, self.spec, self.table, self.addresses) = (client, spec, table, addresses)
        (self.clock, self.random) = (clock, random)
        (reportDue, reportBackoff) = (clock.now, Backoff(random: random))
        reporter = EventReporter(client: client, node: spec.nodeName, clock: clock)
    }

    /// When there is something to do again; nil when nothing is to be done before something changes.
    var due: Timestamp? {
        let next = pods.values.lazy.compactMap(\.due).min()
        return volumes.isBehind ? min(next ?? reportDue, reportDue) : next
    }
    /// The storage drivers that run here.
    var drivers: Set<String> { Set(pods.values.lazy.compactMap(\.driver)) }
    private var reportDue: Timestamp
    private var reportBackoff: Backoff

    /// Takes note of what the watch tells.
    func note(_ event: InformerEvent) {
        switch event {
        case .listed(let list):
            let present = Set(list.compactMap { $0["metadata"]["uid"].string })
            for uid in pods.keys where !present.contains(uid) { forget(uid) }
            for pod in list { note(pod) }
        case .applied(let pod): note(pod)
        case .deleted(let pod): if let uid = pod["metadata"]["uid"].string { forget(uid) }
        }
    }

    /// Does what is due.
    /// - Throws: `CancellationError`.
    func work() async throws {
        // By uid: to go through the pods themselves would keep a copy of all for as long as a request takes.
        let now = clock.now
        for uid in pods.compactMap({ uid, tracked in tracked.due.map { $0 <= now } == true ? uid : nil }) {
            if let tracked = pods[uid] { try await step(uid, tracked) }
        }
        guard volumes.isBehind, reportDue <= clock.now else { return }
        do throws(KubeClientError) {
            try await volumes.report()
            reportBackoff.reset()
        } catch {
            if error == .cancelled { throw CancellationError() }
            reportDue = clock.now + reportBackoff.next()
        }
    }

    private func note(_ pod: Value) {
        guard let uid = pod["metadata"]["uid"].string else { return }
        let stage = stage(of: pod, isMounted: pods[uid]?.isMounted ?? false)
        if stage == .finished { volumes.release(uid) }
        guard var tracked = pods[uid] else {
            if let address = pod["status"]["podIP"].string, pod["spec"]["hostNetwork"] != true { addresses.hold(address, pod: uid) }
            let fresh = Tracked(
                version: Self.version(pod), stage: stage, began: clock.now, due: nil, backoff: Backoff(random: random),
                isMounted: false, driver: DriverRegistration.driver(of: pod), amounts: PodAmounts(pod))
            pods[uid] = timed(fresh, pod)
            return
        }
        guard Self.version(pod) > tracked.version else { return }
        (tracked.version, tracked.driver) = (Self.version(pod), DriverRegistration.driver(of: pod))
        tracked.amounts = PodAmounts(pod)
        if stage != tracked.stage {
            (tracked.stage, tracked.began) = (stage, clock.now)
            tracked.backoff.reset()
        }
        pods[uid] = timed(tracked, pod)
    }

    /// A pod with claims waits for its volumes, also when the machine has forgotten that they were there.
    private func stage(of pod: Value, isMounted: Bool) -> PodStage {
        let stage = PodState(pod: pod, table: table).stage
        if isMounted || [.accepted, .finished, .terminating].contains(stage) || PodClaim.all(of: pod).isEmpty { return stage }
        return .mounting
    }

    private func forget(_ uid: String) {
        volumes.release(uid)
        pods[uid] = nil
        addresses.release(pod: uid)
    }

    private func timed(_ tracked: Tracked, _ pod: Value) -> Tracked {
        var tracked = tracked
        tracked.due = life(of: pod).delay(of: tracked.stage).map { delay in
            switch tracked.stage {
            case .ending, .expiring: clock.now + delay
            default: tracked.began + delay
            }
        }
        if tracked.due == nil { tracked.text = nil } else { tracked.keep(pod) }
        return tracked
    }

    private func life(of pod: Value) -> PodLife {
        PodLife(state: PodState(pod: pod, table: table), spec: spec, images: images, now: clock.now, random: random)
    }
    private static func version(_ pod: Value) -> Int { pod["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0 }

    private func step(_ uid: String, _ tracked: Tracked) async throws {
        let pod = tracked.pod
        if tracked.stage == .mounting { return try await mount(uid, pod) }
        var life = life(of: pod)
        if tracked.stage == .resizing {
            life.others = pods.reduce(into: PodAmounts()) { sum, other in if other.key != uid { sum = sum + other.value.amounts } }
            // Nobody gets the same room before the watch tells what became of this.
            if life.obstacle == nil { pods[uid]?.amounts = .wanted(by: pod) }
        }
        let step = life.step(at: tracked.stage) {
            pod["spec"]["hostNetwork"] == true ? spec.privateAddress : addresses.allocate(pod: uid)
        }
        let events = tracked.stage == .terminating ? life.killing : step.events
        do throws(KubeClientError) {
            try await perform(step, on: pod, uid)
        } catch {
            if error == .cancelled { throw CancellationError() }
            if error.isNotFound { return forget(uid) }
            return retry(uid)
        }
        images.formUnion(step.pulled)
        if step.removes { forget(uid) } else if pods[uid]?.stage == tracked.stage { retry(uid) }
        if table.recordsEvents { await reporter.record(events, about: pod) }
    }

    private func perform(_ step: PodStep, on pod: Value, _ uid: String) async throws(KubeClientError) {
        let metadata = pod["metadata"]
        let (namespace, name) = (metadata["namespace"].string, metadata["name"].string ?? "")
        if !step.status.isNull {
            let patch: Value = ["metadata": ["uid": .string(uid)], "status": step.status]
            // The watch tells what became of it.
            try await client.patchUnread(PodFields.kind, namespace: namespace, name, .strategic(patch), subresource: "status")
        }
        if step.removes {
            do throws(KubeClientError) {
                try await client.delete(PodFields.kind, namespace: namespace, name, DeleteOptions(gracePeriodSeconds: 0, uid: uid))
            } catch  where error.isNotFound {
                // Gone already. A conflict is none: the watch tells when a namesake has come, and until then somebody else was quicker.
            }
        }
    }

    /// Looks whether the pod's volumes are there.
    private func mount(_ uid: String, _ pod: Value) async throws {
        let trouble: MountTrouble?
        do throws(KubeClientError) { trouble = try await volumes.trouble(of: pod, PodClaim.all(of: pod)) } catch {
            if error == .cancelled { throw CancellationError() }
            return retry(uid)
        }
        guard var tracked = pods[uid], tracked.text != nil else { return }
        guard let trouble else {
            tracked.isMounted = true
            (tracked.stage, tracked.began) = (stage(of: pod, isMounted: true), clock.now)
            tracked.backoff.reset()
            pods[uid] = timed(tracked, pod)
            return
        }
        tracked.due = clock.now + min(tracked.backoff.next(), .seconds(2))
        // What is wrong with a claim is told at once, a missing attachment after a while.
        let last = tracked.trouble?.at ?? tracked.began
        let isNews = trouble.reason != nil && tracked.trouble?.told != trouble
        let isTold = isNews || clock.now - last >= Self.patience
        if isTold { tracked.trouble = (trouble, clock.now) }
        pods[uid] = tracked
        guard isTold, table.recordsEvents else { return }
        await reporter.record([.init(type: "Warning", reason: "FailedMount", message: trouble.text)], about: pod)
    }

    private func retry(_ uid: String) {
        guard var tracked = pods[uid], tracked.text != nil else { return }
        tracked.due = clock.now + tracked.backoff.next()
        pods[uid] = tracked
    }
}
