import Documents
import KubeModel

/// Where a pod stands on its machine; follows from its document alone, so that a restarted machine goes on where it was.
enum PodStage: Hashable {
    /// Bound, and not yet taken on.
    case accepted
    /// Its volumes are to be attached; what no document tells is whether the machine has seen that.
    case mounting
    /// Taken on, without address.
    case sandbox
    /// Containers for debugging have come that do not run yet.
    case joining
    /// The init container of that index has to run.
    case initializing(Int)
    /// Containers wait for their start, or for their next one after a crash.
    case starting
    /// A container's image cannot be pulled, and that has not been reported, or has to be reported again as a back-off.
    case failingPull, backingOff
    /// Containers run and are not ready yet.
    case warming
    /// Containers run that are to have other resources.
    case resizing
    /// Runs, and ends by itself after that many seconds.
    case ending(seconds: Int)
    /// Runs, and may do so for that many seconds after the machine took it on.
    case expiring(seconds: Int)
    /// Nothing to do before something changes.
    case resting
    /// Has ended; the document stays until somebody deletes it.
    case finished
    /// Has to end because somebody deleted it.
    case terminating
}

/// What a pod's document says of its stage.
struct PodState {
    let pod: Value
    let table: StageTable
    var status: Value { pod["status"] }
    var containers: [Value] { pod["spec"]["containers"].items }
    var initContainers: [Value] { pod["spec"]["initContainers"].items }

    var stage: PodStage {
        if !pod["metadata"]["deletionTimestamp"].isNull { return .terminating }
        if isFinished { return .finished }
        if status["startTime"].isNull { return .accepted }
        if condition("PodReadyToStartContainers")["status"].string != "True" { return .sandbox }
        if !newcomers.isEmpty { return .joining }
        if let index = nextInitContainer {
            let container = initContainers[index]
            switch verdict(container) {
            case .fine: return .initializing(index)
            default: return refusalStage(containerStatus(container, of: "initContainerStatuses")) ?? .resting
            }
        }
        let waiting = containers.filter { Self.isWaiting(containerStatus($0)) }
        if waiting.contains(where: { verdict($0).isFine }) { return .starting }
        if let stage = waiting.lazy.compactMap({ refusalStage(containerStatus($0)) }).first { return stage }
        if !unready.isEmpty { return .warming }
        if waiting.isEmpty, isBehind || condition("PodResizePending")["reason"] == "Deferred" { return .resizing }
        let ending = StageTable.ending(of: pod)
        if let deadline = pod["spec"]["activeDeadlineSeconds"].int, waiting.isEmpty, deadline < ending?.seconds ?? .max {
            return .expiring(seconds: deadline)
        }
        if let ending, waiting.isEmpty { return .ending(seconds: ending.seconds) }
        return waiting.isEmpty && readinessChanged ? .warming : .resting
    }

    var isFinished: Bool { status["phase"].string == "Succeeded" || status["phase"].string == "Failed" }

    /// Whether the specification has changed since the machine looked at it.
    var isBehind: Bool {
        guard let seen = status["observedGeneration"].int, let generation = pod["metadata"]["generation"].int else { return false }
        return seen < generation
    }

    /// Containers that run and are not ready.
    var unready: [Value] {
        containers.filter { container in
            let status = containerStatus(container)
            return status["state"]["running"].object != nil && status["ready"].bool != true
        }
    }

    /// Ephemeral containers that have not run, and whose image can be had.
    var newcomers: [Value] {
        pod["spec"]["ephemeralContainers"].items.filter {
            Self.isWaiting(containerStatus($0, of: "ephemeralContainerStatuses")) && verdict($0).isFine
        }
    }

    /// The first init container that has not done its part: an ordinary one must have succeeded, a sidecar must run.
    private var nextInitContainer: Int? {
        initContainers.firstIndex { container in
            let state = containerStatus(container, of: "initContainerStatuses")["state"]
            return container["restartPolicy"].string == "Always"
                ? state["running"].object == nil : state["terminated"]["exitCode"].int != 0
        }
    }

    /// Whether the Ready condition says something else than containers and readiness gates do, as after the node was silent.
    private var readinessChanged: Bool {
        PodConditions.gatesPass(pod) != (condition("Ready")["status"].string == "True")
    }

    func condition(_ type: String) -> Value { status["conditions"].items.first { $0["type"].string == type } ?? .null }
    func containerStatus(_ container: Value, of list: String = "containerStatuses") -> Value {
        status[list].items.first { $0["name"] == container["name"] } ?? .null
    }
    /// The status of a container in either list.
    static func status(of container: Value, in pod: Value) -> Value {
        let statuses = pod["status"]["containerStatuses"].items + pod["status"]["initContainerStatuses"].items
        return statuses.first { $0["name"] == container["name"] } ?? .null
    }
    static func isWaiting(_ status: Value) -> Bool {
        status["state"]["running"].object == nil && status["state"]["terminated"].object == nil
    }

    private func refusalStage(_ status: Value) -> PodStage? {
        switch status["state"]["waiting"]["reason"].string {
        case "ErrImagePull": .backingOff
        case "ImagePullBackOff", "InvalidImageName": nil
        default: .failingPull
        }
    }
}

// MARK: - Images

extension PodState {
    /// Whether a container's image can be had.
    enum Verdict {
        case fine(ImageReference)
        /// The name is not well formed.
        case invalid(String)
        /// No registry has it.
        case missing(String)
        var isFine: Bool { if case .fine = self { true } else { false } }
    }

    func verdict(_ container: Value) -> Verdict {
        let image = container["image"].string ?? ""
        guard let reference = ImageReference(image) else {
            return .invalid(
                "Failed to apply default image tag \"\(image)\": couldn't parse image name \"\(image)\": invalid reference format")
        }
        return table.pullFailure(image).map(Verdict.missing) ?? .fine(reference)
    }
}
