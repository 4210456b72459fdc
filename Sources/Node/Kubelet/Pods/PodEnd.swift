import Control
import Documents

/// How a pod ends: containers, then sandboxes, then whatever is left of it, and the document last.
extension PodMachine {
    mutating func planEnd(_ now: Timestamp) -> [PodOperation] {
        guard let ending else { return [] }
        if flight.contains(where: { $0.hasPrefix("start ") || $0 == PodOperation.Key.sandbox || $0 == PodOperation.Key.prepare }) {
            return []
        }
        let stops = planStops(ending, now)
        guard running.isEmpty, stops.isEmpty else { return stops }
        let sandboxStops = planSandboxStops(now)
        guard sandboxes.allSatisfy({ stopped.contains($0.id) }) else { return sandboxStops }
        guard ending.cause == .deleted || ending.cause == .removed else { return [] }
        return planRemoval(ending, now)
    }

    /// Takes down the network of sandboxes, of those too that ended by themselves.
    mutating func planSandboxStops(_ now: Timestamp) -> [PodOperation] {
        var operations: [PodOperation] = []
        for sandbox in sandboxes where !stopped.contains(sandbox.id) {
            let operation = PodOperation.stopSandbox(sandbox.id)
            if may(operation.key, now) { operations.append(operation) }
        }
        return operations
    }

    /// Sidecars end after the main containers, the last one first.
    private mutating func planStops(_ ending: PodEnding, _ now: Timestamp) -> [PodOperation] {
        let elapsed = DurationText.seconds(now - ending.began)
        let left = max(2, ending.grace - elapsed)
        var turn = running.filter { !(spec.slot($0.name)?.isSidecar ?? false) }
        if turn.isEmpty {
            guard let last = spec.initial.last(where: { slot in slot.isSidecar && running.contains { $0.name == slot.name } }) else {
                return []
            }
            turn = running.filter { $0.name == last.name }
        }
        return turn.flatMap { stop($0, message: "", grace: left, now) }
    }

    private mutating func planRemoval(_ ending: PodEnding, _ now: Timestamp) -> [PodOperation] {
        let removals: [PodOperation] =
            containers.values.joined().map { .removeContainer($0.id) } + (containers.isEmpty ? sandboxes.map { .removeSandbox($0.id) } : [])
        guard containers.isEmpty, sandboxes.isEmpty else { return removals.filter { may($0.key, now) } }
        guard isReleased else { return may(PodOperation.Key.release, now) ? [.release] : [] }
        guard ending.cause != .removed else {
            isGone = true
            return []
        }
        guard !flight.contains(PodOperation.Key.patch), isReported(now), may("delete", now) else { return [] }
        return [.delete]
    }

    /// Removes dead containers and sandboxes but the last one of each kind. Source: kubelet's default maximum-dead-containers-per-container.
    mutating func planGarbage() -> [PodOperation] {
        guard ending == nil else { return [] }
        var operations: [PodOperation] = []
        for list in containers.values where list.count > 2 {
            operations += list.dropFirst(2).filter { $0.state != .running }.map { .removeContainer($0.id) }
        }
        let used = Set(containers.values.joined().map(\.sandbox))
        operations += sandboxes.dropFirst().filter { !$0.isReady && !used.contains($0.id) }.map { .removeSandbox($0.id) }
        operations += sandboxes.dropFirst().filter(\.isReady).map { .stopSandbox($0.id) }
        return operations.filter { !flight.contains($0.key) }
    }
}
