import Documents
import KubeModel
import Reconcile

extension View where F: KindFields {
    var uid: String { value["metadata"]["uid"].string ?? "" }
    var name: String { value["metadata"]["name"].string ?? "" }
    var namespace: String { value["metadata"]["namespace"].string ?? "" }
    /// The key under which the document is stored.
    var key: String { F.kind.key(of: value) }
    var isDeleting: Bool { !value["metadata"]["deletionTimestamp"].isNull }
    /// The uid of the controlling owner.
    var controllerUID: String? {
        value["metadata"]["ownerReferences"].items.first { $0["controller"].bool == true }.flatMap { $0["uid"].string }
    }
    /// The reference that makes this document the controller of another.
    var controllerReference: Value {
        [
            "apiVersion": .string(F.kind.apiVersion), "kind": .string(F.kind.name), "name": .string(name), "uid": .string(uid),
            "controller": true, "blockOwnerDeletion": true,
        ]
    }
    /// Whether the selector selects this document's labels.
    func matches(_ selector: LabelSelector) -> Bool { selector.matches(document: value) }

    /// A patch of this very version of the document.
    func guardedPatch(_ metadata: Value) -> Change {
        var metadata = metadata
        metadata["uid"] = .string(uid)
        metadata["resourceVersion"] = value["metadata"]["resourceVersion"]
        return .patch(F.kind, namespace: value["metadata"]["namespace"].string, name: name, ["metadata": metadata])
    }
    /// Makes `owner` the controller of this document, which gets the finalizer as well.
    func adoption<O: KindFields>(by owner: View<O>, finalizer: String? = nil) -> Change {
        var metadata: Value = ["ownerReferences": .array(value["metadata"]["ownerReferences"].items + [owner.controllerReference])]
        let finalizers = value["metadata"]["finalizers"].items
        if let finalizer, !finalizers.contains(.string(finalizer)) { metadata["finalizers"] = .array(finalizers + [.string(finalizer)]) }
        return guardedPatch(metadata)
    }
    /// Removes the owners with these uids.
    func release(from uids: Set<String>) -> Change {
        let rest = value["metadata"]["ownerReferences"].items.filter { !uids.contains($0["uid"].string ?? "") }
        return guardedPatch(["ownerReferences": .array(rest)])
    }
    /// Deletes this very document, not a namesake.
    func deletion(gracePeriodSeconds: Int? = nil) -> Change {
        .delete(
            F.kind, namespace: value["metadata"]["namespace"].string, name: name, uid: uid, gracePeriodSeconds: gracePeriodSeconds)
    }
}

/// What an owner with a selector has: what it owns and selects, and what there is to adopt and to release.
///
/// Source: controller_ref_manager of kube-controller-manager.
struct Claim<F: KindFields> {
    private(set) var owned: [View<F>] = []
    private(set) var changes: [Change] = []

    /// Claims among `candidates` for `owner`. An owner that is being deleted adopts nothing. What is adopted gets the finalizer.
    init<O: KindFields>(_ candidates: [View<F>], for owner: View<O>, _ selector: LabelSelector, finalizer: String? = nil) {
        for candidate in candidates {
            if let controller = candidate.controllerUID {
                guard controller == owner.uid else { continue }
                if candidate.matches(selector) {
                    owned.append(candidate)
                } else if !owner.isDeleting {
                    changes.append(candidate.release(from: [owner.uid]))
                }
            } else if !owner.isDeleting, !candidate.isDeleting, candidate.matches(selector) {
                changes.append(candidate.adoption(by: owner, finalizer: finalizer))
            }
        }
    }
}
