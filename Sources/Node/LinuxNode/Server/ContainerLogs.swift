import Control
import Documents
import Kubelet
import Network

/// Which part of a container's log is wanted. Source: core/v1 PodLogOptions.
struct LogOptions: Sendable, Hashable {
    var isFollowing = false, isPrevious = false, hasTimestamps = false
    var tailLines: Int?
    var limitBytes: Int?
    var since: Timestamp?
    var streams: Set<String> = ["stdout", "stderr"]

    init() {}

    /// - Returns: what is wrong, for a query that cannot be met.
    mutating func read(_ target: URLTarget, now: Timestamp) -> String? {
        for item in target.items {
            switch item.name {
            case "follow": isFollowing = Self.truth(item.value)
            case "previous": isPrevious = Self.truth(item.value)
            case "timestamps": hasTimestamps = Self.truth(item.value)
            case "tailLines", "limitBytes", "sinceSeconds":
                if item.value.isEmpty { continue }
                guard let number = Int(item.value), number >= (item.name == "tailLines" ? 0 : 1) else {
                    return "\(item.name): Invalid value: \"\(item.value)\": must be a number that is not too small"
                }
                switch item.name {
                case "tailLines": tailLines = number
                case "limitBytes": limitBytes = number
                default: since = now - .seconds(number)
                }
            case "sinceTime":
                guard let time = Timestamp(item.value) else { return "sinceTime: Invalid value: \"\(item.value)\": must be RFC3339" }
                since = time
            case "stream":
                switch item.value {
                case "", "All": break
                case "Stdout": streams = ["stdout"]
                case "Stderr": streams = ["stderr"]
                default: return "stream: Unsupported value: \"\(item.value)\": supported values: \"All\", \"Stderr\", \"Stdout\""
                }
            default: break
            }
        }
        return nil
    }

    private static func truth(_ text: String) -> Bool { text == "" || text == "true" || text == "1" }
}

/// Container logs over the kubelet API. Source: kubelet/server, getContainerLogs; kubelet_pods.go, validateContainerLogStatus.
extension KubeletHandler {
    /// `/containerLogs/{namespace}/{pod}/{container}`
    func containerLogs(_ names: [String], _ target: URLTarget) async -> HTTPResponse {
        let (namespace, podName, container) = (names[0], names[1], names[2])
        if podName.isEmpty { return .json(["message": "Missing podID."], status: 400) }
        if container.isEmpty { return .json(["message": "Missing container name."], status: 400) }
        var options = LogOptions()
        if let fault = options.read(target, now: clock.now) { return .json(["message": .string(fault)], status: 422) }
        let pod = pods().first { $0["metadata"]["namespace"].string == namespace && $0["metadata"]["name"].string == podName }
        guard let pod else { return .text(404, "pod \"\(podName)\" does not exist\n") }
        let lists = ["containers", "initContainers", "ephemeralContainers"]
        guard lists.contains(where: { list in pod["spec"][list].items.contains { $0["name"].string == container } }) else {
            return .text(404, "container \"\(container)\" not found in pod \"\(podName)\"\n")
        }
        let id: String
        switch LoggedContainer.find(container, in: pod, previous: options.isPrevious) {
        case .failure(let refusal): return .text(400, refusal.message)
        case .success(let found): id = found
        }
        do throws(RuntimeError) {
            guard let status = try await runtime.container(id) else {
                return .text(400, "unable to retrieve container logs for containerd://\(id)")
            }
            let (runtime, clock) = (runtime, clock)
            let stream = LogStream(path: status.logPath, options: options, clock: clock) { () async -> Bool in
                do throws(RuntimeError) {
                    return try await runtime.container(id)?.state == .running
                } catch {
                    // A runtime that does not answer says nothing about its containers.
                    return error != .cancelled
                }
            }
            return HTTPResponse(200, headers: ["content-type": "text/plain"], body: .reader(stream))
        } catch {
            return .text(500, error.words)
        }
    }
}

/// Finds the container whose log is meant.
enum LoggedContainer {
    struct Refusal: Error { let message: String }

    /// The id of a container by the pod's status. - Parameter previous: the one before the present one.
    static func find(_ name: String, in pod: Value, previous: Bool) -> Result<String, Refusal> {
        let podName = pod["metadata"]["name"].string ?? ""
        let statuses = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap { pod["status"][$0].items }
        guard let status = statuses.first(where: { $0["name"].string == name }) else {
            return .failure(Refusal(message: "container \"\(name)\" in pod \"\(podName)\" is not available"))
        }
        let (state, last) = (status["state"], status["lastState"]["terminated"])
        if previous {
            guard let id = identifier(last["containerID"]) else {
                return .failure(Refusal(message: "previous terminated container \"\(name)\" in pod \"\(podName)\" not found"))
            }
            return .success(id)
        }
        if !state["running"].isNull, let id = identifier(status["containerID"]) { return .success(id) }
        if !state["terminated"].isNull || (!last.isNull && !state["waiting"].isNull) {
            if let id = identifier(state["terminated"]["containerID"]) ?? identifier(last["containerID"]) { return .success(id) }
            return .failure(Refusal(message: "container \"\(name)\" in pod \"\(podName)\" is terminated"))
        }
        let start = "container \"\(name)\" in pod \"\(podName)\" is waiting to start"
        switch state["waiting"]["reason"].string {
        case "ErrImagePull": return .failure(Refusal(message: "\(start): image can't be pulled"))
        case "ImagePullBackOff": return .failure(Refusal(message: "\(start): trying and failing to pull image"))
        case .some(let reason): return .failure(Refusal(message: "\(start): \(reason)"))
        case nil: return .failure(Refusal(message: "\(start) - no logs yet"))
        }
    }

    /// `containerd://<id>` without its scheme.
    private static func identifier(_ value: Value) -> String? {
        guard let text = value.string, let last = text.split(separator: "/").last else { return nil }
        return String(last)
    }
}
