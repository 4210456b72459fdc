import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Storage
import Synchronization

/// A server over a store in memory, on a clock that stands still, and a caller that may do everything.
struct ClusterBed {
    let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
    let random: RandomSource
    let realm: Realm
    let server: APIServer

    init(
        admission: [any AdmissionPlugin] = [], routes: [RawRoute] = [], authorizers: [any Authorizer] = [SuperuserAuthorizer()],
        limits: StoreLimits = StoreLimits(), store: Store? = nil, random: RandomSource = RandomSource(seed: 7),
        configure: (inout APIServerConfiguration) -> Void = { _ in }
    ) async throws {
        self.random = random
        realm = try await (store ?? Store.memory(clock: clock, limits: limits)).realm("cluster/test")
        var configuration = APIServerConfiguration()
        configure(&configuration)
        server = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()], authorizers: authorizers,
            clock: clock,
            random: random, configuration: configuration, admission: admission, routes: routes)
        try await server.bootstrap()
    }

    /// An answer, its body read to the end.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String
        var json: Value { (try? JSON.parse(text)) ?? .null }
        subscript(name: String) -> Value { json[name] }
        var message: String { json["message"].string ?? "" }
        var reason: String { json["reason"].string ?? "" }
    }

    static let admin = Peer(local: .init(user: "admin", groups: ["system:masters"]))

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String, _ target: String, _ body: Value? = nil, type: String = "application/json", headers: HTTPFields = [:],
        peer: Peer = ClusterBed.admin
    ) async throws -> Answer {
        var headers = headers
        if body != nil { headers["content-type"] = type }
        let request = HTTPRequest(
            method, target, headers: headers, body: .bytes(body.map { Array(JSON.text($0).utf8) } ?? []), peer: peer)
        let response = await server.respond(to: request)
        let bytes = try await response.body.collect(limit: 64 << 20)
        return Answer(status: response.status, headers: response.headers, text: String(decoding: bytes, as: UTF8.self))
    }
    func get(_ target: String, accept: String? = nil) async throws -> Answer {
        try await send("GET", target, headers: accept.map { ["accept": $0] } ?? [:])
    }
    func post(_ target: String, _ body: Value) async throws -> Answer { try await send("POST", target, body) }
    func put(_ target: String, _ body: Value) async throws -> Answer { try await send("PUT", target, body) }
    func delete(_ target: String, _ body: Value? = nil) async throws -> Answer { try await send("DELETE", target, body) }
    func merge(_ target: String, _ body: Value) async throws -> Answer {
        try await send("PATCH", target, body, type: "application/merge-patch+json")
    }

    /// Starts a service of the server on an executor that runs only while the clock is moved on, so that its turns do not hang on chance.
    func start(_ service: @escaping @Sendable () async throws -> Void) -> Turns {
        let executor = SeededExecutor(seed: 1)
        let turns = Turns(clock: clock, executor: executor, task: executor.start { try? await service() })
        turns.settle()
        return turns
    }
    /// A service that is given its turns.
    struct Turns {
        let clock: ManualClock
        let executor: SeededExecutor
        let task: Task<Void, Never>

        /// Moves the clock on, second by second.
        func pass(_ seconds: Int) {
            for _ in 0..<seconds { clock.advance(by: .seconds(1), settle: settle) }
        }
        func settle() { executor.drain(limit: 1_000_000) }
        func stop() {
            task.cancel()
            settle()
        }
    }

    /// Opens a watch.
    func watch(_ target: String, accept: String? = nil) async -> WatchReader {
        let request = HTTPRequest(
            "GET", target, headers: accept.map { ["accept": $0] } ?? [:], peer: ClusterBed.admin)
        let response = await server.respond(to: request)
        return WatchReader(status: response.status, body: response.body)
    }
}

/// What a watch has written so far.
final class WatchReader: BodyWriter {
    let status: Int
    private struct State {
        var bytes: [UInt8] = []
        var finished = false
        var onClose: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    init(status: Int, body: Body) {
        self.status = status
        switch body {
        case .writer(let produce): produce(self)
        case .bytes(let bytes): write(bytes)
        default: break
        }
    }
    func write(_ bytes: [UInt8]) { state.withLock { $0.bytes += bytes } }
    var buffered: Int { 0 }
    func drained() async throws {}
    func finish(error: Bool) {
        let actions = state.withLock { state in
            state.finished = true
            defer { state.onClose = [] }
            return state.onClose
        }
        for action in actions { action() }
    }
    func onClose(_ body: @escaping @Sendable () -> Void) {
        let over = state.withLock { state in
            if !state.finished { state.onClose.append(body) }
            return state.finished
        }
        if over { body() }
    }
    var finished: Bool { state.withLock { $0.finished } }

    /// The events since the last call.
    func take() -> [Value] {
        let bytes = state.withLock { state in
            defer { state.bytes = [] }
            return state.bytes
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { (try? JSON.parse(String($0))) ?? .null }
    }
    /// The events since the last call, as `ADDED web`.
    func takeLines() -> [String] {
        take().map { "\($0["type"].string ?? "") \($0["object"]["metadata"]["name"].string ?? "")" }
    }
}

/// Documents for tests.
enum Sample {
    static func configMap(_ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]) -> Value {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "labels": Value(labels)], "data": Value(data)]
    }
    static func pod(_ name: String, labels: [String: String] = [:], node: String? = nil) -> Value {
        var pod: Value = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": Value(labels)],
            "spec": ["containers": [["name": "main", "image": "nginx:1.27"]]],
        ]
        if let node { pod["spec"]["nodeName"] = .string(node) }
        return pod
    }
    static func deployment(_ name: String, replicas: Int = 1) -> Value {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": ["containers": [["name": "main", "image": "nginx:1.27"]]],
                ],
            ],
        ]
    }
    static func service(_ name: String, type: String = "ClusterIP") -> Value {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
            "spec": ["type": .string(type), "selector": ["app": .string(name)], "ports": [["port": 80]]],
        ]
    }
}
