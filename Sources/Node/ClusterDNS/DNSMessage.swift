/// Record types that are known by name; others pass through as numbers.
package struct DNSType: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let a = DNSType(rawValue: 1), ns = DNSType(rawValue: 2), cname = DNSType(rawValue: 5), soa = DNSType(rawValue: 6)
    package static let ptr = DNSType(rawValue: 12), mx = DNSType(rawValue: 15), txt = DNSType(rawValue: 16)
    package static let aaaa = DNSType(rawValue: 28), srv = DNSType(rawValue: 33), opt = DNSType(rawValue: 41)
    package static let any = DNSType(rawValue: 255)
}

/// How a query ended. Source: RFC 1035, section 4.1.1.
package enum DNSCode: UInt16, Sendable {
    case noError, formatError, serverFailure, noSuchName, notImplemented, refused
}

/// What is asked.
package struct DNSQuestion: Sendable, Hashable {
    /// As it was asked, with a dot at the end.
    package var name: String
    /// The type of record that is wanted.
    package var type: DNSType
    /// 1, the Internet.
    package var dnsClass: UInt16 = 1
    package init(_ name: String, _ type: DNSType) { (self.name, self.type) = (name, type) }
}

/// A resource record.
package struct DNSRecord: Sendable, Hashable {
    /// The data by type.
    package enum Data: Sendable, Hashable {
        /// Four or sixteen bytes.
        case address([UInt8])
        case name(String)
        case service(priority: UInt16, weight: UInt16, port: UInt16, target: String)
        case authority(primary: String, mailbox: String, serial: UInt32, refresh: UInt32, retry: UInt32, expire: UInt32, minimum: UInt32)
        case text([String])
        /// The data of other types as they stood in a message, names expanded where RFC 3597 lets them be compressed.
        case opaque([UInt8])
    }
    /// Whose record it is.
    package var name: String
    /// What the data are.
    package var type: DNSType
    /// 1, the Internet.
    package var dnsClass: UInt16 = 1
    /// Seconds.
    package var ttl: UInt32
    package var data: Data
    package init(_ name: String, _ type: DNSType, ttl: UInt32, _ data: Data) {
        (self.name, self.type, self.ttl, self.data) = (name, type, ttl, data)
    }
}

/// A DNS message. Source: RFC 1035, section 4; RFC 6891 for EDNS.
package struct DNSMessage: Sendable, Hashable {
    package var id: UInt16 = 0
    package var isResponse = false
    package var opcode: UInt16 = 0
    package var isAuthoritative = false, isTruncated = false, wantsRecursion = false, offersRecursion = false
    package var authenticData = false, checkingDisabled = false
    package var code = DNSCode.noError
    package var questions: [DNSQuestion] = []
    package var answers: [DNSRecord] = [], authorities: [DNSRecord] = [], additionals: [DNSRecord] = []
    /// The largest answer over UDP that the asker takes; nil without EDNS.
    package var udpSize: Int?
    package init() {}

    /// A query for one name.
    package init(query name: String, _ type: DNSType, id: UInt16) {
        (self.id, wantsRecursion, questions) = (id, true, [DNSQuestion(name, type)])
    }
    /// The beginning of an answer to this message.
    package func reply(_ code: DNSCode = .noError) -> DNSMessage {
        var reply = DNSMessage()
        (reply.id, reply.isResponse, reply.opcode, reply.wantsRecursion) = (id, true, opcode, wantsRecursion)
        (reply.code, reply.questions, reply.checkingDisabled) = (code, questions, checkingDisabled)
        reply.udpSize = udpSize.map { _ in 1232 }
        return reply
    }
}

/// Names are compared without case and have a dot at the end.
package enum DNSName {
    /// `Web.Default` → `web.default.`
    package static func canonical(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.last == "." ? lower : lower + "."
    }
    /// Whether a canonical name is in a canonical zone.
    package static func isIn(_ name: String, zone: String) -> Bool {
        zone == "." || name == zone || name.hasSuffix("." + zone)
    }
    /// `4.3.2.1.in-addr.arpa.` → `1.2.3.4`, the same of `ip6.arpa.`; nil for other names.
    package static func reversed(_ name: String) -> String? {
        let labels = name.split(separator: ".")
        if name.hasSuffix(".in-addr.arpa."), labels.count == 6 {
            let parts = labels.prefix(4).reversed().map(String.init)
            return parts.allSatisfy { UInt8($0) != nil } ? parts.joined(separator: ".") : nil
        }
        return nil
    }
    /// The bytes of `1.2.3.4`; nil for anything else.
    package static func address(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { UInt8($0) }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }
    /// The reverse name of an IPv4 address.
    package static func reverse(of address: [UInt8]) -> String { address.reversed().map { "\($0)." }.joined() + "in-addr.arpa." }
}
