import CLinux
import Glibc

/// A row of a routing table.
package struct Route: Sendable, Hashable {
    /// What happens to a packet; the numbers are the kernel's.
    package enum Kind: UInt8, Sendable, Hashable {
        case unicast = 1
        /// An address of this machine; the kernel keeps these in table 255.
        case local = 2
        case broadcast = 3
        /// Dropped in silence.
        case blackhole = 6
        /// Answered with ICMP host unreachable.
        case unreachable = 7
        case prohibit = 8
    }
    /// How far away the destination is; the numbers are the kernel's.
    package enum Scope: UInt8, Sendable, Hashable {
        case universe = 0
        case site = 200
        case link = 253
        case host = 254
        case nowhere = 255
    }
    /// Without host bits.
    package var destination: IPv4Prefix
    package var kind: Kind
    /// The next hop; nil when the destination is on the link.
    package var gateway: IPv4Address?
    /// Index of the interface that it leaves by.
    package var link: Int32?
    /// The preferred source of this machine's own packets.
    package var source: IPv4Address?
    /// 254 is main.
    package var table: UInt32
    package var scope: Scope
    package var metric: UInt32
    /// Takes the gateway to be on the link even though no address says so.
    package var isOnLink: Bool
    /// Who made it: 2 the kernel, 3 boot, 4 static.
    package var origin: UInt8

    package init(
        _ destination: IPv4Prefix, via gateway: IPv4Address? = nil, link: Int32? = nil, kind: Kind = .unicast, source: IPv4Address? = nil,
        table: UInt32 = 254, scope: Scope? = nil, metric: UInt32 = 0, isOnLink: Bool = false, origin: UInt8 = 4
    ) {
        (self.destination, self.gateway, self.link, self.kind, self.source) = (destination.network, gateway, link, kind, source)
        (self.table, self.metric, self.isOnLink, self.origin) = (table, metric, isOnLink, origin)
        self.scope = scope ?? (gateway == nil && kind == .unicast ? .link : kind == .local ? .host : .universe)
    }
}

extension Netlink {
    /// The IPv4 routes of a table, or of all but the local one.
    package func routes(table: UInt32? = nil) throws(NetlinkError) -> [Route] {
        var header = rtmsg()
        header.rtm_family = UInt8(AF_INET)
        var request = NetlinkRequest("list routes", Int(RTM_GETROUTE), header: header)
        if let table { request.add(Int(RTA_TABLE.rawValue), table) }
        do {
            return try dump(request).compactMap(Route.init).filter {
                table.map { $0 } ?? $0.table == $0.table && (table != nil || $0.table != 255)
            }
        } catch  where error.code == ENOENT {
            return []
        }
    }
    /// Adds a route; throws `EEXIST` when the table has one for the destination and metric.
    package func addRoute(_ route: Route) throws(NetlinkError) { try perform(.addRoute(route)) }
    /// Puts the route in the place of what the table has for the destination and metric.
    package func replaceRoute(_ route: Route) throws(NetlinkError) { try perform(.replaceRoute(route)) }
    /// Takes a route away; nothing happens when it is not there.
    package func deleteRoute(_ route: Route) throws(NetlinkError) { try perform(.deleteRoute(route).ifPresent) }
}

extension NetlinkRequest {
    /// Fails with `EEXIST` when the table has one for the destination and metric.
    package static func addRoute(_ route: Route) -> Self {
        Self.route("add route", route, Int(RTM_NEWROUTE), flags: Int(NLM_F_CREATE | NLM_F_EXCL))
    }
    /// Takes the place of what the table has for the destination and metric.
    package static func replaceRoute(_ route: Route) -> Self {
        Self.route("replace route", route, Int(RTM_NEWROUTE), flags: Int(NLM_F_CREATE | NLM_F_REPLACE))
    }
    /// Fails with `ESRCH` when it is not there.
    package static func deleteRoute(_ route: Route) -> Self { Self.route("delete route", route, Int(RTM_DELROUTE), flags: 0) }

    private static func route(_ verb: String, _ route: Route, _ type: Int, flags: Int) -> Self {
        var header = rtmsg()
        header.rtm_family = UInt8(AF_INET)
        header.rtm_dst_len = UInt8(route.destination.length)
        header.rtm_table = route.table < 256 ? UInt8(route.table) : UInt8(RT_TABLE_UNSPEC.rawValue)
        header.rtm_protocol = route.origin
        header.rtm_scope = route.scope.rawValue
        header.rtm_type = route.kind.rawValue
        header.rtm_flags = route.isOnLink ? UInt32(RTNH_F_ONLINK) : 0
        var request = Self("\(verb) \(route.destination) table \(route.table)", type, flags: flags, header: header)
        if route.destination.length > 0 { request.add(Int(RTA_DST.rawValue), route.destination.address.octets) }
        request.add(Int(RTA_TABLE.rawValue), route.table)
        if let gateway = route.gateway { request.add(Int(RTA_GATEWAY.rawValue), gateway.octets) }
        if let link = route.link { request.add(Int(RTA_OIF.rawValue), UInt32(bitPattern: link)) }
        if let source = route.source { request.add(Int(RTA_PREFSRC.rawValue), source.octets) }
        if route.metric != 0 { request.add(Int(RTA_PRIORITY.rawValue), route.metric) }
        return request
    }
}

extension Route {
    init?(_ answer: NetlinkAnswer) {
        guard answer.type == Int(RTM_NEWROUTE), let header = answer.header(rtmsg.self), header.rtm_family == UInt8(AF_INET),
            header.rtm_flags & UInt32(RTM_F_CLONED) == 0, let kind = Kind(rawValue: header.rtm_type)
        else { return nil }
        let found = answer.attributes(after: rtmsg.self)
        let address = found[Int(RTA_DST.rawValue)].flatMap { IPv4Address(octets: $0) } ?? IPv4Address(0)
        self.init(
            IPv4Prefix(address, Int(header.rtm_dst_len)), via: found[Int(RTA_GATEWAY.rawValue)].flatMap { IPv4Address(octets: $0) },
            link: found[Int(RTA_OIF.rawValue)]?.structure(Int32.self), kind: kind,
            source: found[Int(RTA_PREFSRC.rawValue)].flatMap { IPv4Address(octets: $0) },
            table: found[Int(RTA_TABLE.rawValue)]?.structure(UInt32.self) ?? UInt32(header.rtm_table),
            scope: Scope(rawValue: header.rtm_scope),
            metric: found[Int(RTA_PRIORITY.rawValue)]?.structure(UInt32.self) ?? 0,
            isOnLink: header.rtm_flags & UInt32(RTNH_F_ONLINK) != 0, origin: header.rtm_protocol)
    }
}
