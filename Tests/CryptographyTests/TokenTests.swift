import Cryptography
import Documents
import Testing

@Suite struct TokenTests {
    @Test(arguments: [PrivateKey.Algorithm.p256, .rsa2048]) func aTokenRoundTrips(_ algorithm: PrivateKey.Algorithm) throws {
        let key = try PrivateKey(pem: PrivateKey.generate(algorithm).pem)
        let claims: Value = ["iss": "https://issuer", "exp": 1_780_000_000, "aud": ["a"]]
        for _ in 0..<20 {
            let token = try JWT.sign(claims, with: key)
            #expect(JWT.looksLikeOne(token))
            #expect(try JWT.verify(token, keys: [key.publicKey]) == claims)
        }
    }
    @Test func everyChangedCharacterIsNoticed() throws {
        let key = try PrivateKey.generate(.p256)
        let token = Array(try JWT.sign(["sub": "me"], with: key).utf8)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: JWT.Failure.self) { try JWT.verify(String(decoding: changed, as: UTF8.self), keys: [key.publicKey]) }
        }
    }
    @Test func anotherKeyIsUnknown() throws {
        let (key, other) = (try PrivateKey.generate(.p256), try PrivateKey.generate(.p256))
        let token = try JWT.sign(["sub": "me"], with: key)
        #expect(throws: JWT.Failure.unknownKey(key.publicKey.id)) { try JWT.verify(token, keys: [other.publicKey]) }
    }
    @Test func anUnsignedTokenIsRefused() throws {
        let key = try PrivateKey.generate(.p256)
        let header = Base64.urlEncode(Array(#"{"alg":"none"}"#.utf8))
        let token = "\(header).\(Base64.urlEncode(Array("{}".utf8)))."
        #expect(throws: JWT.Failure.algorithm("none")) { try JWT.verify(token, keys: [key.publicKey]) }
        #expect(throws: JWT.Failure.malformed) { try JWT.verify("a.b", keys: [key.publicKey]) }
    }
    @Test func webKeysNameTheirKind() throws {
        let curve = try PrivateKey.generate(.p256).publicKey.jwk
        #expect(curve["kty"] == "EC" && curve["crv"] == "P-256" && curve["x"].string?.count == 43)
        let modulus = try PrivateKey.generate(.rsa2048).publicKey.jwk
        #expect(modulus["kty"] == "RSA" && modulus["e"] == "AQAB" && modulus["n"].string?.count == 342)
    }
}

@Suite struct SSHKeyTests {
    /// Key and fingerprints made with `ssh-keygen` and `openssl` as the EC2 user guide says.
    @Test func fingerprintsAreThoseOfTheUserGuide() throws {
        let key = try PrivateKey(pem: SSHSamples.rsaPrivate)
        #expect(key.traditionalPEM == SSHSamples.rsaPrivate)
        #expect(SSHPublicKey.createdFingerprint(of: key) == SSHSamples.created)
        let ssh = try #require(SSHPublicKey(key.publicKey, comment: "me"))
        #expect(ssh.importedFingerprint == SSHSamples.imported)
        #expect(try SSHPublicKey(ssh.text) == ssh)
        #expect(ssh.text == SSHSamples.rsaPublic)
    }
    @Test func ed25519IsTaken() throws {
        let text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1rxcGhfpBSL5tDEHrVwHmmIkZ8YR9CNMaOM1jdN04X alice@example"
        #expect(try SSHPublicKey(text).comment == "alice@example")
        #expect(try SSHPublicKey(text).importedFingerprint.count == 44)
    }
    @Test(arguments: [
        "", "ssh-rsa", "ssh-rsa AAAA", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", "ssh-dss AAAAB3NzaC1kc3M=", "ssh-rsa AAAAC3NzaC1lZDI1NTE5",
    ])
    func otherTextsAreRefused(_ text: String) { #expect(throws: CryptographyError.self) { try SSHPublicKey(text) } }
}
