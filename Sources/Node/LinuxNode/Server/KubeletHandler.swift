import Control
import Documents
import KubeClient
import Kubelet
import Network

/// Answers requests to the kubelet API. Source: kubelet/server.
struct KubeletHandler: HTTPHandler {
    let settings: KubeletServerSettings
    let runtime: any ContainerRuntime
    let pods: @Sendable () -> [Value]
    let probes: @Sendable () -> [ProbeCount]
    let stats: NodeStats
    let authentication: CallerAuthentication
    let authorization: CallerAuthorization
    let clock: any WallClock

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let target = URLTarget(request.target)
        guard let segments = target.segments else { return .text(400, "Bad Request\n") }
        let caller: Caller
        do throws(KubeClientError) {
            guard let found = try await authentication.caller(of: request) else { return .text(401, "Unauthorized") }
            caller = found
        } catch {
            return .text(401, "Unauthorized")
        }
        let route = KubeletRoute(method: request.method, segments: segments)
        do throws(KubeClientError) {
            for subresource in route.subresources {
                let attributes = [
                    "verb": route.verb, "version": "v1", "resource": "nodes", "subresource": subresource, "name": settings.nodeName,
                ]
                if try await authorization.allows(caller, attributes) { return await serve(request, target, segments) }
            }
        } catch {
            let text = "Authorization error (user=\(caller.name), verb=\(route.verb), resource=nodes, subresource=\(route.subresources))"
            return .text(500, text)
        }
        let text =
            "Forbidden (user=\(caller.name), verb=\(route.verb), resource=nodes, subresource(s)=[\(route.subresources.joined(separator: " "))])\n"
        return .text(403, text)
    }

    private func serve(_ request: HTTPRequest, _ target: URLTarget, _ segments: [String]) async -> HTTPResponse {
        let isReading = request.method == "GET" || request.method == "HEAD"
        switch segments.first ?? "" {
        case "healthz" where isReading: return .text(200, "ok")
        case "pods" where isReading: return .json(["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(pods())])
        case "runningpods" where isReading: return await runningPods()
        case "configz" where isReading: return .json(["kubeletconfig": settings.configuration])
        case "stats" where isReading && segments == ["stats", "summary"]:
            return .json(await stats.summary(onlyProcessor: target["only_cpu_and_memory"] == "true"))
        case "metrics" where isReading: return await metrics(Array(segments.dropFirst()))
        case "containerLogs" where isReading && segments.count == 4: return await containerLogs(Array(segments.dropFirst()), target)
        case "logs" where isReading: return NodeLogs(folder: settings.logFolder).respond(Array(segments.dropFirst()))
        case "exec", "attach", "portForward": return await session(request, target, segments)
        case "run" where request.method == "POST": return await run(target, segments)
        default: return .text(404, "404 page not found\n")
        }
    }

    private func metrics(_ rest: [String]) async -> HTTPResponse {
        let text: String
        switch rest {
        case []: text = await stats.kubeletMetrics(pods: pods())
        case ["cadvisor"]: text = await stats.cadvisorMetrics()
        case ["resource"]: text = await stats.resourceMetrics()
        case ["probes"]: text = NodeStats.probeMetrics(probes())
        default: return .text(404, "404 page not found\n")
        }
        return HTTPResponse(200, headers: ["content-type": "text/plain; version=0.0.4; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }

    private func runningPods() async -> HTTPResponse {
        do throws(RuntimeError) {
            let containers = try await runtime.containers().filter { $0.state == .running }
            let items = try await runtime.sandboxes().filter(\.isReady).map { sandbox -> Value in
                let own = containers.filter { $0.sandbox == sandbox.id }
                return [
                    "metadata": ["name": .string(sandbox.name), "namespace": .string(sandbox.namespace), "uid": .string(sandbox.uid)],
                    "spec": ["containers": .array(own.map { ["name": .string($0.name), "image": .string($0.image), "resources": [:]] })],
                    "status": [:],
                ]
            }
            return .json(["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(items)])
        } catch {
            return .text(500, "\(error)")
        }
    }
}

/// What a request must be allowed to: a verb on one of the node's subresources, any of which will do.
struct KubeletRoute: Sendable, Hashable {
    let verb: String
    let subresources: [String]

    init(method: String, segments: [String]) {
        switch method {
        case "POST": verb = "create"
        case "PUT": verb = "update"
        case "PATCH": verb = "patch"
        case "DELETE": verb = "delete"
        default: verb = "get"
        }
        switch segments.first ?? "" {
        case "stats": subresources = ["stats"]
        case "metrics": subresources = ["metrics"]
        case "logs": subresources = ["log"]
        case "checkpoint": subresources = ["checkpoint"]
        case "configz": subresources = ["configz", "proxy"]
        case "healthz": subresources = ["healthz", "proxy"]
        case "pods", "runningpods": subresources = ["pods", "proxy"]
        default: subresources = ["proxy"]
        }
    }
}

extension HTTPResponse {
    static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status, headers: ["content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"],
            body: .bytes(Array(text.utf8)))
    }
    static func json(_ value: Value, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(value)))
    }
}
