import KubeModel
import Network

/// One thing that health depends on.
package struct HealthCheck: Sendable {
    /// As in `etcd`.
    package let name: String
    /// Whether all is well; the reason stays in the server.
    package let passes: @Sendable () async -> Bool
    package init(_ name: String, passes: @escaping @Sendable () async -> Bool) { (self.name, self.passes) = (name, passes) }
}

/// `/healthz`, `/livez` and `/readyz`, whole and by check. Source: Kubernetes documentation, "API health endpoints".
package enum HealthRoutes {
    /// - Parameters:
    ///   - live: what must hold for the process to be worth keeping.
    ///   - ready: what must hold besides for requests to be sent to it.
    package static func routes(live: [HealthCheck], ready: [HealthCheck]) -> [RawRoute] {
        let ping = HealthCheck("ping") { true }
        return endpoint("healthz", [ping] + live) + endpoint("livez", [ping] + live) + endpoint("readyz", [ping] + live + ready)
    }

    private static func endpoint(_ name: String, _ checks: [HealthCheck]) -> [RawRoute] {
        let whole = RawRoute("/\(name)") { request in await answer(name, checks, request) }
        let single = RawRoute("/\(name)/") { request in
            guard let check = checks.first(where: { request.path == "/\(name)/\($0.name)" }) else { throw KubeStatus.noSuchResource }
            return await check.passes() ? text(200, "ok") : text(500, "internal server error: \(check.name) failed")
        }
        return [whole, single]
    }

    private static func answer(_ name: String, _ checks: [HealthCheck], _ request: RawRequest) async -> HTTPResponse {
        var lines = ""
        var failed: [String] = []
        for check in checks {
            if request.query["exclude"] == check.name {
                lines += "[+]\(check.name) excluded: ok\n"
            } else if await check.passes() {
                lines += "[+]\(check.name) ok\n"
            } else {
                failed.append(check.name)
                lines += "[-]\(check.name) failed: reason withheld\n"
            }
        }
        guard failed.isEmpty else { return text(500, "\(lines)\(name) check failed\n") }
        return text(200, request.query["verbose"] != nil ? "\(lines)\(name) check passed\n" : "ok")
    }

    private static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status,
            headers: [
                "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "cache-control": "no-cache, private",
            ],
            body: .bytes(Array(text.utf8)))
    }
}
