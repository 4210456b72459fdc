/// The resolver of a VPC: the private names of its instances and interfaces; all else it asks others.
/// Source: Amazon VPC user guide, "DNS attributes for your VPC".
package struct VPCResolver: DNSResponder {
    private let region: String
    private let names: @Sendable (_ name: String) -> [String]
    private let next: any DNSResponder
    private static let ttl: UInt32 = 60

    /// - Parameters:
    ///   - names: IPv4 addresses of a name that this region gave, without a dot at its end; empty when it gave none.
    ///   - next: who answers for all other names.
    package init(region: String, names: @escaping @Sendable (String) -> [String], next: any DNSResponder) {
        (self.region, self.names, self.next) = (region, names, next)
    }

    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        let name = DNSName.canonical(question.name)
        let found = names(String(name.dropLast())).compactMap(DNSName.address)
        if !found.isEmpty || isOwn(name) {
            let known = found.isEmpty ? address(in: name).map { [$0] } ?? [] : found
            var reply = query.reply(known.isEmpty ? .noSuchName : .noError)
            (reply.isAuthoritative, reply.offersRecursion) = (false, true)
            if question.type == .a { reply.answers = known.map { DNSRecord(question.name, .a, ttl: Self.ttl, .address($0)) } }
            return reply
        }
        if question.type == .ptr, let bytes = DNSName.reversed(name).flatMap(DNSName.address), Self.isPrivate(bytes) {
            var reply = query.reply()
            let host = "ip-\(bytes.map(String.init).joined(separator: "-")).\(suffix)"
            reply.answers = [DNSRecord(question.name, .ptr, ttl: Self.ttl, .name(host))]
            return reply
        }
        return await next.respond(to: query, question: question)
    }
    private var suffix: String { region == "us-east-1" ? "ec2.internal." : "\(region).compute.internal." }
    private func isOwn(_ name: String) -> Bool { DNSName.isIn(name, zone: suffix) || DNSName.isIn(name, zone: "eyrie.internal.") }
    /// The address that `ip-10-0-0-1.<suffix>` is made of.
    private func address(in name: String) -> [UInt8]? {
        guard DNSName.isIn(name, zone: suffix), name.hasPrefix("ip-") else { return nil }
        return DNSName.address(String(name.dropFirst(3).dropLast(suffix.utf8.count + 1)).replacing("-", with: "."))
    }
    private static func isPrivate(_ bytes: [UInt8]) -> Bool {
        bytes[0] == 10 || (bytes[0] == 172 && (16..<32).contains(bytes[1])) || (bytes[0] == 192 && bytes[1] == 168)
    }
}
