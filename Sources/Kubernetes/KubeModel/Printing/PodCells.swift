import Control
import Documents

/// What the row of a pod tells. Source: upstream's printPod.
struct PodSummary {
    private(set) var ready = 0
    private(set) var total: Int
    private(set) var reason: String
    private(set) var restarts = 0
    private var lastRestart: Timestamp?

    init(_ pod: Value) {
        let (spec, status) = (pod["spec"], pod["status"])
        let initContainers = spec["initContainers"].items
        let sidecars = Set(initContainers.filter { $0["restartPolicy"] == "Always" }.compactMap { $0["name"].string })
        total = spec["containers"].items.count + sidecars.count
        reason = status["reason"].string ?? status["phase"].string ?? ""
        let scheduled = status["conditions"].items.first { $0["type"] == "PodScheduled" }
        if scheduled?["reason"] == "SchedulingGated" { reason = "SchedulingGated" }
        let initializing = countInit(status, sidecars, initContainers.count)
        if !initializing || Self.holds("Initialized", status) { countMain(status, sidecars) }
        guard !pod["metadata"]["deletionTimestamp"].isNull else { return }
        if status["reason"] == "NodeLost" {
            reason = "Unknown"
        } else if status["phase"] != "Succeeded" && status["phase"] != "Failed" {
            reason = "Terminating"
        }
    }

    static func holds(_ type: String, _ status: Value) -> Bool {
        status["conditions"].items.contains { $0["type"].string == type && $0["status"] == "True" }
    }

    /// Counts the containers that run before the others; true while they are not done.
    private mutating func countInit(_ status: Value, _ sidecars: Set<String>, _ count: Int) -> Bool {
        for (index, container) in status["initContainerStatuses"].items.enumerated() {
            restart(container)
            let state = container["state"]
            let sidecar = sidecars.contains(container["name"].string ?? "")
            if !state["terminated"].isNull, (state["terminated"]["exitCode"].int ?? 0) == 0 { continue }
            if sidecar, container["started"] == true {
                if container["ready"] == true { ready += 1 }
                continue
            }
            if !state["terminated"].isNull {
                reason = "Init:" + Self.ending(state["terminated"])
            } else if let waiting = state["waiting"]["reason"].string, !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:" + waiting
            } else {
                reason = "Init:\(index)/\(count)"
            }
            return true
        }
        return false
    }

    private mutating func countMain(_ status: Value, _ sidecars: Set<String>) {
        (restarts, lastRestart) = (0, nil)
        for container in status["initContainerStatuses"].items where sidecars.contains(container["name"].string ?? "") {
            restart(container)
        }
        var running = false
        for container in status["containerStatuses"].items.reversed() {
            restart(container)
            let state = container["state"]
            if let waiting = state["waiting"]["reason"].string, !waiting.isEmpty {
                reason = waiting
            } else if !state["terminated"].isNull {
                reason = Self.ending(state["terminated"])
            } else if container["ready"] == true, !state["running"].isNull {
                (running, ready) = (true, ready + 1)
            }
        }
        if reason == "Completed", running { reason = Self.holds("Ready", status) ? "Running" : "NotReady" }
    }

    private static func ending(_ terminated: Value) -> String {
        if let reason = terminated["reason"].string, !reason.isEmpty { return reason }
        if let signal = terminated["signal"].int, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"].int ?? 0)"
    }
    private mutating func restart(_ container: Value) {
        restarts += container["restartCount"].int ?? 0
        if let time = container["lastState"]["terminated"]["finishedAt"].string.flatMap(Timestamp.init(_:)) {
            lastRestart = max(lastRestart ?? time, time)
        }
    }
    func restartsText(now: Timestamp) -> String {
        guard restarts > 0, let lastRestart else { return "\(restarts)" }
        return "\(restarts) (\(HumanDuration.text(now - lastRestart)) ago)"
    }
}

extension ComputedCells {
    static let pods: [String: Cell] = [
        "podReady": { pod, _ in
            let summary = PodSummary(pod)
            return .string("\(summary.ready)/\(summary.total)")
        },
        "podStatus": { pod, _ in .string(PodSummary(pod).reason) },
        "podRestarts": { pod, now in .string(PodSummary(pod).restartsText(now: now)) },
        "podIP": { pod, _ in .string(pod["status"]["podIPs"][0]["ip"].string ?? pod["status"]["podIP"].string ?? "<none>") },
        "readinessGates": { pod, _ in
            let gates = pod["spec"]["readinessGates"].items
            if gates.isEmpty { return "<none>" }
            let open = gates.count { PodSummary.holds($0["conditionType"].string ?? "", pod["status"]) }
            return .string("\(open)/\(gates.count)")
        },
        "containers": { object, _ in names(object["template"]["spec"], "name") },
        "images": { object, _ in names(object["template"]["spec"], "image") },
        "templateLabels": { object, _ in .string(labels(object["template"]["metadata"]["labels"])) },
        "templateContainers": { object, _ in names(object["spec"]["template"]["spec"], "name") },
        "templateImages": { object, _ in names(object["spec"]["template"]["spec"], "image") },
        "cronContainers": { object, _ in names(object["spec"]["jobTemplate"]["spec"]["template"]["spec"], "name") },
        "cronImages": { object, _ in names(object["spec"]["jobTemplate"]["spec"]["template"]["spec"], "image") },
        "cronSelector": { object, _ in selector(object["spec"]["jobTemplate"]["spec"]["selector"]) },
    ]
    private static func names(_ spec: Value, _ field: String) -> Value {
        .string(spec["containers"].items.map { $0[field].string ?? "" }.joined(separator: ","))
    }
}
