import Control
import Documents

/// The cells that are more than a member of the document. Source: upstream's internalversion printers.
enum ComputedCells {
    typealias Cell = @Sendable (Value, Timestamp) -> Value
    static let all = [pods, workloads, network, cluster, storage, access].reduce(into: [String: Cell]()) { all, some in
        all.merge(some) { first, _ in first }
    }

    /// `a=b,c=d`, or `<none>`.
    static func labels(_ labels: Value) -> String {
        let pairs = labels.strings.sorted { $0.key < $1.key }
        return pairs.isEmpty ? "<none>" : pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
    /// The text of a selector, or `<none>`.
    static func selector(_ value: Value) -> Value {
        let text = LabelSelector(value).description
        return .string(text.isEmpty ? "<none>" : text)
    }
    /// The first three of a list, and how many more there are.
    static func few(_ items: [String], none: String = "<none>") -> Value {
        if items.isEmpty { return .string(none) }
        let text = items.prefix(3).joined(separator: ",")
        return .string(items.count > 3 ? "\(text) + \(items.count - 3) more..." : text)
    }

    private static let workloads: [String: Cell] = [
        "readyReplicas": { object, _ in .string("\(object["status"]["readyReplicas"].int ?? 0)/\(object["spec"]["replicas"].int ?? 0)") },
        "selector": { object, _ in selector(object["spec"]["selector"]) },
        "mapSelector": { object, _ in .string(labels(object["spec"]["selector"])) },
        "nodeSelector": { object, _ in .string(labels(object["spec"]["template"]["spec"]["nodeSelector"])) },
        "jobStatus": { job, _ in .string(jobStatus(job)) },
        "jobCompletions": { job, _ in
            let done = job["status"]["succeeded"].int ?? 0
            if let wanted = job["spec"]["completions"].int { return .string("\(done)/\(wanted)") }
            let parallel = job["spec"]["parallelism"].int ?? 0
            return .string(parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1")
        },
        "jobDuration": { job, now in
            guard let start = job["status"]["startTime"].string.flatMap(Timestamp.init(_:)) else { return "" }
            let end = job["status"]["completionTime"].string.flatMap(Timestamp.init(_:)) ?? now
            return .string(HumanDuration.text(end - start))
        },
        "suspend": { object, _ in object["spec"]["suspend"] == true ? "True" : "False" },
        "controller": { object, _ in
            guard let owner = object["metadata"]["ownerReferences"].items.first(where: { $0["controller"] == true }) else {
                return "<none>"
            }
            let parts = (owner["apiVersion"].string ?? "").split(separator: "/")
            let group = parts.count > 1 ? ".\(parts[0])" : ""
            return .string("\((owner["kind"].string ?? "").lowercased())\(group)/\(owner["name"].string ?? "")")
        },
        "scaleTarget": { object, _ in
            let target = object["spec"]["scaleTargetRef"]
            return .string("\(target["kind"].string ?? "")/\(target["name"].string ?? "")")
        },
        "scaleMetrics": { object, _ in .string(metrics(object)) },
    ]

    private static func jobStatus(_ job: Value) -> String {
        let holds = { (type: String) in PodSummary.holds(type, job["status"]) }
        if holds("Complete") { return "Complete" }
        if holds("Failed") { return "Failed" }
        if !job["metadata"]["deletionTimestamp"].isNull { return "Terminating" }
        return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].first(where: holds) ?? "Running"
    }

    private static func metrics(_ autoscaler: Value) -> String {
        let (specs, current) = (autoscaler["spec"]["metrics"].items, autoscaler["status"]["currentMetrics"].items)
        if specs.isEmpty { return "<none>" }
        var texts: [String] = []
        for (index, metric) in specs.enumerated() {
            let part =
                [
                    "Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object",
                    "External": "external",
                ][metric["type"].string ?? ""] ?? ""
            let now: Value = index < current.count ? current[index][part]["current"] : .null
            let target = metric[part]["target"]
            let name = metric[part]["name"].string.map { "\($0): " } ?? ""
            if let percent = target["averageUtilization"].int {
                texts.append("\(name)\(now["averageUtilization"].int.map { "\($0)%" } ?? "<unknown>")/\(percent)%")
            } else if let average = target["averageValue"].string {
                texts.append("\(name)\(now["averageValue"].string ?? "<unknown>")/\(average)\(name.isEmpty ? " (avg)" : "")")
            } else {
                texts.append("\(name)\(now["value"].string ?? "<unknown>")/\(target["value"].string ?? "<auto>")")
            }
        }
        let text = texts.prefix(2).joined(separator: ", ")
        return texts.count > 2 ? "\(text) + \(texts.count - 2) more..." : text
    }
}
