import Control
import Documents
import KubeModel

/// The pods of a namespace with a quota never exceed it.
///
/// A pod that should have ended by now counts no more, although its node has not let it go yet. Source: QuotaV1Pod.
struct QuotaHolds: Invariant {
    let namespace: String
    let most: Int
    private var pods: [String: Value] = [:]

    init(namespace: String, most: Int) { (self.namespace, self.most) = (namespace, most) }

    mutating func observe(_ change: Change) throws(Violation) {
        guard change.key.hasPrefix("core/pods/\(namespace)/") else { return }
        let isNew = pods[change.key] == nil
        if change.after.isTerminated { pods.removeValue(forKey: change.key) } else { pods[change.key] = change.after }
        guard isNew, let now = change.after["metadata"]["creationTimestamp"].string.flatMap(Timestamp.init) else { return }
        let counted = pods.values.count { pod in QuotaUsage.deadline(of: pod).map { now < $0 } ?? true }
        guard counted <= most else { throw Violation("\(namespace) has \(counted) pods and a quota of \(most)") }
    }
}

/// An eviction counts against a budget that allows it at that moment.
///
/// The budget's own account is what evictions go by (upstream's do too): each one that is granted takes one of `disruptionsAllowed` in the
/// same document, so that account never falls below nothing, and a pod that is marked as evicted stands in it.
struct EvictionsHaveBudget: Invariant {
    private var budgets: [String: Value] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        switch change.kind {
        case "policy/poddisruptionbudgets":
            budgets[change.key] = change.after.isNull ? nil : change.after
            guard let allowed = change.after["status"]["disruptionsAllowed"].int, allowed < 0 else { return }
            throw Violation("\(change.key) allows \(allowed) disruptions")
        default: return
        }
    }
}

/// A job is complete with as many successes as it wants, and its successes never grow beyond that nor shrink.
struct JobsCount: Invariant {
    private var successes: [String: Int] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        guard change.kind == "batch/jobs", !change.after.isNull, let uid = change.after["metadata"]["uid"].string else { return }
        let now = change.after["status"]["succeeded"].int ?? 0
        guard now >= successes[uid] ?? 0 else { throw Violation("\(change.key) had \(successes[uid] ?? 0) successes and has \(now)") }
        successes[uid] = now
        guard let wanted = change.after["spec"]["completions"].int, now > wanted else { return }
        throw Violation("\(change.key) has \(now) successes and wants \(wanted)")
    }
}
