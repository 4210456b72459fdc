import Control
import Documents

/// Stops one container: hook, request to end, kill after the grace period.
struct ContainerStopper {
    /// Source: kubelet, minimumGracePeriodInSeconds.
    private static let shortest = Duration.seconds(2)
    let performer: PodPerformer
    let spec: PodSpecView
    let stop: ContainerStop

    func run() async -> PodOutcome {
        if !stop.message.isEmpty { event("Normal", "Killing", stop.message) }
        let begun = performer.clock.now
        if let slot = stop.slot, slot.spec["lifecycle"]["preStop"].object != nil, stop.grace > .zero, !stop.isHurried {
            await preStop(slot)
        }
        let grace = max(Self.shortest, stop.grace - (performer.clock.now - begun))
        do throws(RuntimeError) {
            try await performer.runtime.stopContainer(stop.id, grace: grace)
            return .container(id: stop.id, try await performer.status(stop.id, spec))
        } catch {
            if case .notFound = error { return .container(id: stop.id, nil) }
            return error == .cancelled ? .cancelled : .failed(error.text)
        }
    }

    private func preStop(_ slot: ContainerSlot) async {
        let runner = HookRunner(performer: performer, address: stop.address)
        let problem = await performer.clock.limit(stop.grace) {
            await runner.run(slot.spec["lifecycle"]["preStop"], slot, stop.id, spec)
        }
        if case .some(.some) = problem { event("Warning", "FailedPreStopHook", "PreStopHook failed") }
    }

    private func event(_ type: String, _ reason: String, _ message: String) {
        performer.events.record(spec.reference(stop.slot?.fieldPath ?? ""), type, reason, message)
    }
}

extension WallClock {
    /// The outcome of `body`, or nil when it takes longer; it is cancelled then.
    func limit<Outcome: Sendable>(_ duration: Duration, _ body: @escaping @Sendable () async -> Outcome) async -> Outcome? {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await body() }
            group.addTask {
                try? await sleep(for: duration)
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }
}
