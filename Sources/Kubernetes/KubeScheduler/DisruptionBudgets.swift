import Documents
import KubeModel
import Storage

/// What disruption budgets still allow, while victims are picked. Source: upstream's filterPodsWithPDBViolation.
struct DisruptionBudgets {
    private struct Budget {
        let namespace: String
        let selector: LabelSelector
        let allowed: Int
        let disrupted: Set<String>
    }
    private let budgets: [Budget]

    init(_ snapshot: Snapshot) {
        budgets = snapshot.range(prefix: PodDisruptionBudgetFields.kind.prefix).compactMap { entry in
            let (metadata, status) = (entry.value["metadata"], entry.value["status"])
            let selector = LabelSelector(entry.value["spec"]["selector"])
            // Here a selector without requirements selects nothing.
            guard let namespace = metadata["namespace"].string, selector.requirements?.isEmpty == false else { return nil }
            let disrupted = (status["disruptedPods"].object ?? [:]).map(\.key)
            return Budget(
                namespace: namespace, selector: selector, allowed: status["disruptionsAllowed"].int ?? 0, disrupted: Set(disrupted))
        }
    }

    /// Parts the pods, most important first, into those whose end breaks a budget and the others.
    func split(_ pods: [SchedulingPod]) -> (breaking: [SchedulingPod], others: [SchedulingPod]) {
        var left = budgets.map(\.allowed)
        var (breaking, others): ([SchedulingPod], [SchedulingPod]) = ([], [])
        for pod in pods {
            var breaks = false
            for (index, budget) in budgets.enumerated() where !pod.group.labels.isEmpty && budget.namespace == pod.namespace {
                guard budget.selector.matches(pod.group.labels), !budget.disrupted.contains(pod.name) else { continue }
                left[index] -= 1
                if left[index] < 0 { breaks = true }
            }
            if breaks { breaking.append(pod) } else { others.append(pod) }
        }
        return (breaking, others)
    }
}
