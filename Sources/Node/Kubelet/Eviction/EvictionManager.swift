package import KubeModel
package import Control
package import Documents
package import KubeClient

/// Measures a node and its pods.
package protocol NodeMeter: Sendable {
    /// What is left of everything, and what each of the pods uses.
    /// - Parameter storage: whether files are to be counted too, which takes long.
    func measure(_ pods: [Value], storage: Bool) async -> NodeReadings
}

/// Whose pods are evicted, and who tells of pressures: the kubelet.
package protocol EvictionTarget: Sendable {
    func pods() -> [Value]
    func report(_ pressure: NodePressure)
    func evict(uid: String, reason: String, message: String, grace: Int)
}
extension Kubelet: EvictionTarget {}

/// Keeps the node from running out of memory, disk and processes: every ten seconds it measures, tells of pressures, frees what is not
/// needed and evicts at most one pod for the node's sake. Source: kubelet/eviction/eviction_manager.go.
package final class EvictionManager: Service {
    private static let interval = Duration.seconds(10), collection = Duration.seconds(300), patience = Duration.seconds(30)
    /// Seconds that an evicted pod's containers have left.
    private static let grace = 1
    private let nodeName: String
    private let target: any EvictionTarget
    private let meter: any NodeMeter
    private let collector: ImageCollector
    private let thresholds: [EvictionThreshold]
    private let clock: any WallClock
    private let events: EventRecorder

    /// - Parameter isKept: tells of images, by id and names, that are never removed.
    package init(
        nodeName: String, target: any EvictionTarget, meter: any NodeMeter, runtime: any ContainerRuntime, client: KubeClient,
        clock: any WallClock, thresholds: [EvictionThreshold] = EvictionThreshold.standard,
        isKept: @escaping @Sendable (RuntimeImage) -> Bool = { _ in false }
    ) {
        (self.nodeName, self.target, self.meter, self.thresholds, self.clock) = (nodeName, target, meter, thresholds, clock)
        collector = ImageCollector(runtime: runtime, isKept: isKept)
        events = EventRecorder(client: client, node: nodeName, clock: clock)
    }

    /// Runs until cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.events.run() }
            group.addTask { try await self.watch() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func watch() async throws {
        var round = Round(tracker: PressureTracker(thresholds: thresholds))
        while true {
            try await look(&round)
            try await clock.sleep(for: Self.interval)
        }
    }

    /// What is kept from one look to the next.
    private struct Round {
        var tracker: PressureTracker
        var images = ImageCollection()
        var collected: Timestamp?
        /// The pod that was evicted last, until it is gone or too much time has passed.
        var leaving: (uid: String, since: Timestamp)?
    }

    private func look(_ round: inout Round) async throws {
        let pods = target.pods().filter { !Self.hasEnded($0) }
        let limited = pods.filter(StorageLimits.limits)
        let readings = await meter.measure(limited, storage: true)
        let now = clock.now
        let met = round.tracker.observe(readings, at: now)
        target.report(round.tracker.pressure(at: now))
        try await collect(&round, readings, now)
        if let leaving = round.leaving {
            let isHere = pods.contains { $0["metadata"]["uid"].string == leaving.uid }
            if isHere, now - leaving.since < Self.patience { return }
            round.leaving = nil
        }
        if evictForLimits(limited, readings) { return }
        guard let threshold = met.first else { return }
        tell("EvictionThresholdMet", "Attempting to reclaim \(threshold.signal.resource)")
        if threshold.signal.isStorage, try await reclaim(threshold, &round) { return }
        evict(pods, await meter.measure(pods, storage: threshold.signal.isStorage), threshold, &round)
    }

    /// Removes images that nobody uses, every five minutes, when their file system is filled.
    private func collect(_ round: inout Round, _ readings: NodeReadings, _ now: Timestamp) async throws {
        if let collected = round.collected, now - collected < Self.collection { return }
        round.collected = now
        guard let reading = readings.signals[.imageStorage] else { return }
        let bytes = ImageCollection.bytesToFree(reading)
        let freed = try await collector.free(bytes, &round.images, at: now)
        guard freed < bytes else { return }
        tell(
            "FreeDiskSpaceFailed",
            "Failed to garbage collect required amount of images. Attempted to free \(bytes) bytes, but only found \(freed) bytes "
                + "eligible to free.")
    }

    /// Frees what needs no eviction. - Returns: whether that was enough.
    private func reclaim(_ threshold: EvictionThreshold, _ round: inout Round) async throws -> Bool {
        try await collector.removeDeadContainers()
        _ = try await collector.free(.max, &round.images, at: clock.now)
        let readings = await meter.measure([], storage: false)
        return readings.signals[threshold.signal].map { !threshold.isMet(by: $0) } ?? false
    }

    /// Evicts every pod that keeps more on disk than it may. - Returns: whether there was one.
    private func evictForLimits(_ pods: [Value], _ readings: NodeReadings) -> Bool {
        var found = false
        for pod in pods {
            guard let usage = readings.pods[PodText(pod).uid], let message = StorageLimits.breach(of: pod, usage) else { continue }
            guard !PodText(pod).isCritical else { continue }
            found = true
            target.evict(uid: PodText(pod).uid, reason: "Evicted", message: message, grace: Self.grace)
        }
        return found
    }

    private func evict(_ pods: [Value], _ readings: NodeReadings, _ threshold: EvictionThreshold, _ round: inout Round) {
        let ranking = EvictionRanking(readings: readings)
        guard let pod = ranking.ranked(pods, for: threshold.signal).first else { return }
        let uid = PodText(pod).uid
        target.evict(uid: uid, reason: "Evicted", message: ranking.message(pod, for: threshold), grace: Self.grace)
        round.leaving = (uid, clock.now)
    }

    private static func hasEnded(_ pod: Value) -> Bool {
        let phase = pod["status"]["phase"].string
        return phase == "Failed" || phase == "Succeeded"
    }

    private func tell(_ reason: String, _ message: String) {
        events.record(["kind": "Node", "name": .string(nodeName), "uid": .string(nodeName)], "Warning", reason, message)
    }
}
