import Documents
import KubeModel
package import Reconcile
package import Storage

/// The policies that a cluster begins with, and their upkeep at each start; its namespaces must be there.
package enum ClusterBootstrap {
    /// Priority classes, flow control, roles and bindings: creates what is missing. Doing it twice changes nothing.
    /// - Throws: `ChangeError`.
    package static func reconcile(_ realm: Realm, writer: any ChangeWriter) async throws {
        let snapshot = realm.snapshot()
        for (kind, document) in priorityClasses where snapshot.get(kind.key(of: document)) == nil {
            do { _ = try await writer.apply(.create(kind, document), by: "cluster-bootstrap") } catch ChangeError.alreadyExists { continue }
        }
        try await FlowBootstrap.reconcile(snapshot, writer: writer)
        try await BootstrapPolicy.reconcile(snapshot, writer: writer)
    }

    /// Source: upstream's system priority classes.
    private static let priorityClasses: [(kind: Kind, document: Value)] = [
        (
            "system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."
        ),
        ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
    ].map { (name: String, value: Int64, description: String) in
        let document: Value = [
            "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)], "value": .int(value),
            "description": .string(description), "preemptionPolicy": "PreemptLowerPriority",
        ]
        return (PriorityClassFields.kind, document)
    }
}
