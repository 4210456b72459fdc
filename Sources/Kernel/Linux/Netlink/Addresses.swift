import CLinux
import Glibc

/// An address of an interface.
package struct LinkAddress: Sendable, Hashable {
    /// Index of the interface.
    package var link: Int32
    /// The address with the length of its network's prefix.
    package var prefix: IPv4Prefix
    /// Without the route to its network that the kernel adds.
    package var isWithoutRoute = false
    package init(_ prefix: IPv4Prefix, link: Int32, isWithoutRoute: Bool = false) {
        (self.prefix, self.link, self.isWithoutRoute) = (prefix, link, isWithoutRoute)
    }
}

extension Netlink {
    /// The IPv4 addresses of all interfaces, or of one.
    package func addresses(of link: String? = nil) throws(NetlinkError) -> [LinkAddress] {
        var only: Int32?
        if let link { only = try index(of: link) }
        var header = ifaddrmsg()
        header.ifa_family = UInt8(AF_INET)
        return try dump(NetlinkRequest("list addresses", Int(RTM_GETADDR), header: header)).compactMap(LinkAddress.init)
            .filter { only == nil || $0.link == only }
    }
    /// Adds an address to the link of the name; throws `EEXIST` when it is there.
    package func addAddress(_ prefix: IPv4Prefix, link: String, isWithoutRoute: Bool = false) throws(NetlinkError) {
        try perform(.addAddress(LinkAddress(prefix, link: try index(of: link), isWithoutRoute: isWithoutRoute)))
    }
    /// Takes an address from the link of the name; nothing happens when it is not there.
    package func deleteAddress(_ prefix: IPv4Prefix, link: String) throws(NetlinkError) {
        guard let link = try self.link(link) else { return }
        try perform(.deleteAddress(LinkAddress(prefix, link: link.index)).ifPresent)
    }
}

extension NetlinkRequest {
    /// Fails with `EEXIST` when it is there.
    package static func addAddress(_ address: LinkAddress) -> Self {
        Self.address("add address", address, Int(RTM_NEWADDR), flags: Int(NLM_F_CREATE | NLM_F_EXCL))
    }
    /// Fails with `EADDRNOTAVAIL` when it is not there.
    package static func deleteAddress(_ address: LinkAddress) -> Self {
        Self.address("delete address", address, Int(RTM_DELADDR), flags: 0)
    }

    private static func address(_ verb: String, _ address: LinkAddress, _ type: Int, flags: Int) -> Self {
        var header = ifaddrmsg()
        header.ifa_family = UInt8(AF_INET)
        header.ifa_prefixlen = UInt8(address.prefix.length)
        header.ifa_index = UInt32(bitPattern: address.link)
        var request = Self("\(verb) \(address.prefix) of link \(address.link)", type, flags: flags, header: header)
        request.add(Int(IFA_LOCAL), address.prefix.address.octets)
        request.add(Int(IFA_ADDRESS), address.prefix.address.octets)
        if address.isWithoutRoute { request.add(Int(IFA_FLAGS), UInt32(IFA_F_NOPREFIXROUTE)) }
        return request
    }
}

extension LinkAddress {
    init?(_ answer: NetlinkAnswer) {
        guard answer.type == Int(RTM_NEWADDR), let header = answer.header(ifaddrmsg.self), header.ifa_family == UInt8(AF_INET) else {
            return nil
        }
        let found = answer.attributes(after: ifaddrmsg.self)
        guard let octets = found[Int(IFA_LOCAL)] ?? found[Int(IFA_ADDRESS)], let address = IPv4Address(octets: octets)
        else { return nil }
        let flags = found[Int(IFA_FLAGS)]?.structure(UInt32.self) ?? 0
        self.init(
            IPv4Prefix(address, Int(header.ifa_prefixlen)), link: Int32(bitPattern: header.ifa_index),
            isWithoutRoute: flags & UInt32(IFA_F_NOPREFIXROUTE) != 0)
    }
}
