import Control
import Network
package import Storage
import Synchronization

/// What decisions about access rest on: as long as it is the same, they are.
package struct AccessStamp: Sendable, Equatable {
    /// The newest change of roles and bindings.
    package let roles: Revision
    /// The newest change of what access policies are made of.
    package let policies: Revision
    package init(roles: Revision, policies: Revision) { (self.roles, self.policies) = (roles, policies) }
}

/// A user at the other end of a connection, with what was decided about his requests lately.
final class Caller: Sendable {
    let user: UserInfo
    /// The `Authorization` header that he is known by; nil without one.
    let credential: String?
    private let holds: (@Sendable (Timestamp) -> Bool)?
    private let decisions = Mutex(Decisions())
    private let flows = Mutex(Flows())

    /// What is done to the objects of a collection or to one part of them, whatever their names.
    private struct Collection {
        let endpoint: Endpoint
        let verb: Verb
        let namespace: String
        let subresource: String
        init(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath) {
            (self.endpoint, self.verb, namespace, subresource) = (endpoint, verb, path.namespace, path.subresource)
        }
        func covers(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath) -> Bool {
            self.endpoint === endpoint && self.verb == verb && namespace == path.namespace && subresource == path.subresource
        }
    }
    /// Whether something may be done whatever the object's name.
    private struct Decision {
        let collection: Collection
        let isAllowed: Bool
    }
    private struct Decisions {
        var stamp: AccessStamp?
        var known: [Decision?] = []
    }
    /// The flow of the user's requests on a collection.
    private struct KnownFlow {
        let flow: Flow
        let collection: Collection
    }
    private struct Flows {
        var revision: Revision = -1
        var known: [KnownFlow?] = []
    }
    private static let slots = 16

    init(_ standing: Standing, credential: String? = nil) {
        (user, holds, self.credential) = (standing.user, standing.holds, credential)
    }

    /// Whether the credential still stands for the user.
    func stands(_ now: Timestamp) -> Bool { holds?(now) ?? false }
    /// Whether the next request with the same credential can be taken as his.
    var canBeKept: Bool { holds != nil }

    /// Whether the requests were allowed for every name when access stood as it does now; nil when that was not found out.
    func mayDo(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath, at stamp: AccessStamp) -> Bool? {
        decisions.withLock { decisions in
            guard decisions.stamp == stamp, let known = decisions.known[Self.slot(verb, endpoint, path)] else { return nil }
            return known.collection.covers(verb, endpoint, path) ? known.isAllowed : nil
        }
    }
    /// Notes whether such requests are allowed for every name.
    func note(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath, isAllowed: Bool, at stamp: AccessStamp) {
        decisions.withLock { decisions in
            if decisions.stamp != stamp {
                (decisions.stamp, decisions.known) = (stamp, Array(repeating: nil, count: Self.slots))
            }
            let decision = Decision(collection: Collection(verb, endpoint, path), isAllowed: isAllowed)
            decisions.known[Self.slot(verb, endpoint, path)] = decision
        }
    }

    /// The flow that was found for such requests when the schemas stood as they do now.
    func flow(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath, at revision: Revision) -> Flow? {
        flows.withLock { flows in
            guard flows.revision == revision, let known = flows.known[Self.slot(verb, endpoint, path)] else { return nil }
            return known.collection.covers(verb, endpoint, path) ? known.flow : nil
        }
    }
    /// Notes the flow of such requests.
    func note(_ flow: Flow, _ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath, at revision: Revision) {
        flows.withLock { flows in
            if flows.revision != revision { (flows.revision, flows.known) = (revision, Array(repeating: nil, count: Self.slots)) }
            flows.known[Self.slot(verb, endpoint, path)] = KnownFlow(flow: flow, collection: Collection(verb, endpoint, path))
        }
    }

    private static func slot(_ verb: Verb, _ endpoint: Endpoint, _ path: RequestPath) -> Int {
        (endpoint.number &* 5 &+ verb.number &+ path.subresource.utf8.count) % slots
    }
}

/// The latest callers of one connection: few, for a connection is one client's or a proxy's.
final class CallerMemory: Sendable {
    private let callers = Mutex<[Caller]>([])
    private let prompt = Mutex<PromptMemo?>(nil)
    private static let limit = 4

    /// Where a plain GET leads when it is like the one before.
    func place(of request: HTTPRequest) -> PromptPlace? { prompt.withLock { $0?.place(of: request) } }
    /// Remembers where a plain GET led.
    func note(_ place: PromptPlace, of request: HTTPRequest, name: String) {
        let memo = PromptMemo(place, of: request, name: name)
        prompt.withLock { $0 = memo }
    }

    /// The caller that a credential was found to be.
    func find(_ credential: String?) -> Caller? {
        callers.withLock { callers in callers.first { $0.credential == credential } }
    }
    func add(_ caller: Caller) {
        callers.withLock { callers in
            callers.removeAll { $0.credential == caller.credential }
            if callers.count == Self.limit { callers.removeFirst() }
            callers.append(caller)
        }
    }
    /// The memory that goes with a connection, made at the first use.
    static func of(_ memory: PeerMemory) -> CallerMemory {
        if let kept = memory.value as? CallerMemory { return kept }
        let fresh = CallerMemory()
        memory.value = fresh
        return fresh
    }
}
