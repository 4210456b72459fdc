import AWSProtocol
import Control
import Documents

/// Access keys of users.
extension IAMService {
    private static let keysPerUser = 2

    var accessKeyOperations: [String: OperationHandler] {
        [
            "CreateAccessKey": createAccessKey, "ListAccessKeys": listAccessKeys, "UpdateAccessKey": updateAccessKey,
            "DeleteAccessKey": deleteAccessKey,
        ]
    }

    /// The keys of the user of that name.
    func keys(of userName: String) -> [IAMAccessKey] { records.list(IAMAccessKey.self).filter { $0.spec.userName == userName } }

    private func createAccessKey(_ input: Value, _ context: OperationContext) async throws -> Value {
        let named = try callerOrNamed(input, context)
        let user = try find(.user, named)
        guard keys(of: user["UserName"].string ?? "").count < Self.keysPerUser else {
            throw IAMError.quota("AccessKeysPerUser", Self.keysPerUser)
        }
        return ["AccessKey": try await newKey(of: user, now: context.now).spec.value]
    }

    /// Issues a key to a user.
    func newKey(of user: Value, now: Timestamp) async throws -> IAMAccessKey {
        var key = IAMAccessKey()
        let id = uniqueID("AKIA", 16)
        key.metadata.name = id
        key.spec.accessKeyID = id
        (key.spec.userName, key.spec.userID) = (user["UserName"].string, user["UserId"].string)
        (key.spec.secret, key.spec.status, key.spec.created) = (IAMIDs.secret(records.random), "Active", now.text)
        return try await records.create(key)
    }

    private func listAccessKeys(_ input: Value, _ context: OperationContext) async throws -> Value {
        let user = try find(.user, callerOrNamed(input, context))
        let found = keys(of: user["UserName"].string ?? "").map(\.spec.value)
        return try Self.page(found.sorted { ($0["CreateDate"].string ?? "") < ($1["CreateDate"].string ?? "") }, input, "AccessKeyMetadata")
    }

    private func key(_ input: Value, _ context: OperationContext) throws -> IAMAccessKey {
        let user = try find(.user, callerOrNamed(input, context))
        let id = input["AccessKeyId"].string ?? ""
        guard let key = records.get(IAMAccessKey.self, id), key.spec.userName == user["UserName"].string else {
            throw IAMError.missing("The Access Key with id \(id) cannot be found.")
        }
        return key
    }

    private func updateAccessKey(_ input: Value, _ context: OperationContext) async throws -> Value {
        let key = try key(input, context)
        _ = try await records.update(IAMAccessKey.self, key.metadata.name ?? "") { $0.spec.status = input["Status"].string }
        return .object([:])
    }

    private func deleteAccessKey(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await records.delete(IAMAccessKey.self, try key(input, context).metadata.name ?? "")
        return .object([:])
    }
}
