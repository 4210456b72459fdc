import Documents
import Synchronization

@testable import Kubelet

/// A pod's surroundings without directories.
final class MemoryHost: PodHost {
    struct State {
        var prepared: Set<String> = []
        var prepareFailure: PodHostError?
        var configFailures: [String: PodHostError] = [:]
        var credentials: [RegistryCredential] = []
        var messages: [String: String] = [:]
        var released: [String] = [], retired: [String] = []
    }
    let state = Mutex(State())

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    func prepare(_ pod: Value) async throws(PodHostError) {
        if let failure = state.withLock({ $0.prepareFailure }) { throw failure }
        state.withLock { _ = $0.prepared.insert(pod["metadata"]["uid"].string ?? "") }
    }
    func refresh(_ pod: Value) async throws(PodHostError) {}
    func retire(_ pod: Value) async throws(PodHostError) {
        state.withLock { $0.retired.append(pod["metadata"]["uid"].string ?? "") }
    }
    func release(uid: String) async throws(PodHostError) {
        state.withLock { state in
            state.prepared.remove(uid)
            state.released.append(uid)
        }
    }
    func uids() async -> [String] { state.withLock { Array($0.prepared) } }
    func sandboxConfig(for pod: Value, attempt: Int) async throws(PodHostError) -> SandboxConfig {
        var config = SandboxConfig()
        config.name = pod["metadata"]["name"].string ?? ""
        config.namespace = pod["metadata"]["namespace"].string ?? ""
        config.uid = pod["metadata"]["uid"].string ?? ""
        config.attempt = attempt
        if pod["spec"]["hostNetwork"] == true { config.security.network = .node }
        return config
    }
    func containerConfig(
        for container: Value, of pod: Value, attempt: Int, image: RuntimeImage, addresses: [String], target: String?
    ) async throws(PodHostError) -> ContainerConfig {
        let name = container["name"].string ?? ""
        if let failure = state.withLock({ $0.configFailures[name] }) { throw failure }
        var config = ContainerConfig()
        (config.name, config.attempt, config.image) = (name, attempt, container["image"].string ?? "")
        config.command = container["command"].items.compactMap(\.string)
        if let target { config.security.targetID = target }
        return config
    }
    func credentials(for image: String, of pod: Value) async -> [RegistryCredential] { state.withLock { $0.credentials } }
    func terminationMessage(of container: Value, in pod: Value, status: ContainerStatus) async -> String {
        state.withLock { $0.messages[container["name"].string ?? ""] ?? "" }
    }
}

/// Answers checks as it is told.
final class MemoryProbeNetwork: ProbeNetwork {
    struct State {
        /// By path, port or service.
        var statuses: [String: Int] = [:]
        var closed: Set<Int> = []
        var targets: [HTTPProbeTarget] = []
        var health: [String: Int] = [:]
    }
    let state = Mutex(State())
    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    func get(_ target: HTTPProbeTarget, timeout: Duration) async throws(ProbeNetworkError) -> (status: Int, body: String) {
        let status = state.withLock { state in
            state.targets.append(target)
            return state.closed.contains(target.port) ? nil : state.statuses[target.path] ?? 200
        }
        guard let status else { throw .failed("dial tcp \(target.host):\(target.port): connect: connection refused") }
        return (status, "")
    }
    func connect(host: String, port: Int, timeout: Duration) async throws(ProbeNetworkError) {
        guard state.withLock({ !$0.closed.contains(port) }) else { throw .failed("dial tcp \(host):\(port): connect: connection refused") }
    }
    func health(host: String, port: Int, service: String, timeout: Duration) async throws(ProbeNetworkError) -> Int {
        state.withLock { $0.health[service] ?? 1 }
    }
}
