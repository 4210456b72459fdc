package import AWSProtocol
import Control
import Documents

/// What the handlers of STS work with. Sessions live beside IAM's documents, in the realm `global`.
package struct STSService: Sendable {
    private let account: String
    private let records: Records

    package init(account: String, records: Records) { (self.account, self.records) = (account, records) }

    /// The operations that have a handler.
    package var table: ServiceTable {
        ServiceTable(
            "sts",
            [
                "GetCallerIdentity": { _, context in
                    let caller = context.principal
                    return ["UserId": .string(caller.userID), "Account": .string(caller.account), "Arn": .string(caller.arn)]
                },
                "AssumeRole": assumeRole, "GetSessionToken": getSessionToken, "GetAccessKeyInfo": getAccessKeyInfo,
            ])
    }

    private func assumeRole(_ input: Value, _ context: OperationContext) async throws -> Value {
        let arn = input["RoleArn"].string ?? ""
        let name = arn.split(separator: "/").last.map(String.init) ?? ""
        let caller = context.principal
        guard arn.hasPrefix("arn:"), arn.contains(":role/") else { throw AWSError("ValidationError", "\(arn) is invalid") }
        guard let role = records.get(IAMRole.self, name), role.spec.arn == arn,
            PolicyDocument.allows(role.spec.trustPolicy ?? "", caller, externalID: input["ExternalId"].string)
        else {
            throw AWSError(
                "AccessDenied", "User: \(caller.arn) is not authorized to perform: sts:AssumeRole on resource: \(arn)", status: 403)
        }
        let seconds = input["DurationSeconds"].int ?? 3600
        if caller.arn.contains(":assumed-role/"), seconds > 3600 {
            throw AWSError(
                "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
        }
        guard seconds <= role.spec.longestSession ?? 3600 else {
            throw AWSError("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        let session = input["RoleSessionName"].string ?? ""
        let credential = try await assume(role, session: session, for: .seconds(seconds))
        return [
            "Credentials": Self.shape(credential),
            "AssumedRoleUser": ["AssumedRoleId": .string(credential.principal.userID), "Arn": .string(credential.principal.arn)],
            "SourceIdentity": input["SourceIdentity"],
        ]
    }

    /// Temporary keys of a role, as AssumeRole and the instance metadata service hand them out; the caller has checked who may have them.
    package func assume(_ role: IAMRole, session: String, for duration: Duration) async throws -> Credential {
        let name = role.spec.roleName ?? ""
        let principal = Principal(
            arn: "arn:aws:sts::\(account):assumed-role/\(name)/\(session)", account: account,
            userID: "\(role.spec.roleID ?? ""):\(session)",
            entryARN: role.spec.arn ?? "")
        return try await issue(principal, owner: name, isRole: true, for: duration)
    }

    private func getSessionToken(_ input: Value, _ context: OperationContext) async throws -> Value {
        let caller = context.principal
        guard caller.arn.contains(":user/"), let name = caller.arn.split(separator: "/").last else {
            throw AWSError("AccessDenied", "Cannot call GetSessionToken with session credentials", status: 403)
        }
        let credential = try await issue(
            caller, owner: String(name), isRole: false, for: .seconds(input["DurationSeconds"].int ?? 43200))
        return ["Credentials": Self.shape(credential)]
    }

    private func getAccessKeyInfo(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["AccessKeyId"].string ?? ""
        guard IAMCredentials(records: records, account: account).credential(accessKey: id) != nil else {
            throw AWSError("ValidationError", "Invalid value for access key id: \(id)")
        }
        return ["Account": .string(account)]
    }

    /// Stores new temporary keys, and drops those that are over.
    private func issue(_ principal: Principal, owner: String, isRole: Bool, for duration: Duration) async throws -> Credential {
        try await sweep()
        var session = STSSession()
        let expires = Timestamp(seconds: (records.clock.now + duration).seconds)
        let id = "ASIA" + IAMIDs.characters(16, records.random)
        session.metadata.name = id
        session.spec.secret = IAMIDs.secret(records.random)
        session.spec.token = "IQoJb3JpZ2luX2Vj" + IAMIDs.secret(records.random, length: 240)
        session.spec.expires = expires.text
        (session.spec.arn, session.spec.userID) = (principal.arn, principal.userID)
        (session.spec.ownerName, session.spec.ownerIsRole) = (owner, isRole)
        let stored = try await records.create(session)
        return Credential(
            accessKey: id, secret: stored.spec.secret ?? "", sessionToken: stored.spec.token, expires: expires, principal: principal)
    }

    private func sweep() async throws {
        let now = records.clock.now
        for session in records.list(STSSession.self) {
            guard let expires = session.spec.expires.flatMap(Timestamp.init), expires + .seconds(3600) < now else { continue }
            try await records.delete(STSSession.self, session.metadata.name ?? "")
        }
    }

    private static func shape(_ credential: Credential) -> Value {
        [
            "AccessKeyId": .string(credential.accessKey), "SecretAccessKey": .string(credential.secret),
            "SessionToken": .string(credential.sessionToken ?? ""), "Expiration": .string(credential.expires?.text ?? ""),
        ]
    }
}
