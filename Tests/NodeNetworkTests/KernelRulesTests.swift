import Control
import Documents
import Foundation
import Linux
import Testing

@testable import NodeNetwork

/// Scripts on the kernel itself.
@Suite(.enabled(if: NodeBed.canRun), .serialized) struct KernelRulesTests {
    /// Incremental changes lead to the same table as making it anew.
    @Test func changesAddUpToTheWhole() throws {
        let bed = try NodeBed()
        defer { bed.close() }
        let random = RandomSource(seed: 7)
        let live = try KernelRules(namespace: bed.node)
        let fresh = try KernelRules(namespace: try bed.namespace("fresh"))
        let skeleton = ProxySkeleton.commands(nodePorts: .allAddresses, mark: 1 << 14, serviceBlocks: [])
        var writer = ProxyWriter(table: RuleTable("ip kube-proxy", skeleton: skeleton))
        try live.run(writer.table.full())
        let node = ProxyNode(name: "n1")
        for round in 0..<40 {
            let name = "s\(random.int(in: 0..<6))"
            let addresses = (0..<random.int(in: 0..<4)).map { _ in "10.0.0.\(random.int(in: 1..<8))" }
            var service: ProxyService?
            if random.int(in: 0..<5) > 0 {
                // Two services share an address and port now and then, as external addresses can.
                var document = Samples.service(
                    name, clusterIP: "10.100.0.\(name.suffix(1))",
                    nodePort: random.int(in: 0..<2) == 0 ? 30000 + random.int(in: 0..<3) : nil,
                    affinity: random.int(in: 0..<3) == 0)
                if random.int(in: 0..<2) == 0 { document["spec"]["externalIPs"] = ["198.51.100.1"] }
                service = ProxyService(document)
            }
            let endpoints = ProxyEndpoints(slices: [Samples.slice(addresses, service: name)].compactMap { ProxySlice($0, node: node.name) })
            let script = writer.update([("default/\(name)", service, endpoints)], node: node, options: ServiceRuleOptions())
            if !script.isEmpty { try live.run(script) }
            guard round % 8 == 7 else { continue }
            try fresh.run(writer.table.full())
            #expect(try Self.dump(bed, "node") == Self.dump(bed, "fresh"))
        }
    }
    /// The table's lines in an order of their own.
    private static func dump(_ bed: NodeBed, _ name: String) throws -> [Substring] {
        let text = try bed.run(in: name, "nft list table ip kube-proxy").output
        return text.replacing("elements = {", with: "").split { "\n,{}".contains($0) }.map {
            Substring($0.filter { $0 != " " && $0 != "\t" })
        }.sorted()
    }

    @Test func policiesOpenAndClose() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await NodeBedTests.withManager(bed) { _ in
            let addresses = (web: try bed.addPod("web"), good: try bed.addPod("good"), bad: try bed.addPod("bad"))
            try bed.serve("web")
            let pods = [
                try PolicyRulesTests.pod("web", addresses.web, labels: ["app": "web"]),
                try PolicyRulesTests.pod("good", addresses.good, labels: ["app": "good"]),
                try PolicyRulesTests.pod("bad", addresses.bad, labels: ["app": "bad"]),
            ]
            let kernel = try KernelRules(namespace: bed.node)
            var table = RuleTable("ip aws-network-policy", skeleton: PolicyRules.skeleton)
            try kernel.run(table.full())
            func enforce(_ spec: Value?) throws {
                let fragments = spec.map { PolicyRulesTests.rules($0, pods).fragments() } ?? [:]
                var changes: [String: RuleFragment?] = fragments.mapValues { .some($0) }
                for owner in table.owners where fragments[owner] == nil { changes[owner] = .some(nil) }
                let script = table.update(changes)
                if !script.isEmpty { try kernel.run(script) }
            }
            func reach(_ name: String, within seconds: Double = 30) throws -> Bool {
                try bed.run(in: name, "curl -s --max-time \(seconds) http://\(addresses.web)/").status == 0
            }
            func isBarred(_ name: String) throws -> Bool { try !reach(name, within: 0.5) }
            #expect(try reach("good") && reach("bad"))
            let select: Value = ["matchLabels": ["app": "web"]]
            try enforce([
                "podSelector": select, "policyTypes": ["Ingress"],
                "ingress": [["from": [["podSelector": ["matchLabels": ["app": "good"]]]], "ports": [["port": 80]]]],
            ])
            #expect(try reach("good") && isBarred("bad"))
            #expect(try reach("node"), "kubelet's probes pass")
            #expect(try isBarred("vpc"))
            try enforce([
                "podSelector": select, "policyTypes": ["Ingress"], "ingress": [["from": [["ipBlock": ["cidr": "192.168.0.1/32"]]]]],
            ])
            #expect(try reach("vpc") && isBarred("good"))
            try enforce(["podSelector": ["matchLabels": ["app": "good"]], "policyTypes": ["Egress"]])
            #expect(try reach("bad") && isBarred("good"))
            try enforce(nil)
            #expect(try reach("bad") && reach("good"))
        }
    }

    @Test func datagramsFollowTheEndpoints() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await NodeBedTests.withManager(bed) { _ in
            let (a, b) = (try bed.addPod("a"), try bed.addPod("b"))
            _ = try bed.addPod("client")
            for name in ["a", "b"] { try bed.start(in: name, "socat UDP-RECVFROM:53,fork SYSTEM:'echo \(name)'", listening: 53) }
            let skeleton = ProxySkeleton.commands(nodePorts: .allAddresses, mark: 1 << 14, serviceBlocks: [])
            var writer = ProxyWriter(table: RuleTable("ip kube-proxy", skeleton: skeleton))
            let kernel = try KernelRules(namespace: bed.node)
            let node = ProxyNode(name: "n1")
            let service = ProxyService(Samples.service(transport: "UDP", port: 53))
            func set(_ addresses: [String]) throws {
                let slices = [Samples.slice(addresses, port: 53, transport: "UDP")]
                _ = writer.update(
                    [("default/web", service, ProxyEndpoints(slices: slices.compactMap { ProxySlice($0, node: node.name) }))], node: node,
                    options: ServiceRuleOptions())
                try kernel.run(writer.table.full())
            }
            func ask() throws -> String {
                for _ in 0..<120 {
                    let command = "echo x | socat -t0.5 - UDP:10.100.0.5:53,sourceport=4444"
                    let answer = try bed.run(in: "client", command).output.filter { $0 != "\n" }
                    if !answer.isEmpty { return answer }
                }
                return ""
            }
            try set([a])
            #expect(try ask() == "a")
            _ = writer.takeStale()
            try set([b])
            #expect(try ask() == "a", "the kernel goes on with the tracked connection")
            let stale = writer.takeStale()
            #expect(stale.count == 1 && stale[0].endpoints == [a])
            try ConnectionTracking(namespace: bed.node).delete(stale)
            let after = try ask()
            let seen = try bed.run(in: "node", "nft list table ip kube-proxy").output
            #expect(after == "b", "\(seen)")
        }
    }
}
