import Control
import Documents
import KubeModel
import Reconcile

/// What is known of a node's health. Source: kubernetes, pkg/controller/nodelifecycle.
extension View where F == NodeFields {
    func condition(_ type: String) -> Value { self.value["status"]["conditions"].items.first { $0["type"].string == type } ?? .null }
    var readiness: String? { self.condition("Ready")["status"].string }
    /// When the node was heard of last: its lease was renewed, or its status written, or it was made.
    func lastHeard(in world: World) -> Timestamp {
        let lease = world.get(Lease.self, self.name, in: "kube-node-lease")?.spec.renewTime
        let times = [lease, self.condition("Ready")["lastHeartbeatTime"].string, self.metadata.creationTimestamp]
        return times.compactMap { $0.flatMap(Timestamp.init) }.max() ?? Timestamp(seconds: 0)
    }
}

/// Taints that controllers put on nodes. Source: kubernetes, well-known taints.
enum NodeTaint {
    static let notReady = "node.kubernetes.io/not-ready"
    static let unreachable = "node.kubernetes.io/unreachable"
    static let unschedulable = "node.kubernetes.io/unschedulable"
    /// Put by people on a machine that is off for good.
    static let outOfService = "node.kubernetes.io/out-of-service"
    static let uninitialized = "node.cloudprovider.kubernetes.io/uninitialized"
    /// Taints by the condition, and its status, that brings them.
    static let byCondition: [(type: String, status: String, key: String)] = [
        ("Ready", "False", notReady), ("Ready", "Unknown", unreachable), ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"), ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ]
}
