import Documents
import KubeModel

/// What a Job's podFailurePolicy makes of a failed pod. Source: kubernetes, pkg/controller/job/pod_failure_policy.go.
struct PodFailureVerdict: Hashable {
    enum Action: String {
        case failJob = "FailJob"
        case failIndex = "FailIndex"
        case ignore = "Ignore"
        case count = "Count"
    }
    var action = Action.count
    /// Why the Job fails; only with `failJob`.
    var message: String?

    /// The action of the first rule that matches; failures count when none does.
    init(_ pod: Pod, _ policy: Value) {
        for (index, rule) in policy["rules"].items.enumerated() {
            guard let action = rule["action"].string.flatMap(Action.init) else { continue }
            let reason =
                rule["onExitCodes"].isNull
                ? Self.condition(pod, rule["onPodConditions"]) : Self.exitCode(pod, rule["onExitCodes"])
            guard let reason else { continue }
            self.action = action
            if action == .failJob { message = "\(reason) matching \(action.rawValue) rule at index \(index)" }
            return
        }
    }

    private static func exitCode(_ pod: Pod, _ rule: Value) -> String? {
        let values = rule["values"].items.compactMap(\.int)
        let statuses = pod.value["status"]["containerStatuses"].items + pod.value["status"]["initContainerStatuses"].items
        for status in statuses {
            guard rule["containerName"].isNull || rule["containerName"] == status["name"],
                let code = status["state"]["terminated"]["exitCode"].int, code != 0,
                values.contains(code) == (rule["operator"].string == "In")
            else { continue }
            return "Container \(status["name"].string ?? "") for pod \(pod.namespace)/\(pod.name) failed with exit code \(code)"
        }
        return nil
    }
    private static func condition(_ pod: Pod, _ patterns: Value) -> String? {
        for pattern in patterns.items {
            let type = pattern["type"].string ?? ""
            guard pod.condition(type)["status"].string == pattern["status"].string ?? "True" else { continue }
            return "Pod \(pod.namespace)/\(pod.name) has condition \(type)"
        }
        return nil
    }
}

/// Which successPolicy rule is met first; nil when none is. Source: kubernetes, pkg/controller/job/success_policy.go.
enum SuccessPolicy {
    static func message(_ policy: Value, _ succeeded: CompletionIndexes, completions: Int) -> String? {
        for (index, rule) in policy["rules"].items.enumerated() {
            let count = rule["succeededCount"].int
            let met: Bool
            if let text = rule["succeededIndexes"].string {
                let wanted = CompletionIndexes(text, below: completions)
                met = wanted.common(with: succeeded) >= (count ?? wanted.count)
            } else {
                met = count.map { succeeded.count >= $0 } ?? false
            }
            if met { return "Matched rules at index \(index)" }
        }
        return nil
    }
}
