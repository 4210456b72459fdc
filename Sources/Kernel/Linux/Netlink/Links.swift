import CLinux
import Glibc

/// A network interface.
package struct Link: Sendable, Hashable {
    package var index: Int32
    package var name: String
    /// `veth`, `bridge`, `dummy`; empty for hardware and loopback.
    package var kind: String
    package var isUp: Bool
    package var mac: MACAddress
    package var mtu: Int
    /// Free text that somebody gave it.
    package var alias: String?
    /// Index of the other end in its own namespace, for a veth.
    package var peerIndex: Int32?
}

/// What a new or changed link shall be; nil leaves it as the kernel makes it.
package struct LinkSettings: Sendable, Hashable {
    package var isUp: Bool?
    package var name: String?
    package var mac: MACAddress?
    package var mtu: Int?
    /// Free text; existing links only.
    package var alias: String?
    /// Path of the namespace that it moves to.
    package var namespace: String?
    package init(
        isUp: Bool? = nil, name: String? = nil, mac: MACAddress? = nil, mtu: Int? = nil, alias: String? = nil, namespace: String? = nil
    ) {
        (self.isUp, self.name, self.mac, self.mtu, self.alias, self.namespace) = (isUp, name, mac, mtu, alias, namespace)
    }
}

extension Netlink {
    /// All links, by index.
    package func links() throws(NetlinkError) -> [Link] {
        try dump(NetlinkRequest("list links", Int(RTM_GETLINK), header: ifinfomsg())).compactMap(Link.init).sorted { $0.index < $1.index }
    }
    /// The link of the name; nil when there is none.
    package func link(_ name: String) throws(NetlinkError) -> Link? {
        var request = NetlinkRequest("find link \(name)", Int(RTM_GETLINK), header: ifinfomsg())
        request.add(Int(IFLA_IFNAME), name)
        return try get(request).flatMap(Link.init)
    }
    /// The index of the link of the name; throws `ENODEV` when there is none.
    package func index(of name: String) throws(NetlinkError) -> Int32 {
        guard let link = try link(name) else { throw NetlinkError("find link \(name)", code: ENODEV) }
        return link.index
    }

    /// Makes a pair of links, the peer where its settings say; the peer begins down. Throws `EEXIST` when a name is taken.
    package func addVeth(_ name: String, _ settings: LinkSettings = LinkSettings(), peer: String, _ peerSettings: LinkSettings) throws {
        var peerSettings = peerSettings
        peerSettings.isUp = nil
        try withNamespace(of: peerSettings) { descriptor in
            var request = NetlinkRequest.newLink("add veth \(name)", name, settings)
            request.nest(Int(IFLA_LINKINFO)) { info in
                info.add(Int(IFLA_INFO_KIND), "veth")
                info.nest(Int(IFLA_INFO_DATA)) { data in
                    data.nest(Int(VETH_INFO_PEER)) { end in
                        end.append(NetlinkRequest.header(peerSettings))
                        end.add(Int(IFLA_IFNAME), peer)
                        end.addSettings(peerSettings, namespace: descriptor)
                    }
                }
            }
            try perform(request)
        }
    }

    /// Makes a link of a kind without options, such as `bridge`. Throws `EEXIST` when the name is taken, `EOPNOTSUPP` when the kernel
    /// lacks the kind.
    package func addLink(_ name: String, kind: String, _ settings: LinkSettings = LinkSettings()) throws {
        var request = NetlinkRequest.newLink("add \(kind) \(name)", name, settings)
        request.nest(Int(IFLA_LINKINFO)) { $0.add(Int(IFLA_INFO_KIND), kind) }
        try perform(request)
    }

    /// Changes the link of the name. Renaming works while it is up on kernels from 6.2 on; else throws `EBUSY`.
    package func changeLink(_ name: String, _ settings: LinkSettings) throws {
        try withNamespace(of: settings) { descriptor in
            var header = NetlinkRequest.header(settings)
            header.ifi_index = try index(of: name)
            var request = NetlinkRequest("change link \(name)", Int(RTM_SETLINK), header: header)
            if let renamed = settings.name { request.add(Int(IFLA_IFNAME), renamed) }
            request.addSettings(settings, namespace: descriptor)
            try perform(request)
        }
    }

    /// Takes the link away (a veth with its peer); nothing happens when there is none.
    package func deleteLink(_ name: String) throws(NetlinkError) { try perform(.deleteLink(name).ifPresent) }

    private func withNamespace(of settings: LinkSettings, _ work: (Int32?) throws -> Void) throws {
        guard let path = settings.namespace else { return try work(nil) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LinuxError("open", path) }
        defer { close(descriptor) }
        try work(descriptor)
    }
}

extension NetlinkRequest {
    /// Takes a link away by name.
    package static func deleteLink(_ name: String) -> Self {
        var request = Self("delete link \(name)", Int(RTM_DELLINK), header: ifinfomsg())
        request.add(Int(IFLA_IFNAME), name)
        return request
    }

    static func newLink(_ text: String, _ name: String, _ settings: LinkSettings) -> Self {
        var request = Self(text, Int(RTM_NEWLINK), flags: Int(NLM_F_CREATE | NLM_F_EXCL), header: header(settings))
        request.add(Int(IFLA_IFNAME), name)
        request.addSettings(settings, namespace: nil)
        return request
    }
    static func header(_ settings: LinkSettings) -> ifinfomsg {
        var header = ifinfomsg()
        if let isUp = settings.isUp {
            header.ifi_flags = isUp ? UInt32(IFF_UP) : 0
            header.ifi_change = UInt32(IFF_UP)
        }
        return header
    }
    mutating func addSettings(_ settings: LinkSettings, namespace: Int32?) {
        if let mac = settings.mac { add(Int(IFLA_ADDRESS), mac.octets) }
        if let mtu = settings.mtu { add(Int(IFLA_MTU), UInt32(mtu)) }
        if let alias = settings.alias { add(Int(IFLA_IFALIAS), Array(alias.utf8)) }
        if let namespace { add(Int(IFLA_NET_NS_FD), UInt32(bitPattern: namespace)) }
    }
}

extension Link {
    init?(_ answer: NetlinkAnswer) {
        guard answer.type == Int(RTM_NEWLINK), let header = answer.header(ifinfomsg.self) else { return nil }
        let found = answer.attributes(after: ifinfomsg.self)
        index = header.ifi_index
        name = found[Int(IFLA_IFNAME)]?.text ?? ""
        kind = found[Int(IFLA_LINKINFO)]?.attributes[Int(IFLA_INFO_KIND)]?.text ?? ""
        isUp = header.ifi_flags & UInt32(IFF_UP) != 0
        mac = MACAddress(octets: found[Int(IFLA_ADDRESS)] ?? [])
        mtu = Int(found[Int(IFLA_MTU)]?.structure(UInt32.self) ?? 0)
        alias = found[Int(IFLA_IFALIAS)]?.text
        peerIndex = kind == "veth" ? found[Int(IFLA_LINK)]?.structure(Int32.self) : nil
    }
}
