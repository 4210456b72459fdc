import Documents
import KubeModel
import Reconcile

/// The numbered forms that a workload's template has had. Source: kubernetes, pkg/controller/history.
struct RevisionHistory {
    /// What is remembered, from the oldest to the newest.
    private(set) var revisions: [ControllerRevision]
    /// The form that the workload has now; not stored yet when `isNew`.
    private(set) var current: ControllerRevision
    private(set) var isNew = false
    /// What has to be written before pods of the current form are made.
    private(set) var changes: [Change] = []
    /// Another form has the name that the current one would get: the hash has to differ.
    private(set) var collides = false

    /// The history of `owner`, whose template is `template`; `hashLabel` is where a revision keeps its hash.
    init<O: KindFields>(
        of owner: View<O>, template: PodTemplateSpec, selector: LabelSelector, hashLabel: String, collisionCount: Int?, in world: World
    ) {
        let candidates =
            world.owned(ControllerRevision.self, by: owner.uid)
            + world.indexed(ControllerRevision.self, KubeIndexes.orphanRevisions.name, owner.namespace)
        let claim = Claim(candidates, for: owner, selector)
        changes = claim.changes
        let sorted = claim.owned.sorted {
            ($0.revision ?? 0, $0.value["metadata"]["creationTimestamp"].string ?? "", $0.name)
                < ($1.revision ?? 0, $1.value["metadata"]["creationTimestamp"].string ?? "", $1.name)
        }
        revisions = sorted
        let data = Self.data(template)
        let text = Naming.canonical(data)
        if let equal = sorted.last(where: { Naming.canonical($0.data ?? .null) == text }) {
            current = equal
            let newest = sorted.filter { $0.uid != equal.uid }.compactMap(\.revision).max() ?? 0
            if newest >= equal.revision ?? 0 {
                current.revision = newest + 1
                let metadata: Value = ["uid": .string(equal.uid), "resourceVersion": equal.value["metadata"]["resourceVersion"]]
                changes.append(
                    .patch(
                        ControllerRevisionFields.kind, namespace: equal.namespace, name: equal.name,
                        ["metadata": metadata, "revision": .int(Int64(newest + 1))]))
            }
            return
        }
        let hash = Naming.templateHash(data, collisionCount: collisionCount)
        var metadata: Value = ["name": .string("\(owner.name)-\(hash)"), "namespace": .string(owner.namespace)]
        metadata["labels"] = template.value["metadata"]["labels"]
        metadata["labels"][hashLabel] = .string(hash)
        metadata["annotations"] = owner.value["metadata"]["annotations"]
        metadata["ownerReferences"] = [owner.controllerReference]
        current = ControllerRevision()
        current.value = [
            "apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "data": data,
            "revision": .int(Int64((sorted.compactMap(\.revision).max() ?? 0) + 1)),
        ]
        isNew = true
        collides = world.get(ControllerRevision.self, current.name, in: owner.namespace) != nil
        if !collides { changes.append(.create(ControllerRevisionFields.kind, current.value)) }
    }

    /// The deletions that leave at most `limit` forms beside those that `isLive` names.
    func truncation(limit: Int, countsLive: Bool, isLive: (ControllerRevision) -> Bool) -> [Change] {
        let old = revisions.filter { $0.name != current.name && !$0.isDeleting }
        let spare = old.filter { !isLive($0) }
        let surplus = (countsLive ? old.count : spare.count) - limit
        return surplus > 0 ? spare.prefix(surplus).map { $0.deletion() } : []
    }

    /// The template as a revision keeps it: a patch of the workload that replaces the template.
    private static func data(_ template: PodTemplateSpec) -> Value {
        var template = template.value
        template["$patch"] = "replace"
        return ["spec": ["template": template]]
    }
}
