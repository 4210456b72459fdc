import Control
import Documents
import Foundation
import Glibc
import Linux
import Testing

@testable import NodeNetwork

/// What happens to traffic while endpoints and policies change.
@Suite(.enabled(if: NodeBed.canRun), .serialized) struct TrafficTests {
    /// The rules of one service on the bed's node.
    private struct Rules {
        let kernel: KernelRules
        var writer = ProxyWriter(
            table: RuleTable(
                "ip kube-proxy", skeleton: ProxySkeleton.commands(nodePorts: .allAddresses, mark: 1 << 14, serviceBlocks: [])))
        init(_ bed: NodeBed) throws {
            kernel = try KernelRules(namespace: bed.node)
            try kernel.run(writer.table.full())
        }
        mutating func set(_ service: Value, _ slices: [Value]) throws {
            let node = ProxyNode(name: "n1")
            let endpoints = ProxyEndpoints(slices: slices.compactMap { ProxySlice($0, node: node.name) })
            try kernel.run(
                writer.update([("default/web", ProxyService(service), endpoints)], node: node, options: ServiceRuleOptions()))
        }
    }

    @Test func connectionsOutliveTheEndpointsOfTheirService() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await NodeBedTests.withManager(bed) { _ in
            let (a, b) = (try bed.addPod("a"), try bed.addPod("b"))
            _ = try bed.addPod("client")
            try bed.start(in: "a", "socat TCP-LISTEN:80,reuseaddr,fork EXEC:cat", listening: 80)
            try bed.serve("b")
            var rules = try Rules(bed)
            try rules.set(Samples.service(), [Samples.slice([a])])
            // Speaks, waits, and speaks again on the same connection.
            let (said, heard) = ("\(bed.folder)/said", "\(bed.folder)/heard")
            try bed.run(in: "client", "mkfifo \(said)")
            try bed.start(in: "client", "sh -c 'socat - TCP:10.100.0.5:8080 < \(said) > \(heard)'")
            let pen = open(said, O_WRONLY | O_CLOEXEC)
            defer { Glibc.close(pen) }
            func say(_ text: String) throws {
                _ = text.withCString { write(pen, $0, strlen($0)) }
                func isHeard() -> Bool { (try? String(contentsOfFile: heard, encoding: .utf8))?.contains(text) ?? false }
                for _ in 0..<6_000 {
                    if isHeard() { return }
                    usleep(10_000)
                }
                Issue.record("\(text) is not heard")
            }
            try say("before")
            try rules.set(Samples.service(), [Samples.slice([b])])
            #expect(try bed.fetch(from: "client", "10.100.0.5:8080") == "b", "new connections go to the new endpoint")
            try say("after")
            try rules.set(Samples.service(), [])
            try say("last")
        }
    }

    @Test func policyLocalShowsTheClientsAddress() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await NodeBedTests.withManager(bed) { _ in
            let a = try bed.addPod("a")
            try bed.start(in: "a", "socat TCP-LISTEN:80,reuseaddr,fork SYSTEM:'echo $SOCAT_PEERADDR'", listening: 80)
            var rules = try Rules(bed)
            func peer() throws -> String {
                for _ in 0..<50 {
                    let seen = try bed.run(in: "vpc", "socat -t60 TCP:192.168.0.10:32000 - < /dev/null").output.filter { $0 != "\n" }
                    if !seen.isEmpty, !seen.contains("refused") { return seen }
                }
                return ""
            }
            var service = Samples.service(nodePort: 32000)
            try rules.set(service, [Samples.slice([a])])
            #expect(try peer() == "192.168.0.10", "policy Cluster masquerades")
            service["spec"]["externalTrafficPolicy"] = "Local"
            try rules.set(service, [Samples.slice([a])])
            #expect(try peer() == "192.168.0.1")
        }
    }

    @Test func whatLeavesTheVPCGetsTheNodesAddress() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await NodeBedTests.withManager(bed) { _ in
            let a = try bed.addPod("a")
            let vpc = try Netlink(namespace: try bed.namespace("vpc"))
            try vpc.addAddress(try #require(IPv4Prefix("203.0.113.1/32")), link: "outside")
            for (port, target, seen) in [(7001, "203.0.113.1", "192.168.0.10"), (7002, "192.168.0.1", a)] {
                try bed.start(in: "vpc", "socat TCP-LISTEN:\(port),reuseaddr,fork SYSTEM:'echo $SOCAT_PEERADDR'", listening: port)
                let answer = try bed.run(in: "a", "socat -t60 TCP:\(target):\(port) - < /dev/null").output
                #expect(answer.filter { $0 != "\n" } == seen)
            }
        }
    }
}
