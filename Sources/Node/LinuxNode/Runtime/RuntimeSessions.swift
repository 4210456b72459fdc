import CRI
package import Kubelet
import Network

extension ContainerdRuntime {
    package func execute(_ command: [String], in container: String, timeout: Duration) async throws(RuntimeError) -> ExecOutcome {
        var request = Message<ExecSyncRequestFields>()
        (request.containerId, request.cmd) = (container, command)
        request.timeout = Int(timeout.components.seconds) + (timeout.components.attoseconds > 0 ? 1 : 0)
        let answer = try await call(RuntimeService.execSync, request, timeout: timeout > .zero ? timeout + .seconds(10) : nil)
        return ExecOutcome(exitCode: answer.exitCode, output: answer.stdout, error: answer.stderr)
    }

    package func streamingURL(_ session: StreamingRequest) async throws(RuntimeError) -> String {
        switch session {
        case .exec(let container, let command, let stdin, let stdout, let stderr, let tty):
            var request = Message<ExecRequestFields>()
            (request.containerId, request.cmd, request.tty) = (container, command, tty)
            (request.stdin, request.stdout, request.stderr) = (stdin, stdout, stderr)
            return try await call(RuntimeService.exec, request).url
        case .attach(let container, let stdin, let stdout, let stderr, let tty):
            var request = Message<AttachRequestFields>()
            (request.containerId, request.tty) = (container, tty)
            (request.stdin, request.stdout, request.stderr) = (stdin, stdout, stderr)
            return try await call(RuntimeService.attach, request).url
        case .portForward(let sandbox, let ports):
            var request = Message<PortForwardRequestFields>()
            (request.podSandboxId, request.port) = (sandbox, ports)
            return try await call(RuntimeService.portForward, request).url
        }
    }

    package func followEvents(_ sink: @escaping @Sendable (RuntimeEvent) -> Void) async throws(RuntimeError) {
        var request = Message<SubscribeRequestFields>()
        request.filters = ["/tasks/exit", "/tasks/oom"].map { "namespace==\(Self.namespace),topic==\"\($0)\"" }
        do {
            let answers = try await channel.follow(Events.subscribe, request)
            while let envelope = try await answers.next() {
                if let event = RuntimeEvent(envelope.event) { sink(event) }
            }
        } catch {
            throw RuntimeError(error)
        }
    }
}

extension RuntimeEvent {
    /// Exits of further processes (exec) in a container are no events here.
    fileprivate init?(_ event: Message<AnyFields>) {
        switch event.typeUrl.split(separator: "/").last {
        case "containerd.events.TaskExit":
            let exit = Message<TaskExitFields>(event.value)
            guard exit.id.isEmpty || exit.id == exit.containerId else { return nil }
            self = .exited(container: exit.containerId)
        case "containerd.events.TaskOOM": self = .outOfMemory(container: Message<TaskOOMFields>(event.value).containerId)
        default: return nil
        }
    }
}
