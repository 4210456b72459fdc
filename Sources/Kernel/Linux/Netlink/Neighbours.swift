import CLinux
import Glibc

/// The hardware address behind an address of a link.
package struct Neighbour: Sendable, Hashable {
    package var link: Int32
    package var address: IPv4Address
    package var mac: MACAddress
    package init(_ address: IPv4Address, mac: MACAddress, link: Int32) { (self.address, self.mac, self.link) = (address, mac, link) }
}

extension Netlink {
    /// The permanent IPv4 neighbours of all links.
    package func permanentNeighbours() throws(NetlinkError) -> [Neighbour] {
        var header = ndmsg()
        header.ndm_family = UInt8(AF_INET)
        return try dump(NetlinkRequest("list neighbours", Int(RTM_GETNEIGH), header: header)).compactMap { answer in
            guard let header = answer.header(ndmsg.self), Int32(header.ndm_state) & NUD_PERMANENT != 0 else { return nil }
            let found = answer.attributes(after: ndmsg.self)
            guard let address = found[Int(NDA_DST)].flatMap({ IPv4Address(octets: $0) }), let octets = found[Int(NDA_LLADDR)] else {
                return nil
            }
            return Neighbour(address, mac: MACAddress(octets: octets), link: header.ndm_ifindex)
        }
    }
    /// Sets a permanent neighbour, in the place of what is known about the address.
    package func setNeighbour(_ neighbour: Neighbour) throws(NetlinkError) { try perform(.setNeighbour(neighbour)) }
    /// Forgets a neighbour; nothing happens when it is not known.
    package func deleteNeighbour(_ neighbour: Neighbour) throws(NetlinkError) { try perform(.deleteNeighbour(neighbour).ifPresent) }
}

extension NetlinkRequest {
    /// Sets a permanent neighbour.
    package static func setNeighbour(_ neighbour: Neighbour) -> Self {
        var request = Self.neighbour("set neighbour", neighbour, Int(RTM_NEWNEIGH), flags: Int(NLM_F_CREATE | NLM_F_REPLACE))
        request.add(Int(NDA_LLADDR), neighbour.mac.octets)
        return request
    }
    /// Fails with `ENOENT` when it is not known.
    package static func deleteNeighbour(_ neighbour: Neighbour) -> Self {
        Self.neighbour("delete neighbour", neighbour, Int(RTM_DELNEIGH), flags: 0)
    }

    private static func neighbour(_ verb: String, _ neighbour: Neighbour, _ type: Int, flags: Int) -> Self {
        var header = ndmsg()
        header.ndm_family = UInt8(AF_INET)
        header.ndm_ifindex = neighbour.link
        header.ndm_state = UInt16(NUD_PERMANENT)
        var request = Self("\(verb) \(neighbour.address) of link \(neighbour.link)", type, flags: flags, header: header)
        request.add(Int(NDA_DST), neighbour.address.octets)
        return request
    }
}
