import Control
import Documents
import KubeModel
import Reconcile

/// Rolling back as clients of extensions/v1beta1 asked for it; the wish outlives that version as an annotation.
///
/// Source: kubernetes, pkg/controller/deployment/rollback.go.
extension DeploymentRollout {
    /// Takes the template of an earlier revision again, 0 being the last but one, and fulfils the wish whatever came of it.
    mutating func rollBack(to wanted: Int) {
        settleNewSet(create: false)
        var updated = deployment
        updated.value["metadata"]["annotations"][DeploymentAnnotation.rollback] = .null
        defer { rolledBack = updated }
        guard let revision = wanted == 0 ? lastRevision : wanted else {
            return tell(.warning("DeploymentRollbackRevisionNotFound", "Unable to find last revision."))
        }
        guard let set = allSets.first(where: { $0.revision == revision }) else {
            return tell(.warning("DeploymentRollbackRevisionNotFound", "Unable to find the revision to rollback to."))
        }
        guard Self.comparable(set.original.spec.template) != Self.comparable(deployment.spec.template) else {
            let text = "The rollback revision contains the same template as current deployment \"\(deployment.name)\""
            return tell(.warning("DeploymentRollbackTemplateUnchanged", text))
        }
        var template = set.original.spec.template.value
        template["metadata"]["labels"][DeploymentAnnotation.hashLabel] = .null
        updated.value["spec"]["template"] = template
        takeAnnotations(of: set.original, &updated)
        tell(.normal("DeploymentRollback", "Rolled back deployment \"\(deployment.name)\" to revision \(revision)"))
    }

    /// The revision before the present one; nil when there is none.
    private var lastRevision: Int? {
        let revisions = Set(allSets.map(\.revision)).sorted()
        guard revisions.count > 1, let last = revisions.dropLast().last, last > 0 else { return nil }
        return last
    }

    /// What the Deployment's annotations were then, so that the ReplicaSet gets no others.
    private func takeAnnotations(of set: ReplicaSet, _ updated: inout Deployment) {
        var annotations = (deployment.metadata.annotations ?? [:]).filter { DeploymentAnnotation.own.contains($0.key) }
        annotations[DeploymentAnnotation.rollback] = nil
        for (name, text) in set.metadata.annotations ?? [:] where !DeploymentAnnotation.own.contains(name) { annotations[name] = text }
        updated.value["metadata"]["annotations"] = Value(annotations)
    }
}

extension View where F == DeploymentFields {
    /// The revision that somebody wants back; nil when nobody does.
    var rollbackRevision: Int? { annotation(DeploymentAnnotation.rollback).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}
