import Documents
import Glibc
import Linux
import NodeNetwork

/// kube-proxy's rules on this kernel, in network namespaces of their own: how long all services and one change take, and what a connection
/// through a service costs beside a direct one.
struct ServicesBench {
    private let options: Options
    private static let node = ProxyNode(name: "n1")
    private static let (nodeAddress, podAddress) = (IPv4Address(0x0a00_0001), IPv4Address(0x0a00_0002))

    init(_ options: Options) { self.options = options }

    func run() throws {
        let folder = "/tmp/eyrie-bench-\(getpid())"
        let (node, pod) = ("\(folder)/node", "\(folder)/pod")
        defer {
            for path in [node, pod] { NetworkNamespaces.remove(path) }
            rmdir(folder)
        }
        for path in [node, pod] { try NetworkNamespaces.ensure(path) }
        try Self.connect(node, pod)
        let connections = try options.number("connections", 10_000)
        let server = try NetworkNamespaces.within(pod) { try Self.listen() }
        defer { close(server) }
        try measureConnections("direct connection", Self.podAddress, 80, connections, node, server)
        let only = try options.text("services").map { _ in try options.number("services", 1) }
        for count in [10, 1000, 10_000] where only == nil || only == count {
            try measure(count, KernelRules(namespace: node))
            let last = Self.clusterIP(count - 1)
            try measureConnections("connection, \(count) services", last, 80, connections, node, server)
        }
    }

    /// All services at once, then changes of one service's endpoints.
    private func measure(_ count: Int, _ kernel: KernelRules) throws {
        let skeleton = ProxySkeleton.commands(nodePorts: .allAddresses, mark: 1 << 14, serviceBlocks: [])
        var writer = ProxyWriter(table: RuleTable("ip kube-proxy", skeleton: skeleton))
        let all = (0..<count).map { Self.entry($0, endpoints: 1) }
        let (begun, processor) = (seconds(), ownProcessorSeconds())
        _ = writer.update(all, node: Self.node, options: ServiceRuleOptions())
        let planned = seconds()
        try kernel.run(writer.table.full())
        let done = seconds()
        print(
            row("rules of \(count) services", count, rate: Double(count) / (done - begun), "/s")
                + "  plan \(fixed((planned - begun) * 1000)) ms  kernel \(fixed((done - planned) * 1000)) ms"
                + cost((ownProcessorSeconds() - processor) / Double(count)))
        var latencies = Latencies()
        let (start, startProcessor) = (seconds(), ownProcessorSeconds())
        for round in 0..<200 {
            let before = seconds()
            let script = writer.update(
                [Self.entry(round % max(1, count - 1), endpoints: 2 + round % 2)], node: Self.node, options: ServiceRuleOptions())
            try kernel.run(script)
            latencies.add(seconds() - before)
        }
        report(
            "endpoint change, \(count) services", latencies, seconds: seconds() - start,
            processorSeconds: ownProcessorSeconds() - startProcessor)
    }

    private static func clusterIP(_ number: Int) -> IPv4Address { IPv4Address(0x0a64_0001 + UInt32(number)) }

    /// One service with its endpoints, the first of which is the server.
    private static func entry(_ number: Int, endpoints: Int) -> (key: String, service: ProxyService?, endpoints: ProxyEndpoints) {
        let name = "s\(number)"
        let document: Value = [
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": [
                "type": "ClusterIP", "clusterIP": .string("\(clusterIP(number))"),
                "ports": [["name": "http", "protocol": "TCP", "port": 80, "targetPort": 80]],
            ],
        ]
        let addresses = (0..<endpoints).map { Value.string("\(IPv4Address(podAddress.number + UInt32($0)))") }
        let slice: Value = [
            "addressType": "IPv4", "ports": [["name": "http", "protocol": "TCP", "port": 80]],
            "endpoints": .array(addresses.map { ["addresses": [$0], "conditions": ["ready": true], "nodeName": "n2"] }),
        ]
        return (
            "default/\(name)", ProxyService(document), ProxyEndpoints(slices: [ProxySlice(slice, node: node.name)].compactMap { $0 })
        )
    }

    // MARK: Connections

    private static func connect(_ node: String, _ pod: String) throws {
        let (outer, inner) = (try Netlink(namespace: node), try Netlink(namespace: pod))
        try outer.addVeth("pod", LinkSettings(isUp: true), peer: "eth0", LinkSettings(namespace: pod))
        try inner.changeLink("eth0", LinkSettings(isUp: true))
        try outer.addAddress(IPv4Prefix(nodeAddress, 24), link: "pod")
        try inner.addAddress(IPv4Prefix(podAddress, 24), link: "eth0")
        try outer.addRoute(Route(.all, via: podAddress, link: try outer.index(of: "pod")))
    }

    private static func address(_ address: IPv4Address, _ port: UInt16) -> sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        result.sin_addr.s_addr = address.number.bigEndian
        return result
    }
    private static func with<Outcome>(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Outcome
    ) -> Outcome {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
    private static func socket() -> Int32 { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) }

    private static func listen() throws -> Int32 {
        let descriptor = socket()
        let bound = with(address(podAddress, 80)) { bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, 64) == 0 else { throw LinuxError("listen", "\(podAddress):80") }
        return descriptor
    }

    /// One connection after the other: connect, accept, reset. The handshake is over when connect returns.
    private func measureConnections(
        _ name: String, _ target: IPv4Address, _ port: UInt16, _ count: Int, _ node: String, _ server: Int32
    ) throws {
        var latencies = Latencies()
        let start = seconds()
        try NetworkNamespaces.within(node) {
            for _ in 0..<count {
                let client = Self.socket()
                let before = seconds()
                let connected = Self.with(Self.address(target, port)) { Glibc.connect(client, $0, $1) }
                guard connected == 0 else { throw LinuxError("connect", "\(target):\(port)") }
                latencies.add(seconds() - before)
                close(accept(server, nil, nil))
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                close(client)
            }
        }
        report(name, latencies, seconds: seconds() - start, processorSeconds: nil)
    }
}
