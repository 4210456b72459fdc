/// The refusals with upstream's codes and messages. Source: apimachinery, api/errors.
///
/// Resources are given as `KindInfo`, so that messages name them as upstream does: `deployments.apps "web" not found`.
extension KubeStatus {
    private static func details(_ kind: KindInfo, _ name: String) -> Details { Details(name: name, group: kind.group, kind: kind.plural) }

    /// 404 for a document that is not there.
    package static func notFound(_ kind: KindInfo, _ name: String) -> KubeStatus {
        KubeStatus(404, .notFound, "\(kind.resource) \(name.quoted) not found", details: details(kind, name))
    }
    /// 404 for a path or resource that is not served.
    package static let noSuchResource = KubeStatus(404, .notFound, "the server could not find the requested resource", details: Details())
    /// 409 for a document that is there already.
    package static func alreadyExists(_ kind: KindInfo, _ name: String) -> KubeStatus {
        KubeStatus(409, .alreadyExists, "\(kind.resource) \(name.quoted) already exists", details: details(kind, name))
    }
    /// 409 when no free name was found for `generateName`.
    package static func generatedNameTaken(_ kind: KindInfo, _ name: String) -> KubeStatus {
        let text = "\(kind.resource) \(name.quoted) already exists, the server was not able to generate a unique name for the object"
        var details = details(kind, name)
        details.retryAfterSeconds = 1
        return KubeStatus(409, .alreadyExists, text, details: details)
    }
    /// 409 for an update of a document that has changed, or with the given reason.
    package static func conflict(_ kind: KindInfo, _ name: String, _ reason: String = staleUpdate) -> KubeStatus {
        let text = "Operation cannot be fulfilled on \(kind.resource) \(name.quoted): \(reason)"
        return KubeStatus(409, .conflict, text, details: details(kind, name))
    }
    /// The usual reason of conflicts. Source: registry.OptimisticLockErrorMsg.
    package static let staleUpdate = "the object has been modified; please apply your changes to the latest version and try again"
    /// 403 for a request that a rule refuses; without a name for requests on a collection.
    package static func forbidden(_ kind: KindInfo, name: String = "", _ reason: String) -> KubeStatus {
        forbidden(group: kind.group, resource: kind.plural, name: name, reason)
    }
    /// 403 by the names of the request itself, for resources that may not even be served.
    package static func forbidden(group: String, resource: String, name: String = "", _ reason: String) -> KubeStatus {
        let qualified = group.isEmpty ? resource : "\(resource).\(group)"
        let subject =
            resource.isEmpty ? "forbidden" : name.isEmpty ? "\(qualified) is forbidden" : "\(qualified) \(name.quoted) is forbidden"
        return KubeStatus(403, .forbidden, "\(subject): \(reason)", details: Details(name: name, group: group, kind: resource))
    }
    /// 401 for a request without valid credentials.
    package static let unauthorized = KubeStatus(401, .unauthorized, "Unauthorized")
    /// 400 for a request that makes no sense.
    package static func badRequest(_ reason: String) -> KubeStatus { KubeStatus(400, .badRequest, reason) }
    /// 410 for something that will not come back.
    package static func gone(_ message: String) -> KubeStatus { KubeStatus(410, .gone, message) }
    /// 410 for a revision or continue token that is too old.
    package static func expired(_ message: String) -> KubeStatus { KubeStatus(410, .expired, message) }
    /// 410 for a watch from a revision that has been compacted away.
    package static func tooOldResourceVersion(_ asked: Int64, oldest: Int64) -> KubeStatus {
        expired("too old resource version: \(asked) (\(oldest))")
    }
    /// 422 for a document with wrong fields.
    package static func invalid(_ kind: KindInfo, _ name: String, _ errors: [FieldError]) -> KubeStatus {
        invalid(group: kind.group, kind: kind.kind, name: name, errors)
    }
    /// 422 by group and kind.
    package static func invalid(group: String, kind: String, name: String, _ errors: [FieldError]) -> KubeStatus {
        var details = Details(name: name, group: group, kind: kind)
        details.causes = errors.map { Cause(reason: $0.reason, message: $0.body, field: $0.path.description) }
        var texts: [String] = []
        for text in errors.map(\.description) where !texts.contains(text) { texts.append(text) }
        let reasons = texts.isEmpty ? "" : texts.count == 1 ? ": \(texts[0])" : ": [\(texts.joined(separator: ", "))]"
        let groupKind = group.isEmpty ? kind : "\(kind).\(group)"
        return KubeStatus(422, .invalid, "\(groupKind) \(name.quoted) is invalid\(reasons)", details: details)
    }
    /// 405 for a verb that a resource does not have.
    package static func methodNotAllowed(_ kind: KindInfo, _ verb: String) -> KubeStatus {
        let text = "\(verb) is not supported on resources of kind \(kind.resource.quoted)"
        return KubeStatus(405, .methodNotAllowed, text, details: Details(group: kind.group, kind: kind.plural))
    }
    /// 405 with a reason of its own.
    package static func methodNotAllowed(_ kind: KindInfo, message: String) -> KubeStatus {
        KubeStatus(405, .methodNotAllowed, message, details: Details(group: kind.group, kind: kind.plural))
    }
    /// 405 for a method that a path does not take.
    package static let methodNotAllowed = KubeStatus(
        405, .methodNotAllowed, "the server does not allow this method on the requested resource")
    /// 429, to be tried again.
    package static func tooManyRequests(_ message: String, retryAfterSeconds: Int = 0) -> KubeStatus {
        var details = Details()
        details.retryAfterSeconds = retryAfterSeconds
        return KubeStatus(429, .tooManyRequests, message, details: details)
    }
    /// 429 for an eviction that a budget does not allow now.
    package static func disruptionBudget(_ budget: String, needs: Int, has: Int) -> KubeStatus {
        var details = Details()
        let text = "The disruption budget \(budget) needs \(needs) healthy pods and has \(has) currently"
        details.causes = [Cause(reason: "DisruptionBudget", message: text)]
        return KubeStatus(429, .tooManyRequests, "Cannot evict pod as it would violate the pod's disruption budget.", details: details)
    }
    /// 500 for a fault of ours; keep secrets out of the text.
    package static func internalError(_ reason: String) -> KubeStatus {
        var details = Details()
        details.causes = [Cause(message: reason)]
        return KubeStatus(500, .internalError, "Internal error occurred: \(reason)", details: details)
    }
    /// 504 for a request that took too long.
    package static func timeout(_ reason: String) -> KubeStatus { KubeStatus(504, .timeout, "Timeout: \(reason)", details: Details()) }
    /// 503 while the server cannot serve.
    package static func serviceUnavailable(_ reason: String) -> KubeStatus { KubeStatus(503, .serviceUnavailable, reason) }
    /// 413 for a body beyond the limit.
    package static func tooLarge(limit: Int) -> KubeStatus {
        KubeStatus(413, .requestEntityTooLarge, "Request entity too large: limit is \(limit)")
    }
    /// 415 for a body in a format that is not read.
    package static func unsupportedMediaType(accepted: [String]) -> KubeStatus {
        let text = "the body of the request was in an unknown format - accepted media types include: \(accepted.joined(separator: ", "))"
        return KubeStatus(415, .unsupportedMediaType, text)
    }
    /// 406 for an answer in a format that is not written.
    package static func notAcceptable(accepted: [String]) -> KubeStatus {
        KubeStatus(406, .notAcceptable, "only the following media types are accepted: \(accepted.joined(separator: ", "))")
    }
}
