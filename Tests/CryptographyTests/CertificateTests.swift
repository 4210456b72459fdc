import Cryptography
import Testing

@Suite struct CertificateTests {
    let now: Int64 = 1_780_000_000

    @Test func anAuthoritySurvivesItsPEMForm() throws {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        let loaded = try CertificateAuthority(certificatePEM: authority.certificate.pem, keyPEM: authority.key.pem)
        #expect(loaded.certificate.fingerprint == authority.certificate.fingerprint)
        #expect(loaded.certificate.subject.commonName == "kubernetes")
        #expect(loaded.certificate.isAuthority)
        #expect(loaded.certificate.notAfter == now + 10 * 365 * 86_400)
    }
    @Test func anotherAuthoritysKeyIsRefused() throws {
        let (first, second) = (
            try CertificateAuthority.make(commonName: "kubernetes", now: now),
            try CertificateAuthority.make(commonName: "kubernetes", now: now)
        )
        #expect(throws: CryptographyError.self) {
            try CertificateAuthority(certificatePEM: first.certificate.pem, keyPEM: second.key.pem)
        }
        let certificate = try second.issueClient(commonName: "a", organizations: [], key: PrivateKey.generate(.p256).publicKey, now: now)
        #expect(certificate.isSigned(by: second.key.publicKey))
        #expect(!certificate.isSigned(by: first.key.publicKey))
    }
    @Test func aServerCertificateNamesItsHosts() throws {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "kube-apiserver", names: ["kubernetes.default.svc", "*.eks.localhost"], addresses: ["127.0.0.1", "::1"],
            key: key.publicKey, now: now)
        #expect(certificate.alternativeNames.names == ["kubernetes.default.svc", "*.eks.localhost"])
        #expect(certificate.alternativeNames.addresses == ["127.0.0.1", "::1"])
        #expect(certificate.issuer.commonName == "kubernetes")
        #expect(!certificate.isAuthority)
        #expect(try Certificate(der: Certificate(pem: certificate.pem).der).serialNumber == certificate.serialNumber)
        #expect(try certificate.publicKey().id == key.publicKey.id)
    }
    @Test func aClientCertificateCarriesUserAndGroups() throws {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        let certificate = try authority.issueClient(
            commonName: "system:node:ip-10-0-0-1", organizations: ["system:nodes", "Zürich, ä"],
            key: PrivateKey.generate(.rsa2048).publicKey,
            now: now, lifetime: 3600)
        #expect(
            certificate.subject == DistinguishedName(commonName: "system:node:ip-10-0-0-1", organizations: ["system:nodes", "Zürich, ä"]))
        #expect(certificate.notAfter == now + 3600)
        #expect(certificate.notBefore <= now)
    }
    @Test func aRequestIsSignedAsAsked() throws {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        let key = try PrivateKey.generate(.p256)
        let name = DistinguishedName(commonName: "system:node:n1", organizations: ["system:nodes"])
        let request = try CertificateRequest.make(
            subject: name, alternatives: AlternativeNames(names: ["n1"], addresses: ["10.0.0.1"]), key: key)
        let received = try CertificateRequest(pem: request.pem)
        #expect(received.subject == name)
        let certificate = try authority.sign(received, usages: [.serverAuth], now: now, lifetime: 60)
        #expect(certificate.alternativeNames == AlternativeNames(names: ["n1"], addresses: ["10.0.0.1"]))
        #expect(try certificate.publicKey().id == key.publicKey.id)
    }
    @Test(arguments: ["a,DNS:evil.example", "a b", ""]) func aNameThatIsNoHostNameIsRefused(_ name: String) throws {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        #expect(throws: CryptographyError.malformed("DNS name \(name)")) {
            try authority.issueServer(commonName: "x", names: [name], addresses: [], key: authority.key.publicKey, now: now)
        }
    }
    @Test func brokenTextsAreRefused() {
        #expect(throws: CryptographyError.self) { try Certificate(pem: "nonsense") }
        #expect(throws: CryptographyError.self) { try Certificate(der: []) }
        #expect(throws: CryptographyError.self) { try PrivateKey(pem: "") }
        #expect(throws: CryptographyError.self) { try PublicKey(der: [1, 2, 3]) }
        #expect(throws: CryptographyError.self) { try CertificateRequest(pem: "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END") }
    }
}
