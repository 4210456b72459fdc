import CLinux
import Glibc

/// A routing rule: which packets look into which table, lowest priority number first.
package struct PolicyRule: Sendable, Hashable {
    package var priority: UInt32
    package var table: UInt32
    package var source: IPv4Prefix?
    package var destination: IPv4Prefix?
    /// Name of the interface that the packet came in by; `lo` for this machine's own packets.
    package var incoming: String?
    /// Name of the interface that a socket is bound to.
    package var outgoing: String?
    package var mark: UInt32?
    /// Bits of the mark that are compared; nil for all.
    package var mask: UInt32?

    package init(
        priority: UInt32, table: UInt32, from source: IPv4Prefix? = nil, to destination: IPv4Prefix? = nil, incoming: String? = nil,
        outgoing: String? = nil, mark: UInt32? = nil, mask: UInt32? = nil
    ) {
        (self.priority, self.table, self.source, self.destination) = (priority, table, source, destination)
        (self.incoming, self.outgoing, self.mark) = (incoming, outgoing, mark)
        self.mask = mark == nil ? nil : mask ?? .max
    }
}

extension Netlink {
    /// The IPv4 rules, by priority, with the three that the kernel makes (0, 32766, 32767).
    package func rules() throws(NetlinkError) -> [PolicyRule] {
        var header = fib_rule_hdr()
        header.family = UInt8(AF_INET)
        return try dump(NetlinkRequest("list rules", Int(RTM_GETRULE), header: header)).compactMap(PolicyRule.init)
            .sorted { $0.priority < $1.priority }
    }
    /// Adds a rule; throws `EEXIST` when the same is there.
    package func addRule(_ rule: PolicyRule) throws(NetlinkError) { try perform(.addRule(rule)) }
    /// Takes a rule away; nothing happens when it is not there.
    package func deleteRule(_ rule: PolicyRule) throws(NetlinkError) { try perform(.deleteRule(rule).ifPresent) }
}

extension NetlinkRequest {
    /// Fails with `EEXIST` when the same is there.
    package static func addRule(_ rule: PolicyRule) -> Self {
        Self.rule("add rule", rule, Int(RTM_NEWRULE), flags: Int(NLM_F_CREATE | NLM_F_EXCL))
    }
    /// Fails with `ENOENT` when it is not there.
    package static func deleteRule(_ rule: PolicyRule) -> Self { Self.rule("delete rule", rule, Int(RTM_DELRULE), flags: 0) }

    private static func rule(_ verb: String, _ rule: PolicyRule, _ type: Int, flags: Int) -> Self {
        var header = fib_rule_hdr()
        header.family = UInt8(AF_INET)
        header.action = UInt8(FR_ACT_TO_TBL)
        header.src_len = UInt8(rule.source?.length ?? 0)
        header.dst_len = UInt8(rule.destination?.length ?? 0)
        header.table = rule.table < 256 ? UInt8(rule.table) : 0
        var request = Self("\(verb) \(rule.priority) table \(rule.table)", type, flags: flags, header: header)
        request.add(Int(FRA_PRIORITY), rule.priority)
        request.add(Int(FRA_TABLE), rule.table)
        if let source = rule.source, source.length > 0 { request.add(Int(FRA_SRC), source.address.octets) }
        if let destination = rule.destination, destination.length > 0 { request.add(Int(FRA_DST), destination.address.octets) }
        if let incoming = rule.incoming { request.add(Int(FRA_IIFNAME), incoming) }
        if let outgoing = rule.outgoing { request.add(Int(FRA_OIFNAME), outgoing) }
        if let mark = rule.mark {
            request.add(Int(FRA_FWMARK), mark)
            request.add(Int(FRA_FWMASK), rule.mask ?? .max)
        }
        return request
    }
}

extension PolicyRule {
    init?(_ answer: NetlinkAnswer) {
        guard answer.type == Int(RTM_NEWRULE), let header = answer.header(fib_rule_hdr.self) else { return nil }
        let found = answer.attributes(after: fib_rule_hdr.self)
        func prefix(_ attribute: Int, _ length: UInt8) -> IPv4Prefix? {
            found[attribute].flatMap { IPv4Address(octets: $0) }.map { IPv4Prefix($0, Int(length)) }
        }
        self.init(
            priority: found[Int(FRA_PRIORITY)]?.structure(UInt32.self) ?? 0,
            table: found[Int(FRA_TABLE)]?.structure(UInt32.self) ?? UInt32(header.table), from: prefix(Int(FRA_SRC), header.src_len),
            to: prefix(Int(FRA_DST), header.dst_len), incoming: found[Int(FRA_IIFNAME)]?.text, outgoing: found[Int(FRA_OIFNAME)]?.text,
            mark: found[Int(FRA_FWMARK)]?.structure(UInt32.self), mask: found[Int(FRA_FWMASK)]?.structure(UInt32.self))
    }
}
