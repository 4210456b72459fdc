package import Control
import Cryptography
import Documents
import KubeModel
package import Storage

/// Issues service-account tokens. Source: authentication.k8s.io/v1 TokenRequest; upstream's token REST storage.
package struct TokenRequests: Sendable {
    private let issuer: ServiceAccountIssuer
    private let realm: Realm
    private let clock: any WallClock
    /// Longest life of a token in seconds; longer wishes are shortened. EKS allows a day.
    private let maximumSeconds: Int
    package init(issuer: ServiceAccountIssuer, realm: Realm, clock: any WallClock, maximumSeconds: Int = 86_400) {
        (self.issuer, self.realm, self.clock, self.maximumSeconds) = (issuer, realm, clock, maximumSeconds)
    }

    /// `serviceaccounts/token`.
    package var resource: CreateOnlyResource {
        let requests = self
        return CreateOnlyResource(group: "", resource: "serviceaccounts", subresource: "token", kind: "TokenRequest") { request in
            try requests.issue(request)
        }
    }

    private func issue(_ request: CreateOnlyRequest) throws -> Value {
        let snapshot = realm.snapshot()
        let key = ServiceAccountFields.kind.key(request.namespace, request.name)
        guard let account = snapshot.get(key)?.value else { throw Self.notFound("serviceaccounts", request.name) }
        var answer = request.object
        let asked = request.object["spec"]["expirationSeconds"].int ?? 3600
        let field = FieldPath("spec", "expirationSeconds")
        if asked < 600 { throw invalid(.invalid(field, .int(Int64(asked)), "may not specify a duration less than 10 minutes")) }
        if asked > 1 << 32 { throw invalid(.invalid(field, .int(Int64(asked)), "may not specify a duration larger than 2^32 seconds")) }
        let audiences = request.object["spec"]["audiences"].items.compactMap(\.string)
        answer["spec"]["audiences"] = (audiences.isEmpty ? Array(issuer.audiences.prefix(1)) : audiences).value
        answer["spec"]["expirationSeconds"] = .int(Int64(min(asked, maximumSeconds)))
        let bound = try binding(request, snapshot)
        let expiry = clock.now.seconds + Int64(min(asked, maximumSeconds))
        let claims = claims(account, request.namespace, audiences: answer["spec"]["audiences"], expiry: expiry, bound: bound)
        let token: String
        do { token = try JWT.sign(claims, with: issuer.key) } catch { throw KubeStatus.internalError("failed to generate token: \(error)") }
        answer["status"] = ["expirationTimestamp": .string(Timestamp(seconds: expiry).text), "token": .string(token)]
        if answer["metadata"].isNull { answer["metadata"] = [:] }
        answer["metadata"]["name"] = .string(request.name)
        answer["metadata"]["namespace"] = .string(request.namespace)
        answer["metadata"]["creationTimestamp"] = .string(clock.now.text)
        return answer
    }

    private func claims(_ account: Value, _ namespace: String, audiences: Value, expiry: Int64, bound: Object) -> Value {
        let name = account["metadata"]["name"].string ?? ""
        var own = bound
        own["namespace"] = .string(namespace)
        own["serviceaccount"] = ["name": .string(name), "uid": account["metadata"]["uid"]]
        let now = clock.now.seconds
        return [
            "aud": audiences, "exp": .int(expiry), "iat": .int(now), "iss": .string(issuer.issuer), "jti": .string(Self.tokenID()),
            "kubernetes.io": .object(own), "nbf": .int(now), "sub": .string("system:serviceaccount:\(namespace):\(name)"),
        ]
    }

    /// The claims about the object that the token lives and dies with.
    private func binding(_ request: CreateOnlyRequest, _ snapshot: Snapshot) throws -> Object {
        let reference = request.object["spec"]["boundObjectRef"]
        try checkNode(request, reference, snapshot)
        guard !reference.isNull else { return [:] }
        let (kind, name) = (reference["kind"].string ?? "", reference["name"].string ?? "")
        let version = reference["apiVersion"].string ?? "v1"
        let place: (key: String, resource: String)
        switch (version, kind) {
        case ("v1", "Pod"): place = (PodFields.kind.key(request.namespace, name), "pods")
        case ("v1", "Secret"): place = (SecretFields.kind.key(request.namespace, name), "secrets")
        case ("v1", "Node"): place = (NodeFields.kind.key(nil, name), "nodes")
        default:
            throw KubeStatus.badRequest(
                "cannot bind token for serviceaccount \(request.name.quoted) to object of type \(version), Kind=\(kind)")
        }
        guard let object = snapshot.get(place.key)?.value else { throw Self.notFound(place.resource, name) }
        let uid = object["metadata"]["uid"]
        if let wanted = reference["uid"].string, !wanted.isEmpty, wanted != uid.string {
            let text =
                "the UID in the bound object reference (\(wanted)) does not match the UID in record. "
                + "The object might have been deleted and then recreated"
            let details = KubeStatus.Details(name: name, kind: place.resource)
            throw KubeStatus(409, .conflict, "Operation cannot be fulfilled on \(place.resource) \(name.quoted): \(text)", details: details)
        }
        var claims: Object = [kind.lowercased(): ["name": .string(name), "uid": uid]]
        guard kind == "Pod" else { return claims }
        guard object["spec"]["serviceAccountName"].string == request.name else {
            throw KubeStatus.badRequest(
                "cannot bind token for serviceaccount \(request.name.quoted) to pod running with different serviceaccount name.")
        }
        if let node = object["spec"]["nodeName"].string, !node.isEmpty {
            let uid = snapshot.get(NodeFields.kind.key(nil, node))?.value["metadata"]["uid"] ?? .null
            claims["node"] = uid.isNull ? ["name": .string(node)] : ["name": .string(node), "uid": uid]
        }
        return claims
    }

    /// A node gets tokens only for the pods that run on it. Source: upstream's NodeRestriction.
    private func checkNode(_ request: CreateOnlyRequest, _ reference: Value, _ snapshot: Snapshot) throws(KubeStatus) {
        guard request.user.groups.contains(WellKnownGroup.nodes) else { return }
        func refusal(_ text: String) -> KubeStatus { .forbidden(group: "", resource: "serviceaccounts", name: request.name, text) }
        guard let node = NodeAuthorizer.node(of: request.user) else {
            throw refusal("could not determine node from user \(request.user.name.quoted)")
        }
        guard reference["kind"] == "Pod", let pod = reference["name"].string else {
            throw refusal("node requested token not bound to a pod")
        }
        guard reference["uid"].string?.isEmpty == false else { throw refusal("node requested token with a pod binding without a uid") }
        let found = snapshot.get(PodFields.kind.key(request.namespace, pod))?.value
        guard found?["spec"]["nodeName"].string == node else {
            throw refusal("node requested token bound to a pod scheduled on a different node")
        }
    }

    private func invalid(_ error: FieldError) -> KubeStatus {
        .invalid(group: "authentication.k8s.io", kind: "TokenRequest", name: "", [error])
    }
    private static func notFound(_ resource: String, _ name: String) -> KubeStatus {
        KubeStatus(404, .notFound, "\(resource) \(name.quoted) not found", details: KubeStatus.Details(name: name, kind: resource))
    }
    /// A random UUID of version 4.
    private static func tokenID() -> String {
        var bytes = SecureRandom.bytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let text = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
