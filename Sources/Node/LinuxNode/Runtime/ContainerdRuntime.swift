import CRI
package import Kubelet
import Network

/// Sandboxes, containers and images through containerd's CRI plug-in.
package struct ContainerdRuntime: ContainerRuntime {
    /// Where containerd keeps Kubernetes' containers.
    static let namespace = "k8s.io"
    /// Most calls answer within milliseconds; those that wait for a container take its time on top.
    static let callTimeout = Duration.seconds(120)

    let channel: GRPCChannel
    let logs: ContainerLogFiles

    /// Connects when it is first used, and again whenever containerd has gone away.
    /// - Parameters:
    ///   - socket: the path of containerd's socket, as in `/run/containerd/containerd.sock`.
    ///   - logLinks: where collectors look for containers' logs, as in `/var/log/containers`; nil for nowhere.
    /// - Throws: `RuntimeError.failed` for a path that is not absolute.
    package init(socket: String, logLinks: String? = nil) throws(RuntimeError) {
        logs = ContainerLogFiles(folder: logLinks)
        do {
            channel = try GRPCChannel(socketPath: socket)
        } catch {
            throw RuntimeError(error)
        }
    }

    package func version() async throws(RuntimeError) -> (name: String, version: String) {
        let answer = try await call(RuntimeService.version, Message())
        return (answer.runtimeName, answer.runtimeVersion)
    }

    package func conditions() async throws(RuntimeError) -> RuntimeConditions {
        var conditions = RuntimeConditions()
        for condition in try await call(RuntimeService.status, Message()).status.conditions {
            switch condition.type {
            case "RuntimeReady": (conditions.isRuntimeReady, conditions.runtimeMessage) = (condition.status, condition.message)
            case "NetworkReady":
                conditions.isNetworkReady = condition.status
                (conditions.networkReason, conditions.networkMessage) = (condition.reason, condition.message)
            default: break
            }
        }
        return conditions
    }

    /// Makes a call and tells what went wrong in kubelet's terms.
    func call<Request, Answer>(
        _ remote: RemoteCall<Request, Answer>, _ request: Message<Request>, timeout: Duration? = callTimeout
    ) async throws(RuntimeError) -> Message<Answer> {
        do {
            return try await channel.call(remote, request, timeout: timeout)
        } catch {
            throw RuntimeError(error)
        }
    }

    /// Makes a call that has nothing to do where its object is gone.
    func callIfPresent<Request, Answer>(
        _ remote: RemoteCall<Request, Answer>, _ request: Message<Request>, timeout: Duration? = callTimeout
    ) async throws(RuntimeError) -> Message<Answer>? {
        do {
            return try await channel.call(remote, request, timeout: timeout)
        } catch {
            if error.code == .notFound { return nil }
            throw RuntimeError(error)
        }
    }
}

extension RuntimeError {
    /// The runtime's status in kubelet's terms; its words stay as they are.
    init(_ error: GRPCError) {
        switch error.code {
        case .unavailable: self = .unavailable(error.message)
        case .notFound: self = .notFound(error.message)
        case .deadlineExceeded: self = .timedOut(error.message)
        case .canceled: self = .cancelled
        default: self = .failed(code: error.code.name, message: error.message)
        }
    }
}
