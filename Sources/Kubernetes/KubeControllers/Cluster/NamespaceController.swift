import Control
package import Documents
package import KubeModel
package import Reconcile

/// Empties namespaces that are being deleted, then lets them go. Source: kubernetes, pkg/controller/namespace/deletion.
package struct NamespaceController: Controller {
    package typealias Primary = NamespaceFields
    package static let name = "namespace-controller"
    /// Whatever changes in a namespace on its way out may be what it waits for.
    package static let watches = [
        Watch(prefix: "") { change, world in
            guard world.count(leaving.name, "") > 0 else { return [] }
            let key = NamespaceFields.kind.key(nil, change.namespace)
            return world.document(key)?.isLeaving == true ? [key] : []
        }
    ]
    package static let indexes = [leaving]
    /// Namespaces on their way out, all under one text: mostly there are none, and then no change is looked at.
    private static let leaving = WorldIndex("leaving namespaces", of: NamespaceFields.kind) { $0.isLeaving ? [""] : [] }
    /// Custom kinds too, which nobody knows beforehand.
    package static let writes: Set<Kind> = [.anyDocument]
    private static let finalizer = "kubernetes"
    private static let contentFailure = "NamespaceDeletionContentFailure"
    private static let kinds = Dictionary(
        KindTable.kubernetes.filter { $0.isStored && $0.namespaced }.map { ($0.storage.prefix, $0) },
        uniquingKeysWith: { first, _ in first })
    package init() {}

    /// What a namespace still has of one kind.
    private struct Contents {
        let kind: Kind
        let keys: [String]
        /// The plural name of the resource.
        var resource: Substring { kind.prefix.dropLast().split(separator: "/").last ?? "" }
    }

    package func reconcile(_ namespace: Namespace, in world: World) throws -> Plan {
        guard namespace.isDeleting, namespace.spec.finalizers?.contains(Self.finalizer) == true else { return Plan() }
        let remaining = world.prefixes.compactMap { prefix -> Contents? in
            let keys = world.keys(prefix: prefix, in: namespace.name)
            guard let first = keys.first else { return nil }
            if let info = Self.kinds[prefix] { return Contents(kind: info.storage, keys: keys) }
            return world.value(first).flatMap { CustomKeys.kind(of: $0, at: first) }.map { Contents(kind: $0, keys: keys) }
        }
        var plan = Plan()
        let status = status(of: namespace, remaining, in: world)
        if status != namespace.status {
            var updated = namespace
            updated.status = status
            plan.changes.append(.updateStatus(NamespaceFields.kind, updated.value))
        }
        if remaining.isEmpty {
            let finalizers = (namespace.spec.finalizers ?? []).filter { $0 != Self.finalizer }
            plan.changes.append(
                .patch(
                    NamespaceFields.kind, namespace: nil, name: namespace.name, ["spec": ["finalizers": finalizers.value]],
                    subresource: "finalize"))
            return plan
        }
        // Pods first: what they use must outlive them.
        let pods = remaining.filter { $0.kind == PodFields.kind }
        for contents in pods.isEmpty ? remaining : pods {
            for document in contents.keys.compactMap(world.value) where document["metadata"]["deletionTimestamp"].isNull {
                let metadata = document["metadata"]
                plan.changes.append(
                    .delete(contents.kind, namespace: namespace.name, name: metadata["name"].string ?? "", uid: metadata["uid"].string))
            }
        }
        return plan
    }

    /// Says what could not be deleted.
    package func refused(_ change: Change, _ error: ChangeError, for namespace: Namespace, in world: World) -> Plan {
        guard case .delete = change else { return Plan() }
        let message = "Failed to delete all resource types, 1 remaining: \(error.text)"
        var conditions = namespace.status.conditions ?? []
        let present = conditions.first { $0.type == Self.contentFailure }
        guard present?.message != message else { return Plan() }
        var condition = NamespaceCondition()
        (condition.type, condition.status, condition.reason) = (Self.contentFailure, "True", "ContentDeletionFailed")
        condition.message = message
        condition.lastTransitionTime = present?.status == "True" ? present?.lastTransitionTime : world.now.text
        conditions = conditions.filter { $0.type != Self.contentFailure } + [condition]
        return Plan([
            .patch(
                NamespaceFields.kind, namespace: nil, name: namespace.name,
                ["metadata": ["uid": .string(namespace.uid)], "status": ["conditions": conditions.value]], subresource: "status")
        ])
    }

    private func status(of namespace: Namespace, _ remaining: [Contents], in world: World) -> NamespaceStatus {
        var status = namespace.status
        status.phase = "Terminating"
        let counts = remaining.map { "\($0.resource).\($0.kind.group) has \($0.keys.count) resource instances" }
            .sorted()
        var finalizers: [String: Int] = [:]
        for key in remaining.flatMap(\.keys) {
            for finalizer in world.value(key)?["metadata"]["finalizers"].items.compactMap(\.string) ?? [] {
                finalizers[finalizer, default: 0] += 1
            }
        }
        // Told until what was refused is gone, or is refused for another reason.
        let failed = namespace.status.conditions?.first { $0.type == Self.contentFailure && $0.status == "True" }
        let failure = failed?.message
        let held = finalizers.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }
        let conditions: [(type: String, problem: String?, reason: String, fine: String, fineReason: String)] = [
            ("NamespaceDeletionDiscoveryFailure", nil, "", "All resources successfully discovered", "ResourcesDiscovered"),
            ("NamespaceDeletionGroupVersionParsingFailure", nil, "", "All legacy kube types successfully parsed", "ParsedGroupVersions"),
            (
                Self.contentFailure, counts.isEmpty ? nil : failure, "ContentDeletionFailed",
                "All content successfully deleted, may be waiting on finalization", "ContentDeleted"
            ),
            (
                "NamespaceContentRemaining",
                counts.isEmpty ? nil : "Some resources are remaining: \(counts.joined(separator: ", "))", "SomeResourcesRemain",
                "All content successfully removed", "ContentRemoved"
            ),
            (
                "NamespaceFinalizersRemaining",
                held.isEmpty ? nil : "Some content in the namespace has finalizers remaining: \(held.joined(separator: ", "))",
                "SomeFinalizersRemain", "All content-preserving finalizers finished", "ContentHasNoFinalizers"
            ),
        ]
        status.conditions = conditions.map { type, problem, reason, fine, fineReason in
            let present = namespace.status.conditions?.first { $0.type == type }
            var condition = NamespaceCondition()
            (condition.type, condition.status) = (type, problem == nil ? "False" : "True")
            (condition.reason, condition.message) = (problem == nil ? fineReason : reason, problem ?? fine)
            condition.lastTransitionTime = present?.status == condition.status ? present?.lastTransitionTime : world.now.text
            return condition
        }
        return status
    }
}

extension Node {
    /// Whether the deletion of the document was asked for.
    fileprivate var isLeaving: Bool { self["metadata"]?["deletionTimestamp"].map { !$0.isNull } ?? false }
}
