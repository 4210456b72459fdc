import Documents
import KubeModel

/// A CronJob that forbids it never has two Jobs under way, and none has two Jobs for the same minute.
struct CronJobsForbid: Invariant {
    /// The Jobs under way by their CronJob's uid, and each Job's.
    private var running: [String: Set<String>] = [:]
    private var owners: [String: String] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        guard change.kind == "batch/jobs" else { return }
        if let owner = owners.removeValue(forKey: change.key) { running[owner]?.remove(change.key) }
        let isOver = change.after.condition("Complete") == "True" || change.after.condition("Failed") == "True"
        let reference = change.after["metadata"]["ownerReferences"].items.first { $0["kind"].string == "CronJob" } ?? .null
        guard !isOver, let owner = reference["uid"].string, let name = reference["name"].string else { return }
        owners[change.key] = owner
        running[owner, default: []].insert(change.key)
        let count = running[owner]?.count ?? 0
        guard count > 1, CronJobWorkload.policy(name) == "Forbid" else { return }
        throw Violation("\(name) forbids it and has \(count) Jobs under way: \((running[owner] ?? []).sorted())")
    }
}

/// What an autoscaler wishes for is within its bounds.
struct AutoscalersWithinBounds: Invariant {
    mutating func observe(_ change: Change) throws(Violation) {
        guard change.kind == "autoscaling/horizontalpodautoscalers", let wish = change.after["status"]["desiredReplicas"].int, wish > 0
        else { return }
        let (least, most) = (change.after["spec"]["minReplicas"].int ?? 1, change.after["spec"]["maxReplicas"].int ?? .max)
        guard !(least...max(least, most)).contains(wish),
            change.after["status"]["desiredReplicas"] != change.before["status"]["desiredReplicas"]
        else { return }
        throw Violation("\(change.key) wishes for \(wish) replicas of \(least) to \(most)")
    }
}
