import AWSProtocol
import Control
import Documents
import Network
import Reconcile
import Storage

@testable import AWSServices

/// An account in memory behind the real endpoint, with its administrator signed in.
struct IAMBed {
    static let account = "111122223333"
    let clock = ManualClock(Timestamp(seconds: 1_767_323_045))
    let records: Records
    let endpoint: AWSEndpoint
    let administrator: Credential
    let admin: AWSClient

    init() async throws {
        let random = RandomSource(seed: 11)
        let realm = try await Store.memory(clock: clock).realm("global")
        records = Records(
            realm: realm, writer: RealmWriter(realm: realm, clock: clock, random: random), clock: clock, random: random)
        let iam = IAMService(account: Self.account, records: records)
        administrator = try await iam.bootstrap()
        endpoint = AWSEndpoint(
            tables: [iam.table, STSService(account: Self.account, records: records).table],
            credentials: IAMCredentials(records: records, account: Self.account), clock: clock)
        admin = AWSClient(
            transport: LocalTransport(handler: endpoint, peer: Peer()), credential: SigningCredential(administrator), region: "us-east-1",
            clock: clock)
    }

    /// A client with the keys that an operation answered.
    func client(_ keys: Value) -> AWSClient {
        let key = SigningCredential(
            accessKey: keys["AccessKeyId"].string ?? "", secret: keys["SecretAccessKey"].string ?? "",
            sessionToken: keys["SessionToken"].string)
        return AWSClient(transport: LocalTransport(handler: endpoint, peer: Peer()), credential: key, region: "us-east-1", clock: clock)
    }
    func iam(_ operation: String, _ input: Value = .object([:])) async throws -> Value { try await admin.call("iam", operation, input) }
    func sts(_ operation: String, _ input: Value = .object([:])) async throws -> Value { try await admin.call("sts", operation, input) }

    /// The error that a call ends in; nil when it succeeds.
    func failure(_ operation: String, _ input: Value = .object([:]), by client: AWSClient? = nil, of service: String = "iam") async
        -> AWSError?
    {
        do {
            _ = try await (client ?? admin).call(service, operation, input)
            return nil
        } catch { return error as? AWSError }
    }

    /// A trust policy's text.
    static func trust(_ principal: Value, effect: String = "Allow", condition: Value = .null) -> Value {
        var statement: Value = ["Effect": .string(effect), "Principal": principal, "Action": "sts:AssumeRole"]
        statement["Condition"] = condition
        return .string(JSON.text(["Version": "2012-10-17", "Statement": [statement]]))
    }
    static let service = trust(["Service": "ec2.amazonaws.com"])
}
