import Control
import Documents
import KubeModel
import Reconcile

/// Which ReplicaSet is the present one, and what is remembered of the earlier ones.
extension DeploymentRollout {
    /// Finds the ReplicaSet of the present template and numbers it; makes it when wanted and missing.
    mutating func settleNewSet(create: Bool) {
        let newRevision = (oldSets.map(\.revision).max() ?? 0) + 1
        if var set = newSet {
            annotate(&set.wanted, revision: newRevision)
            set.wanted.spec.minReadySeconds = deployment.spec.minReadySeconds
            revision = set.wanted.annotation(DeploymentAnnotation.revision)
            newSet = set
            if deployment.progressDeadline != nil, status.condition("Progressing") == nil {
                status.setCondition("Progressing", "True", "FoundNewReplicaSet", "Found new replica set \"\(set.name)\"", now: world.now)
            }
        } else if create {
            createNewSet(revision: newRevision)
        }
    }

    private mutating func createNewSet(revision newRevision: Int) {
        let hash = Naming.templateHash(deployment.spec.template.value, collisionCount: status.collisionCount)
        let name = "\(deployment.name)-\(hash)"
        // Another template has the same hash, or somebody else has the name: another hash next time.
        guard world.get(ReplicaSet.self, name, in: deployment.namespace) == nil else {
            status.collisionCount = (status.collisionCount ?? 0) + 1
            return
        }
        var set = ReplicaSet()
        set.value = ["apiVersion": "apps/v1", "kind": "ReplicaSet"]
        set.metadata.name = name
        set.metadata.namespace = deployment.namespace
        set.value["metadata"]["ownerReferences"] = [deployment.controllerReference]
        set.value["metadata"]["labels"] = deployment.spec.template.value["metadata"]["labels"]
        set.value["metadata"]["labels"][DeploymentAnnotation.hashLabel] = .string(hash)
        set.value["spec"]["selector"] = deployment.value["spec"]["selector"]
        set.value["spec"]["selector"]["matchLabels"][DeploymentAnnotation.hashLabel] = .string(hash)
        set.value["spec"]["template"] = deployment.spec.template.value
        set.value["spec"]["template"]["metadata"]["labels"][DeploymentAnnotation.hashLabel] = .string(hash)
        set.spec.minReadySeconds = deployment.spec.minReadySeconds
        annotate(&set, revision: newRevision)
        setReplicaAnnotations(&set)
        let replicas = replicasOfNewSet(0)
        set.spec.replicas = replicas
        created = set
        revision = String(newRevision)
        if replicas > 0 { tell(.normal("ScalingReplicaSet", "Scaled up replica set \(name) from 0 to \(replicas)")) }
        if deployment.progressDeadline != nil {
            status.setCondition("Progressing", "True", "NewReplicaSetCreated", "Created new replica set \"\(name)\"", now: world.now)
        }
    }

    /// Takes over the Deployment's annotations and numbers the ReplicaSet, remembering its earlier numbers.
    private func annotate(_ set: inout ReplicaSet, revision newRevision: Int) {
        for (name, text) in (deployment.metadata.annotations ?? [:]).sorted(by: { $0.key < $1.key })
        where !DeploymentAnnotation.own.contains(name) { set.setAnnotation(name, text) }
        let old = set.annotation(DeploymentAnnotation.revision)
        guard (old.flatMap { Int($0) } ?? 0) < newRevision else { return }
        set.setAnnotation(DeploymentAnnotation.revision, String(newRevision))
        guard let old else { return }
        set.setAnnotation(DeploymentAnnotation.history, Self.history(set.annotation(DeploymentAnnotation.history), and: old))
    }
    /// The earlier numbers of a ReplicaSet; the oldest go where there are too many. Source: deployment util, maxRevHistoryLengthInChars.
    private static func history(_ text: String?, and old: String) -> String {
        guard let text, !text.isEmpty else { return old }
        var numbers = text.split(separator: ",", omittingEmptySubsequences: false)
        var length = text.utf8.count + old.utf8.count + 1
        while length > 2000, !numbers.isEmpty { length -= numbers.removeFirst().utf8.count + 1 }
        return (numbers.map(String.init) + [old]).joined(separator: ",")
    }

    /// Records for how many replicas the ReplicaSet was last scaled.
    func setReplicaAnnotations(_ set: inout ReplicaSet) {
        set.setAnnotation(DeploymentAnnotation.desired, String(deployment.replicas))
        set.setAnnotation(DeploymentAnnotation.maximum, String(deployment.replicas + deployment.maxSurge))
    }

    /// Deletes the oldest empty ReplicaSets beyond the history limit.
    mutating func cleanUp() {
        guard let limit = deployment.spec.revisionHistoryLimit, limit < Int(Int32.max) else { return }
        let candidates = oldSets.filter { !$0.original.isDeleting }
        guard candidates.count > limit else { return }
        let oldest = candidates.sorted { ($0.revision, $0.created) < ($1.revision, $1.created) }.prefix(candidates.count - limit)
        for set in oldest
        where set.actual == 0 && set.replicas == 0
            && (set.original.metadata.generation ?? 0) <= (set.original.status.observedGeneration ?? 0)
        {
            deleted.append(set.original)
            oldSets.removeAll { $0.name == set.name }
        }
    }
}
