package import Control
import Documents
package import Network
import Synchronization

/// Who calls a server that leaves it to the API server who people are and what they may do. Source: authentication.k8s.io/v1 UserInfo.
package struct Caller: Sendable, Hashable {
    package var name: String
    package var uid = ""
    package var groups: [String] = []
    package var extra: [String: [String]] = [:]
    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        (self.name, self.uid, self.groups, self.extra) = (name, uid, groups, extra)
    }
}

/// Answers that hold for a while, so many at most.
private final class AnswerCache<Key: Hashable & Sendable, Answer: Sendable>: Sendable {
    private let limit: Int
    private let answers = Mutex<[Key: (answer: Answer, until: Timestamp)]>([:])
    init(limit: Int = 1024) { self.limit = limit }

    func answer(_ key: Key, at now: Timestamp) -> Answer? {
        answers.withLock { answers in
            guard let entry = answers[key] else { return nil }
            if entry.until > now { return entry.answer }
            answers[key] = nil
            return nil
        }
    }
    func keep(_ answer: Answer, for key: Key, until: Timestamp, now: Timestamp) {
        answers.withLock { answers in
            if answers.count >= limit { answers = answers.filter { $0.value.until > now } }
            if answers.count >= limit { answers = [:] }
            answers[key] = (answer, until)
        }
    }
}

/// Tells who calls: by a client certificate of the cluster's authority, or by a bearer token that the API server knows.
/// Source: kubelet authentication/authorization documentation; token answers hold for two minutes.
package struct CallerAuthentication: Sendable {
    private let client: KubeClient
    private let clock: any WallClock
    private let cache = AnswerCache<String, Caller?>()
    package init(client: KubeClient, clock: any WallClock) { (self.client, self.clock) = (client, clock) }

    /// nil for a caller without proof of who it is.
    package func caller(of request: HTTPRequest) async throws(KubeClientError) -> Caller? {
        if let certificate = request.peer.certificate {
            return Caller(name: certificate.commonName, groups: certificate.organizations + ["system:authenticated"])
        }
        let words = (request.headers["authorization"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        let token = String(words[1])
        if let known = cache.answer(token, at: clock.now) { return known }
        let review: Value = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": ["token": .string(token)]]
        let status = try await client.send("POST", ["apis", "authentication.k8s.io", "v1", "tokenreviews"], [], review)["status"]
        let caller = status["authenticated"].bool == true ? Caller(status["user"]) : nil
        cache.keep(caller, for: token, until: clock.now + .seconds(120), now: clock.now)
        return caller
    }
}

extension Caller {
    fileprivate init(_ user: Value) {
        self.init(name: user["username"].string ?? "", uid: user["uid"].string ?? "", groups: user["groups"].items.compactMap(\.string))
        for member in user["extra"].object ?? [:] { extra[member.key] = member.value.items.compactMap(\.string) }
    }
}

/// Asks the API server what callers may do. Source: kubelet's defaults: leave holds for 5 minutes, refusal for 30 seconds.
package struct CallerAuthorization: Sendable {
    private struct Question: Hashable {
        let caller: Caller
        let attributes: [String: String]
    }
    private let client: KubeClient
    private let clock: any WallClock
    private let cache = AnswerCache<Question, Bool>()
    package init(client: KubeClient, clock: any WallClock) { (self.client, self.clock) = (client, clock) }

    /// Whether a caller may do something. - Parameter attributes: members of ResourceAttributes, or of NonResourceAttributes with `path`.
    package func allows(_ caller: Caller, _ attributes: [String: String]) async throws(KubeClientError) -> Bool {
        let question = Question(caller: caller, attributes: attributes)
        if let known = cache.answer(question, at: clock.now) { return known }
        let kind = attributes["path"] == nil ? "resourceAttributes" : "nonResourceAttributes"
        var spec: Value = ["user": .string(caller.name), kind: Value(attributes)]
        if !caller.uid.isEmpty { spec["uid"] = .string(caller.uid) }
        spec["groups"] = .array(caller.groups.map(Value.string))
        for (key, values) in caller.extra { spec[path: ["extra", key]] = .array(values.map(Value.string)) }
        let review: Value = ["apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec]
        let answer = try await client.send("POST", ["apis", "authorization.k8s.io", "v1", "subjectaccessreviews"], [], review)
        let isAllowed = answer["status"]["allowed"].bool == true
        cache.keep(isAllowed, for: question, until: clock.now + .seconds(isAllowed ? 300 : 30), now: clock.now)
        return isAllowed
    }
}
