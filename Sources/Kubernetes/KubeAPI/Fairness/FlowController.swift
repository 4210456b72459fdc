import Control
import Documents
import KubeModel
import Network
import Storage
import Synchronization

/// Tells requests apart by the flow schemas and lets them in by their priority levels, so that no user's flood keeps others waiting.
/// Source: upstream's API priority and fairness.
final class FlowController: Sendable {
    /// The schemas of one moment.
    final class Configuration: Sendable {
        let revision: Revision
        /// By precedence, then by name.
        let schemas: [(schema: FlowSchema, level: PriorityLevel)]
        init(_ revision: Revision, _ schemas: [(schema: FlowSchema, level: PriorityLevel)]) {
            (self.revision, self.schemas) = (revision, schemas)
        }
    }
    private struct State {
        var configuration: Configuration?
        var levels: [String: PriorityLevel] = [:]
    }
    private let realm: Realm
    private let seats: Int
    private let changes: ChangeMark
    private let state = Mutex(State())
    /// The levels that lend and borrow.
    private let market = LevelMarket()

    /// - Parameter seats: requests that are carried out at the same time, all levels together.
    init(realm: Realm, seats: Int) {
        (self.realm, self.seats) = (realm, seats)
        changes = realm.mark(prefix: FlowBootstrap.prefix)
    }

    /// The flow of a request; nil when no schema matches, which only a cluster without the mandatory schemas has.
    func flow(_ attributes: RequestAttributes) -> Flow? {
        let configuration = configuration()
        guard let (schema, level) = configuration.schemas.first(where: { $0.schema.matches(attributes) }) else { return nil }
        return Flow(schema, level, attributes)
    }

    /// The newest change of schemas and levels: flows that were found before it may be others now.
    var revision: Revision { changes.revision }

    /// Refuses those that have waited too long.
    func expire(_ now: Timestamp) {
        for level in state.withLock({ Array($0.levels.values) }) { level.expire(now) }
    }

    /// The levels by name, for figures.
    var levels: [PriorityLevel] { state.withLock { $0.levels.values.sorted { $0.name < $1.name } } }

    private func configuration() -> Configuration {
        state.withLock { state in
            // Read before the documents: a change that comes in between only means one more reading.
            let revision = changes.revision
            if let known = state.configuration, known.revision == revision { return known }
            let fresh = read(revision, &state.levels)
            state.configuration = fresh
            return fresh
        }
    }

    private func read(_ revision: Revision, _ levels: inout [String: PriorityLevel]) -> Configuration {
        let snapshot = realm.snapshot()
        let documents = snapshot.range(prefix: FlowBootstrap.levelKind.prefix).map(\.value)
        let shares = documents.reduce(0) { $0 + Self.shares($1["spec"]) }
        var present: [String: PriorityLevel] = [:]
        for document in documents {
            let name = document["metadata"]["name"].string ?? ""
            let limits = Self.limits(document["spec"], seats: seats, shares: max(1, shares))
            if let known = levels[name] {
                known.change(limits)
                present[name] = known
            } else {
                present[name] = PriorityLevel(
                    name: name, uid: document["metadata"]["uid"].string ?? "", limits: limits,
                    borrowable: { [market] in market.borrowable($0) })
            }
        }
        levels = present
        market.replace(Array(present.values))
        let schemas = snapshot.range(prefix: FlowBootstrap.schemaKind.prefix).map { FlowSchema($0.value) }
            .sorted { ($0.precedence, $0.name) < ($1.precedence, $1.name) }
        return Configuration(revision, schemas.compactMap { schema in present[schema.level].map { (schema, $0) } })
    }

    private static func shares(_ spec: Value) -> Int {
        spec["type"] == "Exempt"
            ? spec["exempt"]["nominalConcurrencyShares"].int ?? 0 : spec["limited"]["nominalConcurrencyShares"].int ?? 30
    }
    /// Source: Kubernetes API reference, LimitedPriorityLevelConfiguration.
    private static func limits(_ spec: Value, seats: Int, shares: Int) -> PriorityLevel.Limits {
        let own = (seats * Self.shares(spec) + shares - 1) / shares
        let part = spec["type"] == "Exempt" ? spec["exempt"] : spec["limited"]
        var limits = PriorityLevel.Limits()
        limits.isExempt = spec["type"] == "Exempt"
        limits.seats = own
        limits.lendable = own * (part["lendablePercent"].int ?? 0) / 100
        guard part["limitResponse"]["type"] == "Queue" else { return limits }
        let queuing = part["limitResponse"]["queuing"]
        limits.queues = min(10_000, max(1, queuing["queues"].int ?? 64))
        limits.handSize = min(limits.queues, max(1, queuing["handSize"].int ?? 8))
        limits.queueLength = max(1, queuing["queueLengthLimit"].int ?? 50)
        return limits
    }
}

/// Where levels borrow seats that others do not use.
private final class LevelMarket: Sendable {
    private let levels = Mutex<[PriorityLevel]>([])
    func replace(_ levels: [PriorityLevel]) { self.levels.withLock { $0 = levels } }

    /// The seats that others would lend to a level and nobody else has borrowed yet.
    func borrowable(_ borrower: PriorityLevel) -> Int {
        let others = levels.withLock { $0 }.filter { $0 !== borrower }
        return max(0, others.reduce(0) { $0 + $1.idleSeats - $1.borrowed })
    }
}

extension APIServer {
    /// The flow of a request, as the caller's memory has it or found out anew.
    func flow(_ attributes: @autoclosure () -> RequestAttributes, _ path: RequestPath, _ verb: Verb, _ caller: Caller) -> Flow? {
        guard let endpoint = path.endpoint else { return flows.flow(attributes()) }
        let revision = flows.revision
        if let known = caller.flow(verb, endpoint, path, at: revision) { return known }
        let flow = flows.flow(attributes())
        if let flow { caller.note(flow, verb, endpoint, path, at: revision) }
        return flow
    }

    /// Answers a request in its turn.
    /// - Throws: `TooManyRequests` when there is no room for it; without a flow what `answer` throws.
    func inTurn(_ flow: Flow?, width: Int, _ answer: () async throws -> HTTPResponse) async throws -> HTTPResponse {
        guard let flow else { return try await answer() }
        guard await flow.level.enter(flow.hash, width: width, until: clock.now + configuration.queueTime) else {
            throw TooManyRequests(flow: flow)
        }
        defer { flow.level.leave(width: width) }
        var response = await answered(answer)
        for (name, value) in flow.fields { response.headers.add(name, value) }
        return response
    }
}

/// There is no room for a request at its priority level.
struct TooManyRequests: Error {
    let flow: Flow
    /// Source: upstream's answer when a priority level rejects a request.
    var response: HTTPResponse {
        var response = HTTPResponse(
            429, headers: ["content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "retry-after": "1"],
            body: .bytes(Array("Too many requests, please try again later.\n".utf8)))
        for (name, value) in flow.fields { response.headers.add(name, value) }
        return response
    }
}
