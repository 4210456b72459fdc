package import Documents
package import KubeModel
package import Network

/// Why a request to a cluster had no success.
package enum KubeClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The API server refused.
    case refused(KubeStatus)
    /// No answer could be had.
    case unreachable(HTTPError)
    /// The answer was not what the API promises.
    case malformed(String)
    /// The caller's task was cancelled.
    case cancelled

    /// The refusal, when there was one.
    package var status: KubeStatus? { if case .refused(let status) = self { status } else { nil } }
    /// The reason of a refusal.
    package var reason: KubeStatus.Reason? { status?.reason }
    /// Whether the document is not there.
    package var isNotFound: Bool { reason == .notFound }
    /// Whether the document has changed meanwhile, or is there already.
    package var isConflict: Bool { reason == .conflict || reason == .alreadyExists }
    /// Whether a revision or continue token is too old, so that the caller must list again.
    package var isExpired: Bool { reason == .expired || reason == .gone }

    package var description: String {
        switch self {
        case .refused(let status): status.message
        case .unreachable(let error): "the API server cannot be reached: \(error)"
        case .malformed(let text): "unexpected answer of the API server: \(text)"
        case .cancelled: "cancelled"
        }
    }

    init(_ error: any Error) {
        self =
            switch error {
            case let error as KubeClientError: error
            case HTTPError.cancelled: .cancelled
            case let error as HTTPError: Task.isCancelled ? .cancelled : .unreachable(error)
            case is CancellationError: .cancelled
            default: .unreachable(.connectionFailed("\(error)"))
            }
    }
}

extension KubeStatus {
    /// The refusal that a `Status` document tells of; nil when the document is no `Status`.
    package init?(document: Value, code: Int = 500) {
        guard document["kind"].string == "Status" else { return nil }
        let source = document["details"]
        var details: Details?
        if source.object != nil {
            var parsed = Details(
                name: source["name"].string ?? "", group: source["group"].string ?? "", kind: source["kind"].string ?? "")
            parsed.uid = source["uid"].string ?? ""
            parsed.retryAfterSeconds = source["retryAfterSeconds"].int ?? 0
            parsed.causes = source["causes"].items.map {
                Cause(reason: $0["reason"].string ?? "", message: $0["message"].string ?? "", field: $0["field"].string ?? "")
            }
            details = parsed
        }
        self.init(
            document["code"].int ?? code, Reason(rawValue: document["reason"].string ?? "") ?? .unknown,
            document["message"].string ?? "", details: details)
    }
}
