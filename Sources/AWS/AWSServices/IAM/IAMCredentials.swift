package import AWSProtocol
import Control
import Documents

/// Access keys of users, and temporary keys that STS issued.
package struct IAMCredentials: CredentialSource {
    private let records: Records
    private let account: String

    package init(records: Records, account: String) { (self.records, self.account) = (records, account) }

    package func credential(accessKey: String) -> Credential? {
        if accessKey.hasPrefix("ASIA") { return session(accessKey) }
        guard let key = records.get(IAMAccessKey.self, accessKey), let secret = key.spec.secret, let name = key.spec.userName,
            let user = records.get(IAMUser.self, name), let id = user.spec.userID, id == key.spec.userID, let arn = user.spec.arn
        else { return nil }
        return Credential(
            accessKey: accessKey, secret: secret, active: key.spec.status == "Active",
            principal: Principal(arn: arn, account: account, userID: id, entryARN: arn))
    }

    /// Temporary keys are worth nothing once their role or user is gone.
    private func session(_ accessKey: String) -> Credential? {
        guard let session = records.get(STSSession.self, accessKey), let secret = session.spec.secret, let token = session.spec.token,
            let expires = session.spec.expires.flatMap(Timestamp.init), let arn = session.spec.arn, let userID = session.spec.userID,
            let owner = session.spec.ownerName
        else { return nil }
        let ownerID = userID.prefix { $0 != ":" }
        let role = session.spec.ownerIsRole ?? false
        let living = role ? records.get(IAMRole.self, owner)?.spec : records.get(IAMUser.self, owner)?.spec
        guard let living, let entryARN = living.arn, (role ? living.roleID : living.userID) == String(ownerID) else { return nil }
        return Credential(
            accessKey: accessKey, secret: secret, sessionToken: token, expires: expires,
            principal: Principal(arn: arn, account: account, userID: userID, entryARN: entryARN))
    }
}
