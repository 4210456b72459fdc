/// A status of gRPC by its name. Source: github.com/grpc/grpc, doc/statuscodes.md.
package enum GRPCCode: Int, Sendable, Hashable, CaseIterable {
    case ok, canceled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
    case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss, unauthenticated

    /// As in Go: `NotFound`.
    package var name: String {
        switch self {
        case .ok: "OK"
        case .canceled: "Canceled"
        case .unknown: "Unknown"
        case .invalidArgument: "InvalidArgument"
        case .deadlineExceeded: "DeadlineExceeded"
        case .notFound: "NotFound"
        case .alreadyExists: "AlreadyExists"
        case .permissionDenied: "PermissionDenied"
        case .resourceExhausted: "ResourceExhausted"
        case .failedPrecondition: "FailedPrecondition"
        case .aborted: "Aborted"
        case .outOfRange: "OutOfRange"
        case .unimplemented: "Unimplemented"
        case .internal: "Internal"
        case .unavailable: "Unavailable"
        case .dataLoss: "DataLoss"
        case .unauthenticated: "Unauthenticated"
        }
    }

    /// What a status of HTTP stands for when the answer is no gRPC. Source: doc/http-grpc-status-mapping.md.
    init(httpStatus: Int) {
        switch httpStatus {
        case 400: self = .internal
        case 401: self = .unauthenticated
        case 403: self = .permissionDenied
        case 404: self = .unimplemented
        case 429, 502, 503, 504: self = .unavailable
        default: self = .unknown
        }
    }
}

/// Why a call did not succeed: the server's status, or what kept the call from it (`unavailable`, `deadlineExceeded`, `canceled`).
package struct GRPCError: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: GRPCCode
    package let message: String
    package init(_ code: GRPCCode, _ message: String) { (self.code, self.message) = (code, message) }
    /// As grpc-go puts it, which logs and events show.
    package var description: String { "rpc error: code = \(code.name) desc = \(message)" }

    /// What a failure of the connection means for a call.
    init(_ error: any Error) {
        switch error {
        case let error as GRPCError: self = error
        case HTTPError.timedOut: self.init(.deadlineExceeded, "context deadline exceeded")
        case HTTPError.cancelled: self.init(.canceled, "context canceled")
        case is CancellationError: self.init(.canceled, "context canceled")
        case HTTPError.connectionFailed(let reason):
            self.init(.unavailable, "connection error: desc = \"transport: Error while dialing: \(reason)\"")
        case HTTPError.connectionLost(let reason): self.init(.unavailable, "error reading from server: \(reason)")
        case HTTPError.untrusted(let reason):
            self.init(.unavailable, "connection error: desc = \"transport: authentication handshake failed: \(reason)\"")
        case HTTPError.malformed(let reason): self.init(.internal, reason)
        default: self.init(.unknown, "\(error)")
        }
    }

    /// The outcome that the fields behind (or instead of) the messages tell; nil for success.
    init?(status fields: HTTPFields) {
        guard let text = fields["grpc-status"] else {
            self.init(.unknown, "the server ended the call without a status")
            return
        }
        let code = Int(text).flatMap(GRPCCode.init(rawValue:)) ?? .unknown
        guard code != .ok else { return nil }
        self.init(code, GRPCFraming.decodeMessage(fields["grpc-message"] ?? ""))
    }
}
