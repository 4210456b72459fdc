/// Answers queries for the names that it knows.
package protocol DNSResponder: Sendable {
    /// - Returns: nil when the name is for others to answer.
    func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage?
}

/// Asks one responder after the other; what none answers is refused.
package struct DNSChain: DNSResponder {
    private let links: [any DNSResponder]
    package init(_ links: [any DNSResponder]) { self.links = links }

    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        for link in links {
            if let answer = await link.respond(to: query, question: question) { return answer }
        }
        return nil
    }
}

/// Chooses among server blocks by the longest zone that a name is in, as CoreDNS does.
package struct DNSZones: DNSResponder {
    private let zones: [(zone: String, responder: any DNSResponder)]
    package init(_ zones: [(zone: String, responder: any DNSResponder)]) {
        self.zones = zones.sorted { $0.zone.utf8.count > $1.zone.utf8.count }
    }
    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        let name = DNSName.canonical(question.name)
        guard let found = zones.first(where: { DNSName.isIn(name, zone: $0.zone) }) else { return nil }
        return await found.responder.respond(to: query, question: question)
    }
}
