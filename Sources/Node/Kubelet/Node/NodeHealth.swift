import Control
import KubeModel
import Synchronization

/// What is known of the runtime and of pressures, for the node's status. Source: kubelet, pkg/kubelet/runtime.go.
final class NodeHealth: Sendable {
    /// The state at one moment.
    struct Reading: Sendable {
        /// Why the node is not ready; nil when it is.
        var problem: String?
        /// Why pods of their own network cannot start yet.
        var networkProblem: String?
        var pressure = NodePressure()
        var runtimeVersion = ""
    }
    private struct State {
        var version = ""
        var conditions: RuntimeConditions?
        var answered: Timestamp?
        var listed: Timestamp
        var pressure = NodePressure()
    }
    /// After this long without an answer the runtime counts as down; after that long without a relist pods' states are not known.
    static let silence = Duration.seconds(30), relistThreshold = Duration.seconds(180)
    private let state: Mutex<State>
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
        state = Mutex(State(listed: clock.now))
    }

    func note(version: String) { state.withLock { $0.version = version } }
    func note(_ conditions: RuntimeConditions) {
        let now = clock.now
        state.withLock { state in
            if conditions.isRuntimeReady { state.answered = now }
            state.conditions = conditions
        }
    }
    func noteRelist() {
        let now = clock.now
        state.withLock { $0.listed = now }
    }
    func note(_ pressure: NodePressure) { state.withLock { $0.pressure = pressure } }

    var reading: Reading {
        let now = clock.now
        return state.withLock { state in
            var problems: [String] = []
            switch state.answered {
            case nil: problems.append("container runtime status check may not have completed yet")
            case let answered? where now - answered >= Self.silence: problems.append("container runtime is down")
            default: break
            }
            if now - state.listed > Self.relistThreshold {
                let age = DurationText.short(now - state.listed)
                problems.append("PLEG is not healthy: pleg was last seen active \(age) ago; threshold is 3m0s")
            }
            if let conditions = state.conditions, !conditions.isRuntimeReady {
                problems.append("container runtime not ready: RuntimeReady=false reason: message:\(conditions.runtimeMessage)")
            }
            let network = Self.networkProblem(state.conditions)
            if let network { problems.append(network) }
            return Reading(
                problem: problems.count > 1 ? "[\(problems.joined(separator: ", "))]" : problems.first, networkProblem: network,
                pressure: state.pressure, runtimeVersion: state.version)
        }
    }

    private static func networkProblem(_ conditions: RuntimeConditions?) -> String? {
        guard let conditions else { return "container runtime network not ready: NetworkReady=false" }
        guard !conditions.isNetworkReady else { return nil }
        return "container runtime network not ready: NetworkReady=false reason:\(conditions.networkReason) message:"
            + conditions.networkMessage
    }
}
