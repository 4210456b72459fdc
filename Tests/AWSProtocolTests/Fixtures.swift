import Control
import Documents
import Network

@testable import AWSProtocol

/// One user's key, and a temporary key of a role.
struct FixedCredentials: CredentialSource {
    static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    static let key = SigningCredential(accessKey: "AKIAIOSFODNN7EXAMPLE", secret: secret)
    static let temporary = SigningCredential(accessKey: "ASIAIOSFODNN7EXAMPLE", secret: secret, sessionToken: "token")
    static let alice = Principal(
        arn: "arn:aws:iam::111122223333:user/alice", account: "111122223333", userID: "AIDAEXAMPLE",
        entryARN: "arn:aws:iam::111122223333:user/alice")
    var active = true
    var expires: Timestamp?

    func credential(accessKey: String) -> Credential? {
        switch accessKey {
        case Self.key.accessKey: Credential(accessKey: accessKey, secret: Self.secret, active: active, principal: Self.alice)
        case Self.temporary.accessKey:
            Credential(accessKey: accessKey, secret: Self.secret, sessionToken: "token", expires: expires, principal: Self.alice)
        default: nil
        }
    }
}

/// An endpoint in this process with a client for it, and raw requests besides.
struct Bed {
    let clock = ManualClock(Timestamp(seconds: 1_767_323_045))
    let endpoint: AWSEndpoint
    let transport: LocalTransport

    init(_ tables: [ServiceTable], credentials: FixedCredentials = FixedCredentials()) {
        endpoint = AWSEndpoint(tables: tables, credentials: credentials, clock: clock)
        transport = LocalTransport(handler: endpoint, peer: Peer())
    }
    func client(_ key: SigningCredential = FixedCredentials.key, clock: ManualClock? = nil) -> AWSClient {
        AWSClient(transport: transport, credential: key, region: "us-west-1", clock: clock ?? self.clock)
    }
    /// The error that a call ends in; nil when it succeeds.
    func failure(_ client: AWSClient, _ service: String, _ operation: String, _ input: Value = .object([:])) async throws -> AWSError? {
        do {
            _ = try await client.call(service, operation, input)
            return nil
        } catch let error as AWSError { return error }
    }
    /// Sends a request as it is, signed for the service when one is given, and returns status, headers and text.
    func send(_ request: HTTPRequest, body: String = "", service: String?) async throws -> (HTTPResponse, String) {
        var request = request
        request.headers["host"] = "localhost:4566"
        request.body = .bytes(Array(body.utf8))
        if let service {
            Signer(credential: FixedCredentials.key, region: "us-west-1", service: service).sign(
                &request, body: Array(body.utf8), at: clock.now)
        }
        let response = await endpoint.respond(to: request)
        return (response, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
    }
}
