import Documents
import KubeModel
package import Reconcile

/// A pod, this very one.
package struct PodIdentity: Sendable, Hashable {
    package let namespace: String
    package let name: String
    package let uid: String
    package init(namespace: String, name: String, uid: String) { (self.namespace, self.name, self.uid) = (namespace, name, uid) }
}

/// Gives pods their nodes.
package protocol Binder: Sendable {
    /// Assigns the pod to the node.
    /// - Throws: `ChangeError`, `conflict` when the pod has a node already or is being deleted.
    func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError)
}

/// Gives many pods their nodes at once.
package protocol BatchBinder: Binder {
    /// Assigns each pod to its node and tells so by an event; gives what `bind` of each would throw, in their order.
    func bind(_ pods: [(pod: PodIdentity, node: String)], as scheduler: String) async -> [ChangeError?]
    /// Writes why pods have no node, where it is told for the first time; gives the indices of those whose condition has to be written in
    /// another way, and whether their event is still to be told.
    func refuse(_ pods: [RefusedPod]) async -> [(index: Int, isNews: Bool)]
}

/// Binds through the `binding` subresource of pods.
package struct WriterBinder: Binder {
    private let writer: any ChangeWriter
    /// A binder that writes through an API server.
    package init(_ writer: any ChangeWriter) { self.writer = writer }
    package func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        let binding: Value = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ]
        let change = Change.patch(PodFields.kind, namespace: pod.namespace, name: pod.name, binding, subresource: "binding")
        _ = try await writer.apply(change, by: Scheduler.actor)
    }
}
