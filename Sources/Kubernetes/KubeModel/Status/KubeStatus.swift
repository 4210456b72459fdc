package import Documents

/// A refusal as clients get it: the fields of a `Status` document. Source: apimachinery, api/errors.
package struct KubeStatus: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed set of reasons. Source: meta/v1 StatusReason.
    package enum Reason: String, Sendable, Hashable {
        case unknown = ""
        case unauthorized = "Unauthorized"
        case forbidden = "Forbidden"
        case notFound = "NotFound"
        case alreadyExists = "AlreadyExists"
        case conflict = "Conflict"
        case gone = "Gone"
        case invalid = "Invalid"
        case serverTimeout = "ServerTimeout"
        case timeout = "Timeout"
        case tooManyRequests = "TooManyRequests"
        case badRequest = "BadRequest"
        case methodNotAllowed = "MethodNotAllowed"
        case notAcceptable = "NotAcceptable"
        case requestEntityTooLarge = "RequestEntityTooLarge"
        case unsupportedMediaType = "UnsupportedMediaType"
        case internalError = "InternalError"
        case expired = "Expired"
        case serviceUnavailable = "ServiceUnavailable"
    }
    /// One cause among several.
    package struct Cause: Sendable, Hashable {
        package var reason: String
        package var message: String
        package var field: String
        package init(reason: String = "", message: String, field: String = "") {
            (self.reason, self.message, self.field) = (reason, message, field)
        }
    }
    /// What the refusal is about.
    package struct Details: Sendable, Hashable {
        package var name = ""
        package var group = ""
        /// The resource, or for invalid documents the kind.
        package var kind = ""
        package var uid = ""
        package var causes: [Cause] = []
        package var retryAfterSeconds = 0
        package init(name: String = "", group: String = "", kind: String = "") { (self.name, self.group, self.kind) = (name, group, kind) }
    }
    /// The HTTP status, the reason that clients decide by, and the sentence for people.
    package let code: Int
    package let reason: Reason
    package let message: String
    package var details: Details?
    /// Where a list whose token is too old can go on, inconsistently.
    package var continueToken: String?
    package init(_ code: Int, _ reason: Reason, _ message: String, details: Details? = nil) {
        (self.code, self.reason, self.message, self.details) = (code, reason, message, details)
    }
    package var description: String { message }

    /// The `Status` document.
    package var document: Value {
        var status: Value = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message)]
        if let continueToken { status["metadata"] = ["continue": .string(continueToken)] }
        if reason != .unknown { status["reason"] = .string(reason.rawValue) }
        if let details { status["details"] = details.value }
        status["code"] = .int(Int64(code))
        return status
    }
    /// The `Status` document of a success, as deletions answer it.
    package static func success(name: String, group: String, kind: String, uid: String = "") -> Value {
        var details = Details(name: name, group: group, kind: kind)
        details.uid = uid
        return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details.value]
    }
}

extension KubeStatus.Details {
    var value: Value {
        var value: Value = .object([:])
        if !name.isEmpty { value["name"] = .string(name) }
        if !group.isEmpty { value["group"] = .string(group) }
        if !kind.isEmpty { value["kind"] = .string(kind) }
        if !uid.isEmpty { value["uid"] = .string(uid) }
        if !causes.isEmpty { value["causes"] = .array(causes.map(\.value)) }
        if retryAfterSeconds > 0 { value["retryAfterSeconds"] = .int(Int64(retryAfterSeconds)) }
        return value
    }
}

extension KubeStatus.Cause {
    var value: Value {
        var value: Value = .object([:])
        if !reason.isEmpty { value["reason"] = .string(reason) }
        value["message"] = .string(message)
        if !field.isEmpty { value["field"] = .string(field) }
        return value
    }
}

extension KubeStatus {
    /// Reads a `Status` document of a failure, as a client gets it; nil for anything else.
    package init?(_ document: Value) {
        guard document["kind"] == "Status", document["status"] == "Failure" else { return nil }
        let reason = Reason(rawValue: document["reason"].string ?? "") ?? .unknown
        let given = document["details"]
        var details =
            given.isNull
            ? nil : Details(name: given["name"].string ?? "", group: given["group"].string ?? "", kind: given["kind"].string ?? "")
        details?.uid = given["uid"].string ?? ""
        details?.retryAfterSeconds = given["retryAfterSeconds"].int ?? 0
        details?.causes = given["causes"].items.map { cause in
            Cause(reason: cause["reason"].string ?? "", message: cause["message"].string ?? "", field: cause["field"].string ?? "")
        }
        self.init(document["code"].int ?? 500, reason, document["message"].string ?? "", details: details)
    }
}
