import Cryptography
import Testing

@testable import Network

@Suite struct TLSTests {
    private func ask(_ client: HTTPClient) async throws -> String {
        let response = try await client.send(HTTPRequest("GET", "/peer"))
        return String(decoding: try await response.body.collect(limit: 1_000), as: UTF8.self)
    }

    @Test func `a client certificate names its user and groups, and a wrong one is noticed without breaking the handshake`() async throws {
        let (ours, others) = (try TestCertificates(), try TestCertificates())
        try await withServer(tls: try ours.server(clientCA: ours.authority), echo) { port in
            let endpoint = "https://localhost:\(port)"
            let anonymous = try HTTPClient(endpoint: endpoint, trust: ours.trust, loops: testLoops)
            #expect(try await ask(anonymous) == "- - false true")
            let known = try HTTPClient(
                endpoint: endpoint, trust: ours.trust, clientCertificate: try ours.client("jane", ["system:masters", "devs"]),
                loops: testLoops)
            #expect(try await ask(known) == "jane system:masters,devs false true")
            let stranger = try HTTPClient(
                endpoint: endpoint, trust: ours.trust, clientCertificate: try others.client("jane", ["system:masters"]), loops: testLoops)
            #expect(try await ask(stranger) == "- - true true")
            let late = try HTTPClient(
                endpoint: endpoint, trust: ours.trust, clientCertificate: try ours.client("old", [], lifetime: -60), loops: testLoops)
            #expect(try await ask(late) == "- - true true")
        }
    }

    @Test func `a server that the client does not trust is refused, unless it trusts anybody`() async throws {
        let (ours, others) = (try TestCertificates(), try TestCertificates())
        try await withServer(tls: try ours.server(), echo) { port in
            let wary = try HTTPClient(endpoint: "https://127.0.0.1:\(port)", trust: others.trust, loops: testLoops)
            await #expect {
                try await ask(wary)
            } throws: { error in
                if case HTTPError.untrusted = error { true } else { false }
            }
            let wrongName = try HTTPClient(endpoint: "https://127.0.0.2:\(port)", trust: ours.trust, loops: testLoops)
            await #expect(throws: HTTPError.self) { try await ask(wrongName) }
            let careless = try HTTPClient(endpoint: "https://127.0.0.1:\(port)", trust: .insecure, loops: testLoops)
            #expect(try await ask(careless) == "- - false true")
        }
    }

    @Test func `a key that does not fit, or no PEM at all, is refused at the start`() async throws {
        let certificates = try TestCertificates()
        var configuration = try certificates.server()
        configuration.privateKeyPEM = try PrivateKey.generate(.p256).pem
        for broken in [configuration, TLSConfiguration(certificateChainPEM: "x", privateKeyPEM: "y")] {
            let server = HTTPServer(.init(tls: broken, loops: testLoops), handler: ClosureHandler(answer: echo))
            await #expect(throws: HTTPError.self) { try await server.start() }
        }
    }
}
