import Control
import Cryptography
import Documents
import Foundation
import KubeClient
import Network
import Synchronization
import Testing

@testable import LinuxNode

@Suite struct ServingCertificateTests {
    /// Signs whatever is asked for on the second look; refuses the first request of all.
    private final class SigningAPI: HTTPHandler {
        let authority: CertificateAuthority
        let clock: ManualClock
        let asked = Mutex<[String]>([])
        private let looks = Mutex(0)
        init(_ authority: CertificateAuthority, _ clock: ManualClock) { (self.authority, self.clock) = (authority, clock) }

        func respond(to request: HTTPRequest) async -> HTTPResponse {
            guard request.method == "POST" else { return answer() }
            guard let bytes = try? await request.body.collect(limit: 1 << 20), var body = try? JSON.parse(bytes) else {
                return HTTPResponse(400)
            }
            asked.withLock { $0.append(body["spec"]["request"].string ?? "") }
            body["metadata"]["name"] = "csr-1"
            return HTTPResponse(201, body: .bytes(JSON.encode(body)))
        }
        private func answer() -> HTTPResponse {
            let (count, text) = asked.withLock { ($0.count, $0.last ?? "") }
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            var status: Value = [:]
            if count == 1 { status["conditions"] = [["type": "Denied", "status": "True", "message": "no"]] }
            if count > 1, look % 2 == 0, let pem = Base64.decode(text),
                let request = try? CertificateRequest(pem: String(decoding: pem, as: UTF8.self)),
                let signed = try? authority.sign(request, usages: [.serverAuth], now: clock.now.seconds, lifetime: 86_400)
            {
                status["certificate"] = .string(Base64.encode(Array(signed.pem.utf8)))
            }
            return HTTPResponse(200, body: .bytes(JSON.encode(["status": status])))
        }
    }

    private final class Used: Sendable {
        let all = Mutex<[TLSConfiguration]>([])
    }

    @Test func aCertificateIsAskedForKeptAndRenewed() async throws {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: clock.now.seconds)
        let api = SigningAPI(authority, clock)
        var settings = KubeletServerSettings(
            nodeName: "n1", names: ["n1"], addresses: ["10.0.0.9"], authorityPEM: authority.certificate.pem)
        settings.certificateFolder = NSTemporaryDirectory() + "eyrie-pki-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: settings.certificateFolder) }
        let certificate = ServingCertificate(
            settings: settings, client: KubeClient(transport: LocalTransport(handler: api, peer: Peer())), clock: clock,
            random: RandomSource(seed: 1))

        let (first, renewal) = try certificate.first()
        #expect(renewal == clock.now)
        #expect(!(try Certificate(pem: first.certificateChainPEM).isSigned(by: authority.certificate.publicKey())))
        let used = Used()
        let keeping = Task { try await certificate.keep(from: renewal) { tls in used.all.withLock { $0.append(tls) } } }
        defer { keeping.cancel() }
        // Time passes only while it is waited for, however long the machine takes for what comes between.
        func wait(for count: Int) async throws -> Certificate {
            for _ in 0..<60_000 where used.all.withLock({ $0.count }) < count {
                if let wake = clock.nextWake { clock.advance(by: wake - clock.now) }
                try await Task.sleep(for: .milliseconds(1))
            }
            let all = used.all.withLock { $0 }
            return try Certificate(pem: try #require(all.count >= count ? all[count - 1] : nil).certificateChainPEM)
        }

        let signed = try await wait(for: 1)
        #expect(try signed.isSigned(by: authority.certificate.publicKey()))
        #expect(signed.subject == DistinguishedName(commonName: "system:node:n1", organizations: ["system:nodes"]))
        #expect(signed.alternativeNames.addresses == ["10.0.0.9"])
        let again = try certificate.first()
        #expect(try Certificate(pem: again.tls.certificateChainPEM).fingerprint == signed.fingerprint && again.renewal > clock.now)

        let renewed = try await wait(for: 2)
        #expect(renewed.fingerprint != signed.fingerprint && renewed.notBefore + 300 < signed.notAfter)
        #expect(api.asked.withLock { $0.count } == 3)
    }
}
