import Testing

@testable import Linux

struct IPv4Tests {
    @Test(arguments: ["0.0.0.0", "10.0.0.1", "255.255.255.255", "192.168.100.9", "1.20.103.99"])
    func `an address is read and written alike`(_ text: String) {
        #expect(IPv4Address(text)?.description == text)
    }
    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "a.b.c.d", "1..2.3", "1.2.3.", ".1.2.3", "00.1.2.3", "1.2.3.4 ",
    ])
    func `what is no address is refused`(_ text: String) { #expect(IPv4Address(text) == nil) }

    @Test func `a prefix keeps host bits and knows its network`() throws {
        let prefix = try prefix("192.168.7.9/18")
        #expect(prefix.description == "192.168.7.9/18")
        #expect(prefix.network.description == "192.168.0.0/18")
        #expect(prefix.contains(try address("192.168.63.255")))
        #expect(!prefix.contains(try address("192.168.64.0")))
        #expect(IPv4Prefix("10.0.0.1")?.length == 32)
        #expect(IPv4Prefix("0.0.0.0/0") == .all)
    }
    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8"])
    func `what is no prefix is refused`(_ text: String) { #expect(IPv4Prefix(text) == nil) }

    @Test func `a hardware address has six octets of two digits`() {
        #expect(MACAddress("02:42:ac:1f:00:05")?.description == "02:42:ac:1f:00:05")
        #expect(MACAddress("2:42:ac:1f:00:05") == nil)
        #expect(MACAddress("02:42:ac:1f:00") == nil)
    }
}
