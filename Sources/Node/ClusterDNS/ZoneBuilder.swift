package import Control

/// Builds what answers for each server block of a Corefile.
package struct ZoneBuilder: Sendable {
    private let clock: any WallClock
    private let random: RandomSource
    private let exchange: any DNSExchange
    /// The text of a file that the Corefile names, such as /etc/resolv.conf.
    private let read: @Sendable (String) -> String?

    package init(
        clock: any WallClock, random: RandomSource, exchange: any DNSExchange, read: @escaping @Sendable (String) -> String?
    ) {
        (self.clock, self.random, self.exchange, self.read) = (clock, random, exchange, read)
    }

    /// A port with what answers there, and the cluster zones that have to be kept fresh.
    package struct Built: Sendable {
        package var responders: [Int: DNSZones] = [:]
        package var clusterZones: [KubernetesZone] = []
    }
    /// - Throws: `Corefile.Problem` for what a plug-in does not take.
    package func build(_ file: Corefile) throws(Corefile.Problem) -> Built {
        var built = Built()
        var chains: [Int: [(zone: String, responder: any DNSResponder)]] = [:]
        for block in file.blocks {
            let chain = try chain(block, &built.clusterZones)
            for zone in block.zones { chains[block.port, default: []].append((zone, chain)) }
        }
        built.responders = chains.mapValues { DNSZones($0) }
        return built
    }

    /// In CoreDNS's order: cache, hosts, kubernetes, forward.
    private func chain(_ block: Corefile.ServerBlock, _ clusters: inout [KubernetesZone]) throws(Corefile.Problem) -> any DNSResponder {
        var links: [any DNSResponder] = []
        var forwarders: [any DNSResponder] = []
        for directive in block.directives where directive.name == "forward" { forwarders.append(try forwarder(directive)) }
        if let hosts = block.directive("hosts") { links.append(self.hosts(hosts)) }
        if let directive = block.directive("kubernetes") {
            let zone = KubernetesZone(try settings(directive, block), upstream: DNSChain(forwarders))
            clusters.append(zone)
            links.append(zone)
        }
        links += forwarders
        let chain = DNSChain(links)
        guard let cache = block.directive("cache") else { return chain }
        return AnswerCache(chain, longest: cache.arguments.first.flatMap { UInt32($0) } ?? 3600, clock: clock)
    }
    private func settings(
        _ directive: Corefile.Directive, _ block: Corefile.ServerBlock
    ) throws(Corefile.Problem) -> KubernetesZone.Settings {
        var settings = KubernetesZone.Settings()
        settings.zones = (directive.arguments.isEmpty ? block.zones : directive.arguments).map(Self.zone)
        for line in directive.block {
            switch line[0] {
            case "pods":
                guard line.count == 2, let pods = KubernetesZone.PodNames(rawValue: line[1]) else {
                    throw Corefile.Problem(description: "plugin/kubernetes: pods must be disabled or insecure, not \(line.dropFirst())")
                }
                settings.pods = pods
            case "fallthrough": settings.passedOn = line.count == 1 ? ["."] : line.dropFirst().map(Self.zone)
            case "ttl":
                guard line.count == 2, let ttl = UInt32(line[1]), ttl <= 3600 else {
                    throw Corefile.Problem(description: "plugin/kubernetes: ttl must be in range [0, 3600]: \(line.dropFirst())")
                }
                settings.ttl = ttl
            case "endpoint_pod_names", "noendpoints", "namespaces", "labels", "namespace_labels", "endpoint", "tls", "kubeconfig",
                "apiserver_qps", "apiserver_burst", "ignore":
                throw Corefile.Problem(description: "plugin/kubernetes: \(line[0]) is not supported")
            default: throw Corefile.Problem(description: "plugin/kubernetes: unknown property '\(line[0])'")
            }
        }
        return settings
    }
    private static func zone(_ text: String) -> String { DNSName.canonical(text) }

    private func forwarder(_ directive: Corefile.Directive) throws(Corefile.Problem) -> any DNSResponder {
        guard directive.arguments.count >= 2 else { throw Corefile.Problem(description: "plugin/forward: Wrong argument count") }
        var servers: [Forwarder.Server] = []
        for word in directive.arguments.dropFirst() {
            if let server = Forwarder.Server(text: word) {
                servers.append(server)
            } else if let text = read(word) {
                servers += Forwarder.servers(resolvConf: text)
            } else {
                throw Corefile.Problem(description: "plugin/forward: not an IP address or file: \"\(word)\"")
            }
        }
        let policy = directive.block.first { $0[0] == "policy" }?.dropFirst().first ?? "random"
        guard let policy = Forwarder.Policy(rawValue: policy) else {
            throw Corefile.Problem(description: "plugin/forward: unknown policy '\(policy)'")
        }
        let forwarder = Forwarder(servers, policy: policy, exchange: exchange, random: random)
        return ZoneGuard(zone: Self.zone(directive.arguments[0]), next: forwarder)
    }
    private func hosts(_ directive: Corefile.Directive) -> any DNSResponder {
        var lines = directive.block.filter { DNSName.address($0[0]) != nil }
        for file in directive.arguments {
            lines += (read(file) ?? "").split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        }
        let ttl = directive.block.first { $0[0] == "ttl" && $0.count == 2 }.flatMap { UInt32($0[1]) } ?? 3600
        return HostsTable(lines: lines, ttl: ttl, passesOn: directive.block.contains { $0[0] == "fallthrough" })
    }
}

/// Lets only names of a zone through.
private struct ZoneGuard: DNSResponder {
    let zone: String
    let next: any DNSResponder
    func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        guard DNSName.isIn(DNSName.canonical(question.name), zone: zone) else { return nil }
        return await next.respond(to: query, question: question)
    }
}
