import Control
import Synchronization

@testable import Kubelet

/// A container runtime without containers: each behaves as its command tells and ends when the clock says so.
///
/// `exit N [after S]` ends by itself; `ignore` does not end when asked to; anything else runs until it is stopped.
final class MemoryRuntime: ContainerRuntime {
    struct Box: Sendable {
        var status: ContainerStatus
        var command: [String]
        var endsAt: Timestamp?
    }
    struct State {
        var isUp = true, networkReady = true
        var sandboxes: [String: SandboxStatus] = [:]
        var boxes: [String: Box] = [:]
        var images: [String: RuntimeImage] = [:]
        var pullFailures: [String: RuntimeError] = [:]
        var pullTime = Duration.milliseconds(100)
        var sandboxFailure: String?
        var startFailures: [String: String] = [:]
        var calls: [String] = []
        var executions: [String: ExecOutcome] = [:]
        var sinks: [Int: @Sendable (RuntimeEvent) -> Void] = [:]
        var next = 0
        var unrecorded: Set<String> = []
        var stopGraces: [String: Duration] = [:]
    }
    let state = Mutex(State())
    let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }
    var calls: [String] { state.withLock { $0.calls } }
    func box(_ name: String) -> ContainerStatus? {
        state.withLock { state in
            state.boxes.values.filter { $0.status.name == name }.max { $0.status.attempt < $1.status.attempt }?.status
        }
    }
    /// Ends a running container, as a process would.
    func end(_ name: String, code: Int, reason: String? = nil) {
        guard let id = box(name)?.id else { return }
        finish(id, code, reason)
    }
    /// Kills a pod's sandbox.
    func endSandbox(of pod: String) {
        let id = state.withLock { state -> String? in
            guard let id = state.sandboxes.values.first(where: { $0.name == pod && $0.isReady })?.id else { return nil }
            state.sandboxes[id]?.isReady = false
            return id
        }
        guard let id else { return }
        for box in state.withLock({ $0.boxes.values.filter { $0.status.sandbox == id && $0.status.state == .running } }) {
            finish(box.status.id, 137, nil)
        }
        tell(.exited(container: id))
    }

    private func finish(_ id: String, _ code: Int, _ reason: String?) {
        let now = clock.now
        let ended = state.withLock { state in
            guard state.boxes[id]?.status.state == .running else { return false }
            state.boxes[id]?.status.state = .exited
            state.boxes[id]?.status.exitCode = code
            state.boxes[id]?.status.finished = Int(now.nanoseconds)
            state.boxes[id]?.status.reason = reason ?? (code == 0 ? "Completed" : "Error")
            return true
        }
        guard ended else { return }
        // As with containerd, the event may be there before the runtime's own record.
        state.withLock { _ = $0.unrecorded.insert(id) }
        tell(.exited(container: id))
    }
    private func tell(_ event: RuntimeEvent) { for sink in state.withLock({ Array($0.sinks.values) }) { sink(event) } }

    /// Ends what is due by the clock.
    func tick() {
        let now = clock.now
        let due = state.withLock { state in
            state.boxes.values.filter { $0.status.state == .running && ($0.endsAt.map { $0 <= now } ?? false) }
        }
        for box in due { finish(box.status.id, box.command.count > 1 ? Int(box.command[1]) ?? 0 : 0, nil) }
    }

    private func call(_ name: String) throws(RuntimeError) {
        let isUp = state.withLock { state in
            state.calls.append(name)
            return state.isUp
        }
        guard isUp else { throw .unavailable("connection error: connect: no such file or directory") }
    }

    func version() async throws(RuntimeError) -> (name: String, version: String) {
        try call("version")
        return ("containerd", "1.6.20")
    }
    func conditions() async throws(RuntimeError) -> RuntimeConditions {
        try call("conditions")
        var conditions = RuntimeConditions()
        conditions.isRuntimeReady = true
        conditions.isNetworkReady = state.withLock { $0.networkReady }
        if !conditions.isNetworkReady {
            conditions.networkReason = "NetworkPluginNotReady"
            conditions.networkMessage = "Network plugin returns error: cni plugin not initialized"
        }
        return conditions
    }
    func runSandbox(_ config: SandboxConfig) async throws(RuntimeError) -> String {
        try call("runSandbox \(config.name) \(config.attempt)")
        if let failure = state.withLock({ $0.sandboxFailure }) { throw .failed(code: "Unknown", message: failure) }
        let now = clock.now
        return state.withLock { state in
            state.next += 1
            var status = SandboxStatus()
            (status.id, status.name, status.namespace, status.uid) = ("s\(state.next)", config.name, config.namespace, config.uid)
            (status.attempt, status.isReady, status.created) = (config.attempt, true, Int(now.nanoseconds))
            status.addresses = config.security.network == .node ? [] : ["10.0.0.\(state.next)"]
            state.sandboxes[status.id] = status
            return status.id
        }
    }
    func stopSandbox(_ id: String) async throws(RuntimeError) {
        try call("stopSandbox \(id)")
        state.withLock { $0.sandboxes[id]?.isReady = false }
    }
    func removeSandbox(_ id: String) async throws(RuntimeError) {
        try call("removeSandbox \(id)")
        state.withLock { $0.sandboxes[id] = nil }
    }
    func sandboxes() async throws(RuntimeError) -> [SandboxStatus] {
        try call("sandboxes")
        return state.withLock { Array($0.sandboxes.values) }
    }
    func sandbox(_ id: String) async throws(RuntimeError) -> SandboxStatus? {
        try call("sandbox \(id)")
        return state.withLock { $0.sandboxes[id] }
    }

    func createContainer(_ config: ContainerConfig, in sandbox: String, of sandboxConfig: SandboxConfig) async throws(RuntimeError)
        -> String
    {
        try call("create \(config.name) \(config.attempt)")
        let now = clock.now
        return state.withLock { state in
            state.next += 1
            var status = ContainerStatus()
            (status.id, status.name, status.sandbox, status.attempt) = ("c\(state.next)", config.name, sandbox, config.attempt)
            (status.state, status.created, status.image) = (.created, Int(now.nanoseconds), config.image)
            status.imageID = state.images.values.first { $0.id == config.image || $0.tags.contains(config.image) }?.id ?? ""
            (status.labels, status.annotations) = (config.labels, config.annotations)
            state.boxes[status.id] = Box(status: status, command: config.command)
            return status.id
        }
    }
    func startContainer(_ id: String) async throws(RuntimeError) {
        try call("start \(id)")
        let now = clock.now
        let failure = state.withLock { state -> String? in
            guard let box = state.boxes[id] else { return "not found" }
            if let failure = state.startFailures[box.status.name] {
                state.boxes[id]?.status.state = .exited
                state.boxes[id]?.status.exitCode = 128
                state.boxes[id]?.status.reason = "StartError"
                state.boxes[id]?.status.message = failure
                state.boxes[id]?.status.finished = Int(now.nanoseconds)
                return failure
            }
            state.boxes[id]?.status.state = .running
            state.boxes[id]?.status.started = Int(now.nanoseconds)
            if box.command.first == "exit" {
                let seconds = box.command.count > 3 ? Int(box.command[3]) ?? 0 : 0
                state.boxes[id]?.endsAt = now + .seconds(seconds)
            }
            return nil
        }
        if let failure { throw .failed(code: "Unknown", message: failure) }
    }
    func stopContainer(_ id: String, grace: Duration) async throws(RuntimeError) {
        let box = state.withLock { $0.boxes[id] }
        try call("stop \(box?.status.name ?? id)")
        state.withLock { $0.stopGraces[box?.status.name ?? id] = grace }
        if box?.command.first == "ignore" {
            do { try await clock.sleep(for: grace) } catch { throw .cancelled }
            finish(id, 137, nil)
        } else {
            finish(id, box?.command.first == "143" ? 143 : 0, nil)
        }
        state.withLock { _ = $0.unrecorded.remove(id) }
    }
    func removeContainer(_ id: String) async throws(RuntimeError) {
        try call("remove \(id)")
        state.withLock { $0.boxes[id] = nil }
    }
    func containers() async throws(RuntimeError) -> [ContainerStatus] {
        try call("containers")
        return state.withLock { $0.boxes.values.map(\.status) }
    }
    func container(_ id: String) async throws(RuntimeError) -> ContainerStatus? {
        try call("container \(id)")
        var status = state.withLock { $0.boxes[id]?.status }
        status?.sandbox = ""
        if state.withLock({ $0.unrecorded.remove(id) }) != nil { status?.state = .running }
        return status
    }
    func updateResources(_ id: String, _ resources: LinuxResources) async throws(RuntimeError) { try call("update \(id)") }
    func reopenLog(_ id: String) async throws(RuntimeError) { try call("reopen \(id)") }

    func execute(_ command: [String], in container: String, timeout: Duration) async throws(RuntimeError) -> ExecOutcome {
        let line = command.joined(separator: " ")
        try call("execute \(line)")
        if line.hasPrefix("sleep") {
            do { try await clock.sleep(for: timeout) } catch { throw .cancelled }
            throw .timedOut("timed out")
        }
        return state.withLock { $0.executions[line] } ?? ExecOutcome(exitCode: 0, output: [], error: [])
    }
    func streamingURL(_ request: StreamingRequest) async throws(RuntimeError) -> String {
        throw .failed(code: "Unimplemented", message: "none")
    }

    func pullImage(_ reference: String, credential: RegistryCredential?) async throws(RuntimeError) -> String {
        try call("pull \(reference) \(credential?.username ?? "-")")
        let (failure, time) = state.withLock { ($0.pullFailures[reference], $0.pullTime) }
        do { try await clock.sleep(for: time) } catch { throw .cancelled }
        if let failure { throw failure }
        return state.withLock { state in
            let image = RuntimeImage(
                id: "sha256:\(reference)", tags: [reference], digests: ["\(reference)@sha256:1"], size: 1000, userID: nil, userName: "")
            state.images[reference] = image
            return image.id
        }
    }
    func image(_ reference: String) async throws(RuntimeError) -> RuntimeImage? {
        try call("image \(reference)")
        return state.withLock { $0.images[reference] }
    }
    func images() async throws(RuntimeError) -> [RuntimeImage] {
        try call("images")
        return state.withLock { Array($0.images.values) }
    }
    func removeImage(_ id: String) async throws(RuntimeError) { try call("removeImage \(id)") }
    func imageFilesystem() async throws(RuntimeError) -> FilesystemUsage { FilesystemUsage(path: "/", usedBytes: 0, usedInodes: 0) }
    func containerStats() async throws(RuntimeError) -> [ContainerStats] { [] }

    func followEvents(_ sink: @escaping @Sendable (RuntimeEvent) -> Void) async throws(RuntimeError) {
        try call("events")
        let key = state.withLock { state in
            state.next += 1
            state.sinks[state.next] = sink
            return state.next
        }
        do { try await clock.sleep(for: .seconds(365 * 86_400)) } catch {}
        _ = state.withLock { $0.sinks.removeValue(forKey: key) }
        throw .cancelled
    }
}
