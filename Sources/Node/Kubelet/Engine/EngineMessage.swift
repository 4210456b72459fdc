import Documents
import KubeClient

/// What the engine is told.
enum EngineMessage: Sendable {
    case informer(InformerEvent)
    case finished(uid: String, PodOperation, PodOutcome)
    case runtime(RuntimeEvent)
    case listing([SandboxStatus], [ContainerStatus])
    /// The node's own document.
    case node(Value)
    /// All static pods there are now.
    case manifests([StaticPod])
    /// Pods that have something on the node, whoever they are.
    case leftovers([String])
    /// The runtime was looked at: its network may be ready now.
    case looked
    case evict(uid: String, reason: String, message: String, grace: Int)
}
