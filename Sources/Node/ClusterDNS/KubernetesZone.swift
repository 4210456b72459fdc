import Synchronization

/// The names of a cluster. Source: Kubernetes DNS-Based Service Discovery, specification 1.1.0; CoreDNS's kubernetes plug-in.
package final class KubernetesZone: DNSResponder {
    /// How queries for pods' own names (`10-0-0-1.default.pod.cluster.local`) are answered.
    package enum PodNames: String, Sendable { case disabled, insecure }

    /// The zone's own settings.
    package struct Settings: Sendable {
        /// Canonical; the first that is no reverse zone is the cluster's.
        package var zones = ["cluster.local."]
        package var pods = PodNames.disabled
        /// Seconds.
        package var ttl: UInt32 = 5
        /// Zones whose unknown names others may answer; nil for none.
        package var passedOn: [String]?
        package init() {}
    }
    private let settings: Settings
    private let zone: String
    private let state = Mutex(KubernetesIndex())
    private let upstream: any DNSResponder

    /// - Parameter upstream: who resolves the targets of external names.
    package init(_ settings: Settings, upstream: any DNSResponder) {
        (self.settings, self.upstream) = (settings, upstream)
        zone = settings.zones.first { !$0.hasSuffix(".arpa.") } ?? "cluster.local."
    }

    /// Changes what is known of the cluster.
    func update(_ body: (inout KubernetesIndex) -> Void) { state.withLock { body(&$0) } }

    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        let name = DNSName.canonical(question.name)
        guard let own = settings.zones.filter({ DNSName.isIn(name, zone: $0) }).max(by: { $0.utf8.count < $1.utf8.count }) else {
            return nil
        }
        let found = state.withLock { index in
            ZoneLookup(index: index, zone: zone, ttl: settings.ttl, pods: settings.pods).find(name, question.type, in: own)
        }
        if !found.exists, settings.passedOn?.contains(where: { DNSName.isIn(name, zone: $0) }) == true { return nil }
        var reply = query.reply(found.exists ? .noError : .noSuchName)
        reply.isAuthoritative = true
        reply.answers = found.records.map { record in
            var record = record
            if record.name == name { record.name = question.name }
            return record
        }
        reply.additionals = found.additionals
        if let alias = found.external, question.type != .cname { await follow(alias, question.type, into: &reply) }
        if reply.answers.isEmpty { reply.authorities = [found.authority] }
        return reply
    }
    /// Adds what the target of an external name stands for.
    private func follow(_ alias: String, _ type: DNSType, into reply: inout DNSMessage) async {
        let question = DNSQuestion(alias, type)
        var query = DNSMessage(query: alias, type, id: reply.id)
        query.udpSize = 1232
        let answer =
            DNSName.isIn(alias, zone: zone)
            ? await respond(to: query, question: question) : await upstream.respond(to: query, question: question)
        reply.answers += answer?.answers ?? []
    }
}
