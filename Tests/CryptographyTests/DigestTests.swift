import Cryptography
import Testing

@Suite struct DigestTests {
    @Test func digestsMatchThePublishedVectors() {
        #expect(Hex.encode(SHA256.hash("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hex.encode(SHA256.hash("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Hex.encode(SHA1.hash(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(Hex.encode(MD5.hash(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
    }
    @Test func authenticationCodeMatchesRFC4231() {
        let code = HMAC.sha256(key: Array("Jefe".utf8), message: "what do ya want for nothing?")
        #expect(Hex.encode(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(HMAC.sha256(key: [], message: []).count == 32)
    }
    @Test func base64RoundTripsEveryLength() {
        for length in 0..<70 {
            let bytes = SecureRandom.bytes(length)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.urlDecode(Base64.urlEncode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
        #expect(Base64.urlEncode([0xfb, 0xff]) == "-_8")
    }
    @Test(arguments: ["Zg", "Zg=", "Zh==", "Z===", "Zm9v=", "Zm-v", "Zm 9v", "===="])
    func malformedBase64IsRefused(_ text: String) { #expect(Base64.decode(text) == nil) }
    @Test(arguments: ["0", "0g", "zz"]) func malformedHexIsRefused(_ text: String) { #expect(Hex.decode(text) == nil) }
    @Test func comparisonSeesEveryDifference() {
        #expect(ConstantTime.equal("secret", "secret"))
        #expect(!ConstantTime.equal("secret", "secreT"))
        #expect(!ConstantTime.equal("secret", "secrets"))
        #expect(ConstantTime.equal([], []))
    }
}
