import Control
import Documents

/// How a machine learns what the runtime has. Lists only tell where to look; what counts is a look at the single thing.
extension PodMachine {
    /// Compares what is known with a list of all that the runtime has of this pod.
    mutating func compare(_ sandboxes: [SandboxStatus], _ containers: [ContainerStatus]) {
        awaitsListing = false
        if !flight.contains(PodOperation.Key.sandbox) {
            for listed in sandboxes where !self.sandboxes.contains(where: { $0.id == listed.id && $0.isReady == listed.isReady }) {
                suspectSandboxes.insert(listed.id)
            }
        }
        let sandboxIDs = Set(sandboxes.map(\.id))
        for known in self.sandboxes where !sandboxIDs.contains(known.id) { suspectSandboxes.insert(known.id) }
        for listed in containers where !isStarting(listed.name) {
            let known = self.containers[listed.name]?.first { $0.id == listed.id }
            if known == nil { homes[listed.id] = listed.sandbox }
            if known?.state != listed.state { suspects.insert(listed.id) }
        }
        let containerIDs = Set(containers.map(\.id))
        for known in self.containers.values.joined() where !containerIDs.contains(known.id) && !isStarting(known.name) {
            suspects.insert(known.id)
        }
    }

    /// Something with that id has ended. - Returns: whether it belongs to this pod.
    mutating func notice(ended id: String) -> Bool {
        if sandboxes.contains(where: { $0.id == id }) {
            endings[id] = 0
            suspectSandboxes.insert(id)
            return true
        }
        guard containers.values.joined().contains(where: { $0.id == id }) else { return false }
        endings[id] = 0
        suspects.insert(id)
        return true
    }

    /// Looks at what may have changed.
    mutating func planLooks(_ now: Timestamp) -> [PodOperation] {
        var operations: [PodOperation] = []
        for id in suspects.sorted() where may("inspect \(id)", now) && !flight.contains(PodOperation.Key.stop(id)) {
            operations.append(.inspectContainer(id))
        }
        for id in suspectSandboxes.sorted() where may("inspect \(id)", now) { operations.append(.inspectSandbox(id)) }
        return operations
    }

    /// Forgets suspicions that a look has settled. The event of an end may come before the runtime itself has taken note of it, so what
    /// still runs then is looked at again.
    mutating func settle(_ outcome: PodOutcome, _ now: Timestamp) {
        switch outcome {
        case .container(let id, let status):
            if status?.state == .running, looksAgain(id, now) { return }
            suspects.remove(id)
        case .sandboxSeen(let id, let status):
            if status?.isReady == true, looksAgain(id, now) { return }
            suspectSandboxes.remove(id)
        default: break
        }
    }

    private mutating func looksAgain(_ id: String, _ now: Timestamp) -> Bool {
        guard let tries = endings[id], tries < 8 else {
            endings[id] = nil
            return false
        }
        endings[id] = tries + 1
        let pause = Duration.milliseconds(5 << tries)
        retries["inspect \(id)"] = Retry(notBefore: now + pause, pause: pause)
        return true
    }
}
