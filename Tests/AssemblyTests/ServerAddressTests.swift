import Testing

@testable import Assembly

@Suite("A server's address") struct ServerAddressTests {
    @Test("A server is called what it listens on, and what stands before it by its own name") func names() {
        let plain = ServerAddress(listening: "10.0.0.5")
        #expect((plain.advertised, plain.endpoint) == ("10.0.0.5", "10.0.0.5"))
        #expect(plain.addresses == ["10.0.0.5", "127.0.0.1"] && plain.names == ["localhost"])
        let balanced = ServerAddress(listening: "0.0.0.0", advertised: "10.0.0.5", endpoint: "eks.example.com")
        #expect(Set(balanced.addresses) == ["127.0.0.1", "10.0.0.5"])
        #expect(Set(balanced.names) == ["localhost", "eks.example.com"])
        #expect(ServerAddress(listening: "0.0.0.0").advertised == "127.0.0.1")
    }

    @Test("A cluster's endpoint keeps its port and gets the answering server's name") func endpoints() {
        #expect(ServerAddress(listening: "10.0.0.5").endpoint("https://10.0.0.4:45123") == "https://10.0.0.5:45123")
        #expect(ServerAddress(listening: "fd00::5").endpoint("https://10.0.0.4:45123") == "https://[fd00::5]:45123")
        #expect(ServerAddress(listening: "10.0.0.5").endpoint("nonsense") == "nonsense")
    }

    @Test("Only requests that were signed for this server are meant for it") func signedFor() {
        let address = ServerAddress(listening: "10.0.0.5", endpoint: "eks.example.com")
        for host in ["10.0.0.5:4566", "10.0.0.5", "localhost:4566", "127.0.0.1:4566", "eks.example.com"] {
            #expect(address.isMeant(by: host))
        }
        for host in ["127.0.0.1.example.com", "10.0.0.55:4566", "sts.example.com", ""] { #expect(!address.isMeant(by: host)) }
        #expect(ServerAddress(listening: "fd00::5").isMeant(by: "[fd00::5]:4566"))
    }
}
