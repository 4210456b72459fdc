import Control
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Network
import Storage
import Testing

@Suite struct InformerTests {
    private static func list(_ names: [String], _ version: Int) -> HTTPResponse {
        .json(["items": .array(names.map { ["metadata": ["name": .string($0)]] }), "metadata": ["resourceVersion": "\(version)"]])
    }
    private static func event(_ type: String, _ name: String, _ version: Int) -> String {
        JSON.text(["type": .string(type), "object": ["metadata": ["name": .string(name), "resourceVersion": "\(version)"]]]) + "\n"
    }

    @Test func goesOnAfterEveryKindOfInterruption() async throws {
        let expired = KubeStatus(410, .expired, "too old")
        let server = ScriptedServer([
            HTTPResponse(500), Self.list(["a"], 5), .lines(Self.event("ADDED", "b", 6) + Self.event("DELETED", "a", 7)), HTTPResponse(503),
            .refusal(expired), Self.list(["b", "c"], 20), .lines(Self.event("MODIFIED", "c", 21) + "{broken\n"), .lines(""),
        ])
        let (clock, told) = (ManualClock(), Told())
        let informer = Informer(client: server.client, kind: PodFields.kind, clock: clock, random: RandomSource(seed: 1)) { told.note($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await reached(clock) { server.requests.count >= 9 }
            group.cancelAll()
        }
        #expect(
            told.all == [
                "listed [\"a\"]", "applied b", "deleted a", "listed [\"b\", \"c\"]", "applied c",
            ])
        let versions = server.requests.filter { $0.target.contains("watch=true") }.map { URLTarget($0.target)["resourceVersion"] }
        #expect(versions.prefix(5) == ["5", "7", "7", "20", "21"])
    }

    @Test func followsARealServer() async throws {
        let clock = ManualClock()
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let api = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await api.bootstrap()
        let peer = Peer(local: .init(user: "admin", groups: ["system:masters"]))
        let client = KubeClient(transport: LocalTransport(handler: api, peer: peer))
        let told = Told()
        let informer = Informer(
            client: client, kind: ConfigMapFields.kind, namespace: "default", selection: ListOptions(labelSelector: "app=web"),
            clock: clock,
            random: RandomSource(seed: 2)
        ) { told.note($0) }
        func map(_ name: String, _ app: String) -> Value {
            ["metadata": ["name": .string(name), "namespace": "default", "labels": ["app": .string(app)]]]
        }
        _ = try await client.create(ConfigMapFields.kind, map("one", "web"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            try await reached(clock) { told.all.count == 1 }
            _ = try await client.create(ConfigMapFields.kind, map("two", "web"))
            _ = try await client.create(ConfigMapFields.kind, map("other", "db"))
            _ = try await client.patch(ConfigMapFields.kind, "one", .merge(["metadata": ["labels": ["app": "db"]]]))
            try await client.delete(ConfigMapFields.kind, "two")
            try await reached(clock) { told.all.count == 4 }
            group.cancelAll()
        }
        #expect(told.all == ["listed [\"one\"]", "applied two", "deleted one", "deleted two"])
    }

    @Test func pausesDoubleUpToHalfAMinute() {
        var backoff = Backoff(random: RandomSource(seed: 3))
        let pauses = (0..<9).map { _ in backoff.next() }
        for (index, pause) in pauses.enumerated() {
            let least = min(Duration.milliseconds(800) * Int(1 << index), .seconds(30))
            #expect(pause >= least && pause <= least * 2)
        }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(1600))
    }
}
