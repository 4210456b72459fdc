import Control
import Documents
import KubeModel
import Reconcile

/// What a Deployment says of itself. Source: kubernetes, pkg/controller/deployment/progress.go and sync.go.
extension DeploymentRollout {
    /// Counts pods and judges availability.
    mutating func updateStatus() {
        let sets = allSets.map(\.original)
        let available = sets.reduce(0) { $0 + ($1.status.availableReplicas ?? 0) }
        func count(_ number: Int) -> Int? { number == 0 ? nil : number }
        status.replicas = count(sets.reduce(0) { $0 + ($1.status.replicas ?? 0) })
        status.updatedReplicas = count(newSet?.original.status.replicas ?? 0)
        status.readyReplicas = count(sets.reduce(0) { $0 + ($1.status.readyReplicas ?? 0) })
        status.availableReplicas = count(available)
        // Not known before every ReplicaSet has told.
        let terminating = sets.compactMap(\.status.terminatingReplicas)
        status.terminatingReplicas = terminating.count == sets.count ? terminating.reduce(0, +) : nil
        status.unavailableReplicas = count(max(0, totalReplicas - available))
        if available >= deployment.replicas - deployment.maxUnavailable {
            status.setCondition(
                "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now: world.now)
        } else {
            status.setCondition(
                "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now: world.now)
        }
    }

    /// Whether every pod is new and available.
    var isComplete: Bool {
        var after = self
        after.updateStatus()
        let (status, replicas) = (after.status, deployment.replicas)
        return created == nil && (status.updatedReplicas ?? 0) == replicas && (status.replicas ?? 0) == replicas
            && (status.availableReplicas ?? 0) == replicas
    }

    /// Counts, and judges the progress of the rollout.
    mutating func updateRolloutStatus() {
        updateStatus()
        if deployment.progressDeadline == nil { status.removeCondition("Progressing") }
        let present = deployment.status.condition("Progressing")
        let wasComplete = (status.replicas ?? 0) == (status.updatedReplicas ?? 0) && present?.reason == "NewReplicaSetAvailable"
        if deployment.progressDeadline != nil, !wasComplete {
            let subject = (newSet?.name ?? created?.name).map { "ReplicaSet \"\($0)\"" } ?? "Deployment \"\(deployment.name)\""
            if isComplete {
                status.setCondition(
                    "Progressing", "True", "NewReplicaSetAvailable", "\(subject) has successfully progressed.", now: world.now)
            } else if hasProgressed {
                let since = present?.status == "True" ? present?.lastTransitionTime : nil
                status.removeCondition("Progressing")
                status.setCondition("Progressing", "True", "ReplicaSetUpdated", "\(subject) is progressing.", now: world.now, since: since)
            } else if isTimedOut {
                status.setCondition(
                    "Progressing", "False", "ProgressDeadlineExceeded", "\(subject) has timed out progressing.", now: world.now)
            }
        }
        takeOverFailures()
    }

    private var hasProgressed: Bool {
        let (old, new) = (deployment.status, status)
        func number(_ count: Int?) -> Int { count ?? 0 }
        return number(new.updatedReplicas) > number(old.updatedReplicas)
            || number(new.replicas) - number(new.updatedReplicas) < number(old.replicas) - number(old.updatedReplicas)
            || number(new.readyReplicas) > number(old.readyReplicas) || number(new.availableReplicas) > number(old.availableReplicas)
    }

    private var isTimedOut: Bool {
        guard let deadline = deployment.progressDeadline, let condition = status.condition("Progressing") else { return false }
        if condition.reason == "NewReplicaSetAvailable" { return false }
        if condition.reason == "ProgressDeadlineExceeded" { return true }
        guard let since = condition.lastUpdateTime.flatMap(Timestamp.init) else { return false }
        return since + deadline < world.now
    }

    /// When a rollout that makes no progress is to be looked at again.
    var timeToDeadline: Duration? {
        guard let deadline = deployment.progressDeadline, deployment.spec.paused != true, !deployment.isDeleting,
            let condition = status.condition("Progressing"), !isComplete,
            condition.reason != "ProgressDeadlineExceeded", condition.reason != "NewReplicaSetAvailable",
            let since = condition.lastUpdateTime.flatMap(Timestamp.init)
        else { return nil }
        return max(.seconds(1), since + deadline - world.now + .seconds(1))
    }

    /// What keeps a ReplicaSet from making pods keeps the Deployment too.
    private mutating func takeOverFailures() {
        let sets = (newSet.map { [$0] } ?? []) + oldSets
        let failure = sets.compactMap { $0.original.status.conditions?.first { $0.type == "ReplicaFailure" } }.first
        if let failure {
            status.setCondition("ReplicaFailure", failure.status ?? "True", failure.reason ?? "", failure.message ?? "", now: world.now)
        } else {
            status.removeCondition("ReplicaFailure")
        }
    }

    /// Says that the Deployment was paused or goes on.
    mutating func notePause() {
        guard deployment.progressDeadline != nil else { return }
        let present = status.condition("Progressing")
        if present?.reason == "ProgressDeadlineExceeded" { return }
        let wasPaused = present?.reason == "DeploymentPaused"
        if deployment.spec.paused == true, !wasPaused {
            status.setCondition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now: world.now)
        } else if deployment.spec.paused != true, wasPaused {
            status.setCondition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now: world.now)
        }
    }
}

extension View where F == DeploymentStatusFields {
    func condition(_ type: String) -> DeploymentCondition? { self.conditions?.first { $0.type == type } }

    mutating func removeCondition(_ type: String) {
        guard let present = self.conditions, present.contains(where: { $0.type == type }) else { return }
        let rest = present.filter { $0.type != type }
        self.conditions = rest.isEmpty ? nil : rest
    }

    /// Sets a condition; nothing changes when it says the same already. `since` is when its status was last another one.
    mutating func setCondition(_ type: String, _ status: String, _ reason: String, _ message: String, now: Timestamp, since: String? = nil)
    {
        let present = condition(type)
        if let present, present.status == status, present.reason == reason { return }
        var condition = DeploymentCondition()
        (condition.type, condition.status, condition.lastUpdateTime) = (type, status, now.text)
        condition.lastTransitionTime = since ?? (present?.status == status ? present?.lastTransitionTime : nil) ?? now.text
        (condition.reason, condition.message) = (reason, message)
        self.conditions = (self.conditions ?? []).filter { $0.type != type } + [condition]
    }
}
