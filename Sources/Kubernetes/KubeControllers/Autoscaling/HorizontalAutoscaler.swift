import Control
package import Documents
package import KubeModel
package import Reconcile

/// Has the scale of workloads judged every so often, and at once when an autoscaler is new or asks for something else.
///
/// Metrics are no documents: reading them and deciding is an effect, which `AutoscalerPerformer` performs.
/// Source: kubernetes, pkg/controller/podautoscaler.
package struct HorizontalAutoscaler: Controller {
    package typealias Primary = HorizontalPodAutoscalerFields
    package static let name = "horizontal-pod-autoscaler"
    package static let writes: Set<Kind> = []
    /// Source: --horizontal-pod-autoscaler-sync-period.
    static let period = Duration.seconds(15)
    static let judge = "autoscaler.judge"
    static let forget = "autoscaler.forget"
    package init() {}

    package func reconcile(_ autoscaler: HorizontalPodAutoscaler, in world: World) throws -> Plan {
        guard !autoscaler.isDeleting else { return Plan() }
        return Plan(effects: [Effect(Self.judge, subject: autoscaler.key, autoscaler.value)], revisit: Self.period)
    }
    package func removed(_ key: String, in world: World) throws -> Plan { Plan(effects: [Effect(Self.forget, subject: key)]) }
}

/// The cluster's API as autoscaling reads it.
package protocol AutoscalerSource: Sendable {
    /// The document that a request to a path is answered with, as in `["apis", "metrics.k8s.io", …]`.
    /// - Throws: the refusal.
    func send(_ method: String, _ path: [String], _ query: [(String, String)], _ body: Value?) async throws(KubeStatus) -> Value
}
