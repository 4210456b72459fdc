import Cryptography
import Glibc

@testable import Network

/// An authority with what it issued for a test.
struct TestCertificates {
    let authority: CertificateAuthority
    let now = Int64(time(nil))

    init() throws { authority = try CertificateAuthority.make(commonName: "test-ca", now: Int64(time(nil))) }

    /// A listener for 127.0.0.1 and localhost that asks for certificates of `clientCA`.
    func server(clientCA: CertificateAuthority? = nil) throws -> TLSConfiguration {
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "localhost", names: ["localhost"], addresses: ["127.0.0.1"], key: key.publicKey, now: now)
        return TLSConfiguration(certificateChainPEM: certificate.pem, privateKeyPEM: key.pem, clientCAPEM: clientCA?.certificate.pem)
    }

    func client(_ name: String, _ groups: [String], lifetime: Int64 = 86_400) throws -> ClientCertificate {
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueClient(
            commonName: name, organizations: groups, key: key.publicKey, now: now, lifetime: lifetime)
        return ClientCertificate(chainPEM: certificate.pem, keyPEM: key.pem)
    }

    var trust: Trust { .caPEM(authority.certificate.pem) }
}
