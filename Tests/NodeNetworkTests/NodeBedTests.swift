import Control
import Documents
import Foundation
import Linux
import Synchronization
import Testing

@testable import NodeNetwork

/// Real packets through the plug-in's wiring and the proxy's rules.
@Suite(.enabled(if: NodeBed.canRun), .serialized) struct NodeBedTests {
    /// Runs the address manager while the body works.
    static func withManager(
        _ bed: NodeBed, log: @escaping @Sendable (String) -> Void = { _ in }, _ body: (AddressManager) async throws -> Void
    ) async throws {
        let manager = AddressManager(
            cloud: bed.cloud, kernel: try KernelRules(namespace: bed.node), settings: bed.settings, namespace: bed.node,
            clock: SystemClock(), log: Log("test", sink: log)
        ) {}
        let task = Task { try await manager.run() }
        defer { task.cancel() }
        for _ in 0..<6_000 where !manager.canServe { try await Task.sleep(for: .milliseconds(10)) }
        try #require(manager.canServe)
        try await body(manager)
        task.cancel()
        _ = await task.result
    }

    @Test func podsReachEachOtherTheNodeAndServices() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await Self.withManager(bed) { _ in
            let (a, b) = (try bed.addPod("a"), try bed.addPod("b"))
            let client = try bed.addPod("client")
            try bed.serve("a")
            try bed.serve("b")
            #expect(try bed.fetch(from: "client", a) == "a")
            #expect(try bed.fetch(from: "node", b) == "b")
            #expect(try bed.run(in: "client", "ip -br addr show eth0").output.contains("\(client)/32"))

            var writer = ProxyWriter(
                table: RuleTable(
                    "ip kube-proxy", skeleton: ProxySkeleton.commands(nodePorts: .allAddresses, mark: 1 << 14, serviceBlocks: [])))
            let kernel = try KernelRules(namespace: bed.node)
            try kernel.run(writer.table.full())
            let node = ProxyNode(name: "n1")
            func set(_ service: Value, _ slices: [Value]) throws {
                let script = writer.update(
                    [("default/web", ProxyService(service), ProxyEndpoints(slices: slices.compactMap { ProxySlice($0, node: node.name) }))],
                    node: node,
                    options: ServiceRuleOptions())
                try kernel.run(script)
            }
            try set(Samples.service(nodePort: 32000), [Samples.slice([a, b])])
            let answers = try Set((0..<20).map { _ in try bed.fetch(from: "client", "10.100.0.5:8080") })
            #expect(answers == ["a", "b"])
            #expect(["a", "b"].contains(try bed.fetch(from: "node", "10.100.0.5:8080")))
            #expect(["a", "b"].contains(try bed.fetch(from: "vpc", "192.168.0.10:32000")))
            let own = try Set((0..<20).map { _ in try bed.fetch(from: "a", "10.100.0.5:8080") })
            #expect(own == ["a", "b"], "a pod reaches itself through its service")

            try set(Samples.service(nodePort: 32000), [Samples.slice([b])])
            #expect(try Set((0..<8).map { _ in try bed.fetch(from: "client", "10.100.0.5:8080") }) == ["b"])
            try set(Samples.service(nodePort: 32000, affinity: true), [Samples.slice([a, b])])
            #expect(try Set((0..<12).map { _ in try bed.fetch(from: "client", "10.100.0.5:8080") }).count == 1)
            try set(Samples.service(nodePort: 32000), [])
            #expect(try bed.run(in: "client", "curl -s --max-time 30 http://10.100.0.5:8080/").status == 7, "refused at once")
            #expect(try bed.run(in: "vpc", "curl -s --max-time 30 http://192.168.0.10:32000/").status == 7)
        }
    }

    @Test func aRestartedManagerKnowsItsPods() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        var address = ""
        try await Self.withManager(bed) { _ in
            address = try bed.addPod("a", ports: #"[{"hostPort":8088,"containerPort":80,"protocol":"tcp"}]"#)
            _ = try bed.addPod("lost")
        }
        try bed.run(in: "node", "ip link del \(PodInterface(container: "", name: "", podNamespace: "default", podName: "lost").hostName)")
        try await Self.withManager(bed) { manager in
            #expect(manager.podLinks.keys.map(\.description) == [address])
            try bed.serve("a")
            #expect(try bed.fetch(from: "vpc", "192.168.0.10:8088") == "a")
            #expect(try bed.plugin("CHECK", "a").status == 0)
        }
    }

    @Test func aPodThatGoesLeavesNothing() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await Self.withManager(bed) { _ in
            let before = try bed.run(in: "node", "ip rule; ip route; ip link").output
            _ = try bed.addPod("a", ports: #"[{"hostPort":8088,"containerPort":80,"protocol":"tcp"}]"#)
            try bed.serve("a")
            #expect(try bed.fetch(from: "vpc", "192.168.0.10:8088") == "a")
            #expect(try bed.fetch(from: "node", "192.168.0.10:8088") == "a")
            #expect(try bed.plugin("CHECK", "a").status == 0)
            #expect(try bed.plugin("DEL", "a", container: "older").status == 0)
            #expect(try bed.plugin("CHECK", "a").status == 0, "another sandbox of the same pod stays")
            for _ in 0..<2 { #expect(try bed.plugin("DEL", "a").status == 0) }
            #expect(try bed.run(in: "node", "ip rule; ip route; ip link").output == before)
            #expect(!(try bed.run(in: "node", "nft list map ip aws-node host-ports").output.contains("8088")))
        }
        #expect(try bed.plugin("DEL", "a").status == 0, "without the address manager")
    }

    @Test func podsThatComeAndGoTogetherAreAllKept() async throws {
        let bed = try NodeBed(cloud: FakeCloud(limits: AddressLimits(interfaces: 1, addressesPerInterface: 24)))
        defer { bed.close() }
        let lines = Mutex<[String]>([])
        let note: @Sendable (String) -> Void = { line in lines.withLock { $0.append(line) } }
        try await Self.withManager(bed, log: note) { manager in
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for index in 0..<16 {
                    group.addTask {
                        let added = try bed.plugin("ADD", "p\(index)").status
                        return index % 2 == 0 ? added : try bed.plugin("DEL", "p\(index)").status
                    }
                }
                for try await status in group { #expect(status == 0) }
            }
            #expect(manager.podLinks.count == 8 && Set(manager.podLinks.values).count == 8)
        }
        let saved = Checkpoint.decode(try Files.read(bed.settings.checkpointPath))
        #expect(Set(saved.map(\.pod.podName)) == Set((0..<16).filter { $0 % 2 == 0 }.map { "p\($0)" }))
        #expect(!lines.withLock { $0.contains { $0.contains("level=error") } })
    }

    @Test func whenNoAddressIsLeftThePluginSaysWhatEKSSays() async throws {
        let bed = try NodeBed()
        defer { bed.close() }
        try await Self.withManager(bed) { _ in
            for index in 0..<5 { _ = try bed.addPod("p\(index)") }
            let (status, text) = try bed.plugin("ADD", "late")
            #expect(status == 1)
            #expect(text.contains("add cmd: failed to assign an IP address to container"))
        }
    }
}
