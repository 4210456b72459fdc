package import Control
package import Documents

/// An error that AWS's clients understand: a code of the service's model (or of the protocol), its message and HTTP status.
package struct AWSError: Error, Sendable, Hashable {
    package var code: String
    package var message: String
    package var status: Int
    /// Members of the error's shape besides the message, as `clusterName` in EKS's ResourceNotFoundException.
    package var members: Value
    package init(_ code: String, _ message: String, status: Int = 400, members: Value = .null) {
        (self.code, self.message, self.status, self.members) = (code, message, status, members)
    }
}

/// Who signed a request, after IAM has looked the access key up.
package struct Principal: Sendable, Hashable {
    /// `arn:aws:iam::111122223333:user/alice`, `arn:aws:sts::111122223333:assumed-role/Role/session`, or the account's root.
    package var arn: String
    package var account: String
    /// The unique id that STS reports as UserId: `AIDA…`, or `AROA…:session`.
    package var userID: String
    /// The ARN that access entries name: for an assumed role the role's own ARN (with its path), otherwise `arn`.
    package var entryARN: String
    package init(arn: String, account: String, userID: String, entryARN: String) {
        (self.arn, self.account, self.userID, self.entryARN) = (arn, account, userID, entryARN)
    }
}

/// What a handler knows of the request besides its input.
package struct OperationContext: Sendable {
    package let principal: Principal
    package let region: String
    package let requestID: String
    package let now: Timestamp
    package init(principal: Principal, region: String, requestID: String, now: Timestamp) {
        (self.principal, self.region, self.requestID, self.now) = (principal, region, requestID, now)
    }
}

/// What a handler does: takes the validated input by member names, returns the output by member names.
/// - Throws: `AWSError`.
package typealias OperationHandler = @Sendable (_ input: Value, _ context: OperationContext) async throws -> Value

/// The operations of one service that have a handler: `"CreateCluster": createCluster`.
package struct ServiceTable: Sendable {
    /// The model's name: `eks`, `sts`, `iam`, `ec2`, `autoscaling`.
    package let service: String
    package let operations: [String: OperationHandler]
    package init(_ service: String, _ operations: [String: OperationHandler]) { (self.service, self.operations) = (service, operations) }
}

/// Looks up the secret of an access key.
package protocol CredentialSource: Sendable {
    /// The secret, the session token that must accompany it (temporary keys), their expiry, and who they belong to; nil for an unknown key.
    func credential(accessKey: String) -> Credential?
}
/// A key as IAM or STS issued it.
package struct Credential: Sendable, Hashable {
    package var accessKey: String
    package var secret: String
    package var sessionToken: String?
    package var expires: Timestamp?
    package var active: Bool
    package var principal: Principal
    package init(
        accessKey: String, secret: String, sessionToken: String? = nil, expires: Timestamp? = nil, active: Bool = true, principal: Principal
    ) {
        (self.accessKey, self.secret, self.sessionToken, self.expires, self.active, self.principal) =
            (accessKey, secret, sessionToken, expires, active, principal)
    }
}
