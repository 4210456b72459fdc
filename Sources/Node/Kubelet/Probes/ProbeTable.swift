import Control
import Documents

/// What the checks of a pod's containers have brought so far, by container id. Source: kubelet, pkg/kubelet/prober/worker.go.
struct ProbeTable: Sendable {
    struct State: Sendable {
        var kind: ProbeKind
        /// The result that counts; nil before the first one.
        var result: Bool?
        /// How many checks in a row have brought the same.
        var streak = 0
        var last: Bool?
        var next: Timestamp
        /// How many checks came too early.
        var early = 0
        /// Their most: a second and a half in all.
        static let earlyChecks = 5
    }
    struct Key: Hashable, Sendable {
        var container: String
        var kind: ProbeKind
    }
    var states: [Key: State] = [:]

    /// Whether the container counts as started: it runs and its startup probe, if any, has succeeded.
    func hasStarted(_ slot: ContainerSlot, _ status: ContainerStatus) -> Bool {
        guard status.state == .running else { return false }
        guard !slot.spec["startupProbe"].isNull else { return true }
        return states[Key(container: status.id, kind: .startup)]?.result == true
    }
    /// Whether the container counts as ready.
    func isReady(_ slot: ContainerSlot, _ status: ContainerStatus) -> Bool {
        guard hasStarted(slot, status) else { return false }
        guard !slot.spec["readinessProbe"].isNull else { return true }
        return states[Key(container: status.id, kind: .readiness)]?.result == true
    }
}
