import Documents
import Testing

@testable import ClusterDNS

@Suite struct KubernetesZoneTests {
    private struct Elsewhere: DNSResponder {
        func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
            var reply = query.reply()
            reply.answers = [DNSRecord(question.name, .a, ttl: 60, .address([93, 184, 216, 34]))]
            return reply
        }
    }
    private let zone: KubernetesZone

    init() throws {
        var settings = KubernetesZone.Settings()
        (settings.zones, settings.pods) = (["cluster.local.", "in-addr.arpa."], .insecure)
        settings.passedOn = ["in-addr.arpa."]
        zone = KubernetesZone(settings, upstream: Elsewhere())
        let services = try YAML.parse(
            """
            metadata: {namespace: default, name: web}
            spec: {clusterIPs: [10.100.5.5], ports: [{name: http, port: 80, protocol: TCP}, {name: dns, port: 53, protocol: UDP}]}
            ---
            metadata: {namespace: default, name: db}
            spec: {clusterIPs: [None], ports: [{name: sql, port: 5432, protocol: TCP}]}
            ---
            metadata: {namespace: default, name: out}
            spec: {type: ExternalName, externalName: example.com}
            ---
            metadata: {namespace: kube-system, name: kube-dns}
            spec: {clusterIPs: [10.100.0.10], ports: [{name: dns, port: 53, protocol: UDP}]}
            """)
        let slices = try YAML.parse(
            """
            addressType: IPv4
            metadata: {namespace: default, name: db-1, labels: {kubernetes.io/service-name: db}}
            ports: [{name: sql, port: 5432, protocol: TCP}]
            endpoints:
              - {addresses: [192.168.1.7], hostname: db-0, conditions: {ready: true}}
              - {addresses: [192.168.1.8], conditions: {ready: true}}
              - {addresses: [192.168.1.9], conditions: {ready: false}}
            ---
            addressType: IPv4
            metadata: {namespace: default, name: web-1, labels: {kubernetes.io/service-name: web}}
            ports: [{name: http, port: 8080, protocol: TCP}]
            endpoints: [{addresses: [192.168.1.20], hostname: web-0}]
            """)
        zone.update { index in
            index.resetNamespaces(["default", "kube-system"])
            index.resetServices(services)
            index.resetSlices(slices)
        }
    }
    private func ask(_ name: String, _ type: DNSType = .a) async throws -> DNSMessage {
        let query = DNSMessage(query: name, type, id: 1)
        return try #require(await zone.respond(to: query, question: query.questions[0]))
    }
    private func addresses(_ name: String) async throws -> [String] {
        try await ask(name).answers.compactMap { record in
            if case .address(let bytes) = record.data { bytes.map(String.init).joined(separator: ".") } else { nil }
        }
    }

    @Test func aServiceHasItsClusterAddress() async throws {
        #expect(try await addresses("Web.Default.svc.cluster.local.") == ["10.100.5.5"])
        #expect(try await ask("Web.Default.svc.cluster.local.").answers[0].name == "Web.Default.svc.cluster.local.")
    }
    @Test func aHeadlessServiceHasItsReadyEndpoints() async throws {
        #expect(try await addresses("db.default.svc.cluster.local.") == ["192.168.1.7", "192.168.1.8"])
        #expect(try await addresses("db-0.db.default.svc.cluster.local.") == ["192.168.1.7"])
        #expect(try await addresses("192-168-1-8.db.default.svc.cluster.local.") == ["192.168.1.8"])
    }
    @Test func endpointsOfAServiceWithAnAddressHaveNamesToo() async throws {
        #expect(try await addresses("web-0.web.default.svc.cluster.local.") == ["192.168.1.20"])
    }
    @Test func portsAreFoundByServiceRecords() async throws {
        let web = try await ask("_http._tcp.web.default.svc.cluster.local.", .srv)
        #expect(
            web.answers.map(\.data) == [.service(priority: 0, weight: 100, port: 80, target: "web.default.svc.cluster.local.")])
        let db = try await ask("_sql._tcp.db.default.svc.cluster.local.", .srv)
        #expect(
            db.answers.map(\.data) == [
                .service(priority: 0, weight: 50, port: 5432, target: "db-0.db.default.svc.cluster.local."),
                .service(priority: 0, weight: 50, port: 5432, target: "192-168-1-8.db.default.svc.cluster.local."),
            ])
        #expect(db.additionals.map(\.name) == ["db-0.db.default.svc.cluster.local.", "192-168-1-8.db.default.svc.cluster.local."])
        #expect(try await ask("_http._udp.web.default.svc.cluster.local.", .srv).code == .noSuchName)
    }
    @Test func addressesLeadBackToNames() async throws {
        #expect(try await ask("5.5.100.10.in-addr.arpa.", .ptr).answers.map(\.data) == [.name("web.default.svc.cluster.local.")])
        #expect(try await ask("7.1.168.192.in-addr.arpa.", .ptr).answers.map(\.data) == [.name("db-0.db.default.svc.cluster.local.")])
    }
    @Test func unknownAddressesAreForOthers() async {
        let query = DNSMessage(query: "1.1.1.1.in-addr.arpa.", .ptr, id: 1)
        #expect(await zone.respond(to: query, question: query.questions[0]) == nil)
    }
    @Test func anExternalNameIsAnAliasWithWhatItStandsFor() async throws {
        let answer = try await ask("out.default.svc.cluster.local.")
        #expect(answer.answers.map(\.data) == [.name("example.com."), .address([93, 184, 216, 34])])
    }
    @Test func podsHaveNamesByTheirAddresses() async throws {
        #expect(try await addresses("10-1-2-3.default.pod.cluster.local.") == ["10.1.2.3"])
        #expect(try await ask("10-1-2-3.nowhere.pod.cluster.local.").code == .noSuchName)
    }
    @Test(arguments: ["nothing.default.svc.cluster.local.", "web.nowhere.svc.cluster.local.", "web.default.cluster.local."])
    func unknownNamesDoNotExist(name: String) async throws {
        let answer = try await ask(name)
        #expect(answer.code == .noSuchName)
        #expect(answer.authorities.map(\.type) == [.soa])
    }
    @Test(arguments: ["svc.cluster.local.", "default.svc.cluster.local.", "cluster.local."])
    func namesAboveOthersExistWithoutAddresses(name: String) async throws {
        let answer = try await ask(name)
        #expect(answer.code == .noError && answer.answers.isEmpty)
        #expect(answer.authorities.map(\.type) == [.soa])
    }
    @Test func anAddressOfTheSixthVersionIsNotThereButTheNameIs() async throws {
        let answer = try await ask("web.default.svc.cluster.local.", .aaaa)
        #expect(answer.code == .noError && answer.answers.isEmpty)
    }
    @Test func theSchemaVersionIsTold() async throws {
        #expect(try await ask("dns-version.cluster.local.", .txt).answers.map(\.data) == [.text(["1.1.0"])])
    }
    @Test func aServiceThatGoesIsForgotten() async throws {
        zone.update { $0.remove(service: ["metadata": ["namespace": "default", "name": "web"]]) }
        #expect(try await ask("web.default.svc.cluster.local.").code == .noSuchName)
    }
}
