import Documents
import Kubelet
import Network

/// Sessions with containers: the connection is handed on to the runtime's streaming server as it is, SPDY or WebSocket.
/// Source: kubelet/server, getExec, getAttach, getPortForward, getRun.
extension KubeletHandler {
    /// The pod and container of `/exec/{namespace}/{pod}[/{uid}]/{container}`.
    private struct Named {
        let pod: Value
        let container: String?

        init?(_ segments: [String], in pods: [Value], withContainer: Bool) {
            let parts = Array(segments.dropFirst())
            let plain = withContainer ? 3 : 2
            guard parts.count == plain || parts.count == plain + 1 else { return nil }
            let uid = parts.count > plain ? parts[2] : nil
            let found = pods.first { pod in
                let metadata = pod["metadata"]
                return metadata["namespace"].string == parts[0] && metadata["name"].string == parts[1]
                    && (uid == nil || metadata["uid"].string == uid)
            }
            guard let found else { return nil }
            (pod, container) = (found, withContainer ? parts.last : nil)
        }
    }

    /// The running container of that name.
    private func runningContainer(_ name: String, of pod: Value) async throws(RuntimeError) -> ContainerStatus? {
        let uid = pod["metadata"]["uid"].string
        return try await runtime.containers().filter {
            $0.state == .running && $0.name == name && $0.labels[RuntimeLabel.podUID] == uid
        }.max { $0.attempt < $1.attempt }
    }

    func session(_ request: HTTPRequest, _ target: URLTarget, _ segments: [String]) async -> HTTPResponse {
        let isForward = segments[0] == "portForward"
        guard let named = Named(segments, in: pods(), withContainer: !isForward) else { return .text(404, "pod does not exist") }
        let flag = { (name: String) in ["1", "true"].contains(target[name] ?? "") }
        let (stdin, stdout, stderr, tty) = (flag("input"), flag("output"), flag("error"), flag("tty"))
        if !isForward, !stdin, !stdout, !stderr {
            return .text(400, "you must specify at least 1 of stdin, stdout, stderr")
        }
        if tty, stderr { return .text(400, "tty and stderr cannot both be true") }
        do throws(RuntimeError) {
            let session: StreamingRequest
            if isForward {
                let uid = named.pod["metadata"]["uid"].string
                guard let sandbox = try await runtime.sandboxes().first(where: { $0.uid == uid && $0.isReady }) else {
                    return .text(404, "pod not found (\"\(named.pod["metadata"]["name"].string ?? "")\")")
                }
                session = .portForward(sandbox: sandbox.id, ports: target.items.filter { $0.name == "port" }.compactMap { Int($0.value) })
            } else {
                guard let name = named.container, let container = try await runningContainer(name, of: named.pod) else {
                    return .text(500, "container not found (\"\(named.container ?? "")\")")
                }
                let command = target.items.filter { $0.name == "command" }.map(\.value)
                session =
                    segments[0] == "exec"
                    ? .exec(container: container.id, command: command, stdin: stdin, stdout: stdout, stderr: stderr, tty: tty)
                    : .attach(container: container.id, stdin: stdin, stdout: stdout, stderr: stderr, tty: tty)
            }
            return await forward(request, to: try await runtime.streamingURL(session))
        } catch {
            return .text(500, error.words)
        }
    }

    /// Hands the connection on.
    private func forward(_ request: HTTPRequest, to url: String) async -> HTTPResponse {
        guard let start = url.range(ofScheme: "http://") else { return .text(500, "the runtime's URL \(url) is not http") }
        let rest = url[start...]
        let authority = rest.prefix { $0 != "/" }
        var outgoing = HTTPRequest(request.method, String(rest.dropFirst(authority.count)), headers: request.headers)
        outgoing.headers["host"] = String(authority)
        outgoing.headers["authorization"] = nil
        do {
            let (response, stream) = try await HTTPClient(endpoint: "http://\(authority)").upgrade(outgoing)
            guard let stream else { return response }
            return HTTPResponse(response.status, headers: response.headers, body: .upgrade { await $0.join(stream) })
        } catch {
            return .text(502, "error dialing backend: \(error)")
        }
    }

    /// `POST /run/{namespace}/{pod}/{container}?cmd=…`: a command to its end, with what it wrote.
    func run(_ target: URLTarget, _ segments: [String]) async -> HTTPResponse {
        guard let named = Named(segments, in: pods(), withContainer: true), let name = named.container else {
            return .text(404, "pod does not exist")
        }
        let command = (target["cmd"] ?? "").split(separator: " ").map(String.init)
        do throws(RuntimeError) {
            guard let container = try await runningContainer(name, of: named.pod) else {
                return .text(500, "container not found (\"\(name)\")")
            }
            let outcome = try await runtime.execute(command, in: container.id, timeout: .zero)
            return HTTPResponse(
                200, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(outcome.output + outcome.error))
        } catch {
            return .text(500, error.words)
        }
    }
}

extension String {
    /// Where the text goes on behind its scheme; nil when it has another.
    fileprivate func range(ofScheme scheme: String) -> Index? { hasPrefix(scheme) ? index(startIndex, offsetBy: scheme.count) : nil }
}

extension RuntimeError {
    /// As upstream's errors of gRPC read.
    var words: String {
        switch self {
        case .unavailable(let text): "rpc error: code = Unavailable desc = \(text)"
        case .notFound(let text): "rpc error: code = NotFound desc = \(text)"
        case .timedOut(let text): "rpc error: code = DeadlineExceeded desc = \(text)"
        case .cancelled: "context canceled"
        case .failed(let code, let text): "rpc error: code = \(code) desc = \(text)"
        }
    }
}
