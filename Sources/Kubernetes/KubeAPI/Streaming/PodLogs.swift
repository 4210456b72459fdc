import Control
import Documents
import KubeModel
import Network

/// Reading the output of containers, which their kubelet has. Source: upstream's LogREST and LogLocation.
extension APIServer {
    func logs(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let items = try Self.logParameters(context.query, target.name)
        let pod = try pod(target)
        let container = try PodContainers.choose(context.query["container"], of: pod)
        guard let node = pod["spec"]["nodeName"].string, !node.isEmpty else { return HTTPResponse(204) }
        let kubelet = try kubelet(of: node)
        let path = URLTarget(segments: ["containerLogs", target.namespace, target.name, container], items: items).text
        do {
            let answer = try await dial(kubelet) { try await $0.send(HTTPRequest("GET", path)) }
            guard (200...206).contains(answer.status) else { throw await Self.refusal(answer, "pods/log", target.name) }
            return HTTPResponse(
                200, headers: ["content-type": "text/plain", "cache-control": "no-cache, private"], body: answer.body)
        } catch let failure as DialFailure {
            throw failure.status(method: "GET", path: path)
        }
    }

    /// What the kubelet is asked, out of what the client asks. Source: ValidatePodLogOptions.
    private static func logParameters(_ query: Query, _ name: String) throws(KubeStatus) -> [URLTarget.Item] {
        var items: [URLTarget.Item] = []
        var errors: [FieldError] = []
        for flag in ["follow", "previous", "timestamps"] where query.flag(flag) { items.append(.init(flag, "true")) }
        let (lines, since, bytes) = (try query.number("tailLines"), try query.number("sinceSeconds"), try query.number("limitBytes"))
        if let lines {
            if lines < 0 { errors.append(.invalid(FieldPath("tailLines"), .int(Int64(lines)), "must be greater than or equal to 0")) }
            items.append(.init("tailLines", "\(lines)"))
        }
        if let bytes {
            if bytes < 1 { errors.append(.invalid(FieldPath("limitBytes"), .int(Int64(bytes)), "must be greater than 0")) }
            items.append(.init("limitBytes", "\(bytes)"))
        }
        if let since {
            if since < 1 { errors.append(.invalid(FieldPath("sinceSeconds"), .int(Int64(since)), "must be greater than 0")) }
            items.append(.init("sinceSeconds", "\(since)"))
        }
        if let time = query["sinceTime"] {
            guard Timestamp(time) != nil else {
                throw .badRequest("parsing time \(time.quoted) as \"2006-01-02T15:04:05Z07:00\": cannot parse \(time.quoted) as \"2006\"")
            }
            if since != nil {
                errors.append(.forbidden(FieldPath(""), "at most one of `sinceTime` or `sinceSeconds` may be specified"))
            }
            items.append(.init("sinceTime", time))
        }
        if let stream = query["stream"], stream != "All" {
            if !["Stdout", "Stderr"].contains(stream) {
                errors.append(.notSupported(FieldPath("stream"), .string(stream), ["All", "Stdout", "Stderr"]))
            } else if lines != nil {
                errors.append(.forbidden(FieldPath(""), "`tailLines` and specific `stream` are mutually exclusive for now"))
            }
            items.append(.init("stream", stream))
        }
        guard errors.isEmpty else { throw .invalid(group: "", kind: "PodLogOptions", name: name, errors) }
        return items
    }

    /// A kubelet's refusal as upstream passes it on. Source: GenericHttpResponseChecker.
    static func refusal(_ answer: HTTPResponse, _ resource: String, _ name: String) async -> KubeStatus {
        let bytes = (try? await answer.body.collect(limit: 50_000)) ?? []
        let text = String(decoding: bytes, as: UTF8.self)
        let details = KubeStatus.Details(name: name, kind: resource)
        switch answer.status {
        case 500: return .internalError(text)
        case 400: return .badRequest(text)
        case 401: return KubeStatus(401, .unauthorized, "the server has asked for the client to provide credentials ( \(resource) \(name))")
        case 403: return KubeStatus(403, .forbidden, text, details: details)
        case 404:
            let message = "the server could not find the requested resource ( \(resource) \(name))"
            return KubeStatus(404, .notFound, message, details: details)
        case 503:
            let message = "the server is currently unable to handle the request ( \(resource) \(name))"
            return KubeStatus(503, .serviceUnavailable, message, details: details)
        default:
            let message = "the server responded with the status code \(answer.status) but did not return more information"
            return KubeStatus(answer.status, answer.status >= 500 ? .internalError : .unknown, message, details: details)
        }
    }
}
