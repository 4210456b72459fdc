import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Reconcile
import Storage
import Synchronization
import Testing

@Suite("Priority and fairness") struct FairnessTests {
    private let reviews = "/apis/authentication.k8s.io/v1/tokenreviews"

    @Test("A user's flood is held at the door while nodes, leaders and other users are served") func flood() async throws {
        let bed = try await FairBed(seats: 60)
        let flood = (0..<400).map { _ in bed.begin("POST", reviews, as: "flood") }
        await bed.settle { bed.gate.waiting > 0 && bed.answered(flood) > 20 }
        let refused = await bed.finished(flood)
        #expect(refused.allSatisfy { $0.status == 429 && $0.headers["retry-after"] == "1" })
        #expect((20...120).contains(refused.count) && bed.gate.waiting < 60)
        // Those with seats of their own do not notice it.
        #expect(await bed.status("/api/v1/nodes/n1", as: "system:node:n1", groups: ["system:nodes"]) == 404)
        #expect(await bed.status("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/l", as: "system:kube-scheduler") == 404)
        #expect(await bed.status("/readyz", as: "anyone") == 200)
        #expect(await bed.status("/api/v1/namespaces/default", as: "root", groups: ["system:masters"]) == 200)
        // Another user of the same level waits for a seat, but not for the whole flood.
        let other = bed.begin("GET", "/api/v1/namespaces/default", as: "other")
        await bed.settle { bed.waiting(level: "global-default") > 100 }
        var released = 0
        while other.answer == nil, released < 400 {
            // One leaves by the gate and is answered; its seat is the next one's.
            await bed.settle { other.answer != nil || bed.gate.waiting > 0 }
            let before = bed.answered(flood)
            bed.gate.release(1)
            released += 1
            await bed.settle { other.answer != nil || bed.answered(flood) > before }
        }
        #expect(other.answer?.status == 200 && released < 100)
        bed.gate.open()
        await bed.settle { bed.answered(flood) == 400 }
        #expect(bed.waiting(level: "global-default") == 0)
    }

    @Test("Answers name their flow schema and priority level, and a watch leaves its seat") func headers() async throws {
        let bed = try await FairBed(seats: 60)
        let answer = bed.begin("GET", "/api/v1/namespaces/default/configmaps?watch=1", as: "someone")
        await bed.settle { answer.answer != nil }
        let uid = { (kind: String, name: String) in
            bed.realm.get("flowcontrol.apiserver.k8s.io/\(kind)/\(name)")?.value["metadata"]["uid"].string
        }
        #expect(answer.answer?.status == 200)
        #expect(answer.answer?.headers["x-kubernetes-pf-flowschema-uid"] == uid("flowschemas", "global-default"))
        #expect(answer.answer?.headers["x-kubernetes-pf-prioritylevel-uid"] == uid("prioritylevelconfigurations", "global-default"))
        #expect(bed.figure("apiserver_flowcontrol_current_executing_seats{priority_level=\"global-default\"}") == 0)
    }

    @Test("A flow schema says whether its priority level is there") func dangling() async throws {
        let bed = try await ClusterBed()
        let running = Task { try await bed.server.run() }
        defer { running.cancel() }
        let (schemas, level) = (
            "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
            "This FlowSchema references the PriorityLevelConfiguration object named \"none\""
        )
        _ = try await bed.post(
            schemas,
            [
                "apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema", "metadata": ["name": "lost"],
                "spec": ["priorityLevelConfiguration": ["name": "none"], "matchingPrecedence": 5000],
            ])
        func condition(_ name: String, _ status: String) async throws -> Value {
            for _ in 0..<60_000 {
                let found = try await bed.get("\(schemas)/\(name)")["status"]["conditions"][0]
                if found["status"].string == status { return found }
                try await SystemClock().sleep(for: .milliseconds(1))
            }
            return .null
        }
        let lost = try await condition("lost", "True")
        #expect(lost["type"] == "Dangling" && lost["reason"] == "NotFound")
        #expect(lost["message"].string == level + " but there is no such object")
        _ = try await bed.post(
            "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
            [
                "apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "PriorityLevelConfiguration", "metadata": ["name": "none"],
                "spec": ["type": "Limited", "limited": ["nominalConcurrencyShares": 5, "limitResponse": ["type": "Reject"]]],
            ])
        let found = try await condition("lost", "False")
        #expect(found["reason"] == "Found" && found["message"].string == level + " and it exists")
    }

    @Test("Who has waited too long is sent away") func timeOut() async throws {
        let bed = try await FairBed(seats: 5)
        let running = Task { try await bed.server.run() }
        defer { running.cancel() }
        let crowd = (0..<30).map { _ in bed.begin("POST", reviews, as: "crowd") }
        await bed.settle { bed.waiting(level: "global-default") > 10 }
        // The server looks every second, and time passes only while it waits for the next one.
        await bed.settle {
            if bed.clock.sleepers > 0 { bed.clock.advance(by: .seconds(1)) }
            return bed.waiting(level: "global-default") == 0
        }
        let refused = await bed.finished(crowd)
        #expect(refused.count > 10 && refused.allSatisfy { $0.status == 429 })
        bed.gate.open()
        await bed.settle { bed.answered(crowd) == 30 }
    }

    @Test("A schema that is written moves requests to its level at once") func ownSchema() async throws {
        let bed = try await FairBed(seats: 60)
        let schema: Value = [
            "apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema", "metadata": ["name": "mine"],
            "spec": [
                "priorityLevelConfiguration": ["name": "exempt"], "matchingPrecedence": 50,
                "rules": [
                    [
                        "subjects": [["kind": "User", "user": ["name": "vip"]]],
                        "resourceRules": [["verbs": ["get"], "apiGroups": [""], "resources": ["namespaces"], "namespaces": ["*"]]],
                    ]
                ],
            ],
        ]
        _ = try await bed.server.apply(.create(Kind.flowSchema, schema), by: "test")
        let answer = bed.begin("GET", "/api/v1/namespaces/default", as: "vip")
        await bed.settle { answer.answer != nil }
        let level = bed.realm.get("flowcontrol.apiserver.k8s.io/prioritylevelconfigurations/exempt")?.value["metadata"]["uid"].string
        #expect(answer.answer?.headers["x-kubernetes-pf-prioritylevel-uid"] == level)
    }
}

extension Kind {
    fileprivate static let flowSchema = Kind(
        group: "flowcontrol.apiserver.k8s.io", version: "v1", "FlowSchema", prefix: "flowcontrol.apiserver.k8s.io/flowschemas/",
        namespaced: false)
}

/// A server in which everybody may do everything, whose token reviews last until the gate lets them go.
private struct FairBed {
    let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
    let realm: Realm
    let server: APIServer
    let gate = Gate()

    private struct Anybody: Authorizer {
        func authorize(_ attributes: RequestAttributes) -> Decision { .allow(reason: "") }
    }

    init(seats: Int) async throws {
        realm = try await Store.memory(clock: clock).realm("cluster/test")
        var configuration = APIServerConfiguration()
        configuration.seats = seats
        let gate = gate
        let review = CreateOnlyResource(group: "authentication.k8s.io", resource: "tokenreviews", kind: "TokenReview") { request in
            await gate.pass()
            return request.object
        }
        server = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [ClientCertificateAuthenticator()],
            authorizers: [Anybody()], clock: clock, random: RandomSource(seed: 3), configuration: configuration,
            routes: HealthRoutes.routes(live: [], ready: []), creations: [review])
        try await server.bootstrap()
        try await FlowBootstrap.reconcile(realm.snapshot(), writer: server)
    }

    /// An answer that may come later.
    final class Pending: Sendable {
        private let state = Mutex<HTTPResponse?>(nil)
        var answer: HTTPResponse? { state.withLock { $0 } }
        func set(_ response: HTTPResponse) { state.withLock { $0 = response } }
    }

    func begin(_ method: String, _ target: String, as user: String, groups: [String] = []) -> Pending {
        let pending = Pending()
        let peer = Peer(certificate: PeerCertificate(commonName: user, organizations: groups))
        let body: Value = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": ["token": "t"]]
        let request = HTTPRequest(
            method, target, headers: method == "POST" ? ["content-type": "application/json"] : [:],
            body: .bytes(method == "POST" ? Array(JSON.text(body).utf8) : []), peer: peer)
        let server = server
        Task { pending.set(await server.respond(to: request)) }
        return pending
    }
    func status(_ target: String, as user: String, groups: [String] = []) async -> Int? {
        let pending = begin("GET", target, as: user, groups: groups)
        await settle { pending.answer != nil }
        return pending.answer?.status
    }
    func answered(_ all: [Pending]) -> Int { all.count { $0.answer != nil } }
    func finished(_ all: [Pending]) async -> [HTTPResponse] {
        // Each of them has an answer, stands in line, or is held at the gate.
        await settle { answered(all) + waiting(level: "global-default") + gate.waiting == all.count }
        return all.compactMap(\.answer)
    }
    /// Waits until something is so, as long as the busiest machine may take.
    func settle(_ condition: () -> Bool) async {
        let end = ContinuousClock.now + .seconds(60)
        while !condition(), ContinuousClock.now < end { for _ in 0..<20 { await Task.yield() } }
    }
    func waiting(level: String) -> Int { figure("apiserver_flowcontrol_current_inqueue_requests{priority_level=\"\(level)\"}") }
    func figure(_ name: String) -> Int {
        let line = server.flowControlFigures.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }
}

/// Lets through when told to.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    var waiting: Int { state.withLock { $0.waiting.count } }
    func pass() async {
        await withCheckedContinuation { continuation in
            let open = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if open { continuation.resume() }
        }
    }
    func release(_ count: Int) {
        let released = state.withLock { state in
            let released = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(released.count)
            return released
        }
        for continuation in released { continuation.resume() }
    }
    func open() {
        state.withLock { $0.isOpen = true }
        release(.max)
    }
}
