import Control
import Documents
import KubeModel
import Network
import Storage

/// Plain HTTP to pods, services and nodes through the API server. Source: upstream's ProxyREST of each.
extension APIServer {
    func proxy(_ context: RequestContext, _ path: RequestPath, _ target: Target) async throws -> HTTPResponse {
        let subject = try ProxySubject(target.name, target.info)
        let backend: DialTarget
        switch target.info.resource {
        case "pods": backend = try podBackend(subject, target)
        case "services": backend = try serviceBackend(subject, target)
        case "nodes": backend = try nodeBackend(subject, target)
        default: throw KubeStatus.noSuchResource
        }
        let url = URLTarget(context.request.target)
        let rest = Self.rest(url.path, behind: path)
        let request = context.request
        if request.asksForUpgrade {
            return try await upgrade(request, to: backend, path: (rest.isEmpty ? "/" : rest) + (url.query.isEmpty ? "" : "?\(url.query)"))
        }
        guard !rest.isEmpty else {
            guard request.method == "GET" || request.method == "HEAD" else {
                return try await forward(request, to: backend, path: "/", prefix: url.path)
            }
            return HTTPResponse(301, headers: ["location": url.path + "/" + (url.query.isEmpty ? "" : "?\(url.query)")])
        }
        return try await forward(
            request, to: backend, path: rest + (url.query.isEmpty ? "" : "?\(url.query)"), prefix: String(url.path.dropLast(rest.count)))
    }

    /// What stands behind `…/proxy`, as it was written: empty, or from the slash on.
    private static func rest(_ path: String, behind parsed: RequestPath) -> String {
        var slashes = 2 + (parsed.group.isEmpty ? 0 : 1) + (parsed.namespace.isEmpty ? 0 : 2) + 3
        for (index, byte) in zip(path.utf8.indices, path.utf8) where byte == UInt8(ascii: "/") {
            if slashes == 0 { return String(path[index...]) }
            slashes -= 1
        }
        return ""
    }

    /// Sends a request on and its answer back. - Throws: `KubeStatus` ServiceUnavailable when nobody answers.
    func forward(_ request: HTTPRequest, to backend: DialTarget, path: String, prefix: String) async throws -> HTTPResponse {
        var forwarded = HTTPRequest(request.method, path, headers: ProxyHeaders.forwarded(request, upgrade: false), body: request.body)
        forwarded.headers["x-forwarded-uri"] = prefix + path
        // Links of a page can only be rewritten in the clear.
        forwarded.headers["accept-encoding"] = nil
        if let host = request.headers["host"] { forwarded.headers["x-forwarded-host"] = host }
        forwarded.headers["x-forwarded-proto"] = request.peer.secure ? "https" : "http"
        do {
            let response = try await dial(backend) { try await $0.send(forwarded) }
            let hosts = [backend.authority, backend.host, request.headers["host"] ?? ""]
            return ProxyLinks(prefix: prefix, hosts: hosts).rewrite(response)
        } catch {
            throw error.service
        }
    }

    private func podBackend(_ subject: ProxySubject, _ target: Target) throws(KubeStatus) -> DialTarget {
        let pod = try pod(target.named(subject.name))
        let declared = pod["spec"]["containers"].items.flatMap { $0["ports"].items }.first?["containerPort"].int
        return try backend(subject, pod["status"]["podIP"].string ?? "", subject.number ?? declared)
    }

    private func serviceBackend(_ subject: ProxySubject, _ target: Target) throws(KubeStatus) -> DialTarget {
        guard let entry = realm.snapshot().get(target.named(subject.name).key) else { throw .notFound(target.info, subject.name) }
        var port = subject.port
        if let number = subject.number {
            let match = entry.value["spec"]["ports"].items.first { $0["port"].int == number }
            guard let match else {
                throw .serviceUnavailable("no service port \(number) found for service \(subject.name.quoted)")
            }
            port = match["name"].string ?? ""
        }
        let ready = ServiceEndpoints(realm.snapshot(), kinds, namespace: target.namespace, service: subject.name)
        guard !ready.isEmpty else { throw .serviceUnavailable("no endpoints available for service \(subject.name.quoted)") }
        guard let chosen = ready.pick(port: port, random) else {
            throw .serviceUnavailable("no endpoints available for service \(target.name.quoted)")
        }
        return try backend(subject, chosen.address, chosen.port)
    }

    private func nodeBackend(_ subject: ProxySubject, _ target: Target) throws(KubeStatus) -> DialTarget {
        let kubelet = try kubelet(of: subject.name)
        guard let port = subject.number, port != kubelet.port else { return kubelet }
        return try backend(subject, kubelet.host, port)
    }

    private func backend(_ subject: ProxySubject, _ host: String, _ port: Int?) throws(KubeStatus) -> DialTarget {
        guard ProxySubject.isProxyable(host) else { throw .badRequest("address not allowed") }
        let secure = subject.scheme == "https"
        return DialTarget(secure: secure, host: host, port: port ?? (secure ? 443 : 80))
    }
}

/// `[scheme:]name[:port]`, as the paths of proxies name what they lead to.
struct ProxySubject: Sendable, Hashable {
    var scheme = ""
    let name: String
    var port = ""

    /// - Throws: `KubeStatus` BadRequest for what is none.
    init(_ text: String, _ info: KindInfo) throws(KubeStatus) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: name = parts[0]
        case 2: (name, port) = (parts[0], parts[1])
        case 3: (scheme, name, port) = (parts[0], parts[1], parts[2])
        default: throw .badRequest("invalid \(info.singular) request \(text.quoted)")
        }
        guard !name.isEmpty, ["", "http", "https"].contains(scheme) else {
            throw .badRequest("invalid \(info.singular) request \(text.quoted)")
        }
    }

    /// The port where it is a number.
    var number: Int? { Int(port).flatMap { (1...65_535).contains($0) ? $0 : nil } }

    /// Nobody reaches the API server's own machine through it. Source: apimachinery, IsProxyableIP.
    static func isProxyable(_ host: String) -> Bool {
        let parts = host.split(separator: ".").compactMap { UInt8($0) }
        if parts.count == 4 {
            return !(parts[0] == 127 || parts[0] == 0 || parts[0] >= 224 || parts[0] == 169 && parts[1] == 254)
        }
        let text = host.lowercased()
        return text.contains(":") && !["::", "::1"].contains(text) && !["fe8", "fe9", "fea", "feb", "ff"].contains { text.hasPrefix($0) }
    }
}
