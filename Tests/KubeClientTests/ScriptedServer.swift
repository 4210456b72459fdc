import Control
import Documents
import KubeClient
import KubeModel
import Network
import Synchronization

/// Answers from a list, in order, and remembers what was asked.
final class ScriptedServer: HTTPHandler {
    private let state: Mutex<(answers: [HTTPResponse], requests: [HTTPRequest])>
    init(_ answers: [HTTPResponse]) { state = Mutex((answers, [])) }
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? HTTPResponse(503) : state.answers.removeFirst()
        }
    }
    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var asked: [String] { requests.map { "\($0.method) \($0.target)" } }
    var client: KubeClient { KubeClient(transport: LocalTransport(handler: self, peer: Peer())) }
}

extension HTTPResponse {
    static func json(_ value: Value, status: Int = 200) -> HTTPResponse { HTTPResponse(status, body: .bytes(JSON.encode(value))) }
    static func refusal(_ status: KubeStatus) -> HTTPResponse { json(status.document, status: status.code) }
    /// A watch that tells these lines and ends.
    static func lines(_ text: String) -> HTTPResponse { HTTPResponse(200, body: .bytes(Array(text.utf8))) }
}

/// What an informer told, in words.
final class Told: Sendable {
    private let words = Mutex([String]())
    var all: [String] { words.withLock { $0 } }
    func note(_ event: InformerEvent) {
        let text =
            switch event {
            case .listed(let values): "listed \(values.map { $0["metadata"]["name"].string ?? "" }.sorted())"
            case .applied(let value): "applied \(value["metadata"]["name"].string ?? "")"
            case .deleted(let value): "deleted \(value["metadata"]["name"].string ?? "")"
            }
        words.withLock { $0.append(text) }
    }
}

/// Lets simulated time go on in small steps until the condition holds.
func reached(_ clock: ManualClock, step: Duration = .milliseconds(100), _ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<60_000 {
        if condition() { return }
        clock.advance(by: step)
        try await SystemClock().sleep(for: .milliseconds(1))
    }
    throw NotReached()
}
struct NotReached: Error {}
