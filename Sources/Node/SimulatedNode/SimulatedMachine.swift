package import Control
import Documents
package import KubeClient
import KubeModel
package import Network

/// A machine that behaves as an EKS node: it registers itself, keeps its lease and status fresh, and moves the pods bound to it through
/// their lives. It remembers nothing: after a restart it goes on from what the API server says. Two tasks per machine, no thread.
package struct SimulatedMachine: Service {
    private let spec: SimulatedNodeSpec
    private let client: KubeClient
    private let cloud: KubeClient?
    private let log = Log("machine")
    private let clock: any WallClock
    private let random: RandomSource
    private let stages: StageTable
    private let addresses: any PodAddresses

    /// - Parameters:
    ///   - client: a way to the API server as `system:node:<private DNS name>`, member of `system:nodes`.
    ///   - cloud: the API server as the cloud controller sees it, which gives the node the labels that it may not give itself; nil leaves
    ///     them out.
    ///   - addresses: where its pods' addresses come from.
    package init(
        spec: SimulatedNodeSpec, client: KubeClient, cloud: KubeClient? = nil, clock: any WallClock, random: RandomSource,
        stages: StageTable = StageTable(),
        addresses: any PodAddresses
    ) {
        (self.spec, self.client, self.cloud, self.clock, self.random) = (spec, client, cloud, clock, random)
        (self.stages, self.addresses) = (stages, addresses)
    }

    /// The same over a transport that tells who calls.
    package init(
        spec: SimulatedNodeSpec, transport: any HTTPTransport, cloud: (any HTTPTransport)? = nil, clock: any WallClock,
        random: RandomSource, stages: StageTable = StageTable(), addresses: any PodAddresses
    ) {
        self.init(
            spec: spec, client: KubeClient(transport: transport, userAgent: "kubelet/\(spec.kubeletVersion) (linux/\(spec.architecture))"),
            cloud: cloud.map { KubeClient(transport: $0, userAgent: "aws-cloud-controller-manager") }, clock: clock, random: random,
            stages: stages, addresses: addresses)
    }

    /// Runs until cancelled.
    package func run() async throws {
        // A task keeps the memory of its deepest call for as long as it lives, and machines rest most of the time: what goes deep has a
        // task of its own.
        async let entered = entered()
        let heartbeat = try await entered
        let mailbox = Mailbox<InformerEvent>()
        let informer = Informer(
            client: client, kind: PodFields.kind, selection: ListOptions(fieldSelector: "spec.nodeName=\(spec.nodeName)"), clock: clock,
            random: random
        ) { mailbox.post($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            defer { group.cancelAll() }
            try await live(heartbeat, mailbox)
        }
    }

    private var reporter: EventReporter { EventReporter(client: client, node: spec.nodeName, clock: clock) }

    /// Brings the machine into its cluster.
    private func entered() async throws -> Heartbeat {
        let document = NodeDocument(spec: spec, bootID: random.uuid())
        var heartbeat = Heartbeat(client: client, document: document, renewal: stages.leaseRenewal, clock: clock, random: random)
        try await register(&heartbeat)
        return heartbeat
    }

    private func register(_ heartbeat: inout Heartbeat) async throws {
        var backoff = Backoff(random: random)
        let registration = DriverRegistration(client: client, spec: spec)
        while true {
            do throws(KubeClientError) {
                let uid = try await heartbeat.register(readyDelay: stages.nodeReady)
                if let cloud {
                    let labels: Value = ["metadata": ["labels": Value(heartbeat.document.cloudLabels)]]
                    _ = try await cloud.patch(NodeFields.kind, spec.nodeName, .merge(labels))
                }
                if stages.registersDrivers { heartbeat.drivers = try await registration.begin(node: uid) }
                guard stages.recordsEvents else { return }
                return await reporter.recordStart(ofNode: uid)
            } catch {
                if error == .cancelled { throw CancellationError() }
                log.warning("node could not register", ["node": spec.nodeName, "error": "\(error)"])
                try await clock.sleep(for: backoff.next())
            }
        }
    }

    /// One task does everything in turn: heartbeats first, then pods, then it waits for a message or for what is due next.
    private func live(_ beating: Heartbeat, _ mailbox: Mailbox<InformerEvent>) async throws {
        var heartbeat = beating
        let keeper = PodKeeper(
            client: client, spec: spec, table: stages, addresses: addresses, clock: clock, random: random,
            volumesInUse: heartbeat.volumesInUse)
        var drivers = DriverKeeper(
            DriverRegistration(client: client, spec: spec), told: heartbeat.drivers, clock: clock, random: random)
        while true {
            try Task.checkCancellation()
            if heartbeat.due <= clock.now {
                let present = heartbeat
                async let beaten = present.beaten()
                heartbeat = try await beaten
                if heartbeat.isReady, !present.isReady, stages.recordsEvents {
                    async let told: Void = reporter.recordReady(ofNode: present.uid)
                    await told
                }
            }
            for event in mailbox.take() { keeper.note(event) }
            if let due = keeper.due, due <= clock.now {
                async let worked: Void = keeper.work()
                try await worked
            }
            if stages.registersDrivers { drivers.note(keeper.drivers) }
            if let due = drivers.due, due <= clock.now {
                let present = drivers
                async let told = present.told()
                drivers = try await told
            }
            let next = min(heartbeat.due, keeper.due ?? heartbeat.due, drivers.due ?? heartbeat.due)
            try await mailbox.wait(atMost: next - clock.now, on: clock)
        }
    }
}
