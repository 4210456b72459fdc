import Control
import Network

/// Serves a few paths over HTTP for as long as it runs.
struct PlainServer: Service {
    /// Status, content type and text.
    typealias Answer = (status: Int, type: String, text: String)
    /// `0.0.0.0:10256`
    let address: String
    let routes: @Sendable (_ path: String) -> Answer?

    func run() async throws {
        let colon = address.lastIndex(of: ":") ?? address.endIndex
        guard let port = Int(address[colon...].dropFirst()) else { throw ConfigurationError("malformed address \(address)") }
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        let server = HTTPServer(.init(host: host.isEmpty ? "0.0.0.0" : host, port: port), handler: Handler(routes: routes))
        try await server.start()
        do {
            try await Signal().wait()
        } catch {
            await server.stop()
            throw error
        }
    }

    private struct Handler: HTTPHandler {
        let routes: @Sendable (String) -> Answer?
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            let path = String(request.target.prefix { $0 != "?" })
            guard let answer = routes(path) else {
                return HTTPResponse(
                    404, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(Array("404 page not found\n".utf8)))
            }
            return HTTPResponse(answer.status, headers: ["content-type": answer.type], body: .bytes(Array(answer.text.utf8)))
        }
    }
}
