/// Names out of a hosts block or file. Source: hosts(5); CoreDNS's hosts plug-in.
struct HostsTable: DNSResponder {
    private let addresses: [String: [[UInt8]]]
    private let ttl: UInt32
    /// Whether names that are not here may be answered by others.
    private let passesOn: Bool

    /// - Parameter lines: each an address and its names.
    init(lines: [[String]], ttl: UInt32, passesOn: Bool) {
        var addresses: [String: [[UInt8]]] = [:]
        for line in lines {
            guard let address = line.first.flatMap(DNSName.address) else { continue }
            for name in line.dropFirst() { addresses[DNSName.canonical(name), default: []].append(address) }
        }
        (self.addresses, self.ttl, self.passesOn) = (addresses, ttl, passesOn)
    }

    func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        let name = DNSName.canonical(question.name)
        guard let found = addresses[name] else { return passesOn ? nil : query.reply(.noSuchName) }
        var reply = query.reply()
        reply.isAuthoritative = true
        if question.type == .a { reply.answers = found.map { DNSRecord(question.name, .a, ttl: ttl, .address($0)) } }
        return reply
    }
}
