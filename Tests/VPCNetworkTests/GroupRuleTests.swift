import AWSServices
import Linux
import Testing

@testable import VPCNetwork

struct GroupRuleTests {
    typealias Rule = SecurityGroupState.Rule

    private func ingress(_ rules: Rule...) -> [String] { GroupRules.rules(rules, peer: "saddr", groups: ["sg-a"]) }

    @Test func `ports of one peer become one rule, overlaps and neighbours merged`() {
        let anyone = Rule.Peer.block("0.0.0.0/0")
        #expect(ingress(.tcp(80...80, anyone), .tcp(443...443, anyone)) == ["tcp dport { 80, 443 } accept"])
        #expect(ingress(.tcp(100...200, anyone), .tcp(150...300, anyone), .tcp(301...301, anyone)) == ["tcp dport 100-301 accept"])
        #expect(ingress(.tcp(0...65535, anyone)) == ["meta l4proto tcp accept"])
        #expect(
            ingress(Rule(ipProtocol: "udp", ports: nil, peer: anyone), Rule(ipProtocol: "17", ports: 53...53, peer: anyone)) == [
                "meta l4proto udp accept"
            ])
    }

    @Test func `peers are blocks without host bits or members of a group`() {
        #expect(ingress(.tcp(22...22, .block("10.1.2.3/8"))) == ["ip saddr 10.0.0.0/8 tcp dport 22 accept"])
        #expect(ingress(.tcp(22...22, .group("sg-a"))) == ["ip saddr @of_sg-a tcp dport 22 accept"])
        #expect(GroupRules.rules([.all], peer: "daddr", groups: []) == ["accept"])
        #expect(ingress(.tcp(22...22, .group("sg-gone")), .tcp(22...22, .block("::/0"))) == [])
    }

    @Test func `other protocols go by type and number`() {
        let anyone = Rule.Peer.block("0.0.0.0/0")
        #expect(ingress(Rule(ipProtocol: "icmp", ports: nil, peer: anyone)) == ["meta l4proto icmp accept"])
        #expect(ingress(Rule(ipProtocol: "1", ports: 8...8, peer: anyone)) == ["icmp type 8 accept"])
        #expect(ingress(Rule(ipProtocol: "icmp", ports: 3...4, peer: anyone)) == ["icmp type 3 icmp code 4 accept"])
        #expect(ingress(Rule(ipProtocol: "50", ports: nil, peer: anyone)) == ["meta l4proto 50 accept"])
        #expect(ingress(Rule(ipProtocol: "ipv4; flush ruleset", ports: nil, peer: anyone)) == [])
    }

    /// A small generator, so that a failure can be repeated.
    private struct Steps: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 31
        }
    }

    private func firewall(_ steps: inout Steps) throws -> Firewall {
        var state = VPCState(id: "vpc-1", blocks: ["10.0.0.0/16"])
        state.subnets = [SubnetState(id: "subnet-1", block: "10.0.0.0/20", availabilityZone: "us-east-1a")]
        state.groups = (0..<4).filter { _ in Bool.random(using: &steps) }.map { SecurityGroupState(id: "sg-\($0)") }
        for index in state.groups.indices {
            let peers: [Rule.Peer] = [.group("sg-\(Int.random(in: 0..<4, using: &steps))"), .block("10.0.0.0/8")]
            state.groups[index].ingress = peers.filter { _ in Bool.random(using: &steps) }.map { .tcp(80...90, $0) }
        }
        for number in 0..<5 where Bool.random(using: &steps) {
            var interface = InterfaceState(
                id: "eni-000000000\(number)", subnetID: "subnet-1",
                owner: Bool.random(using: &steps) ? .region : .instance("i-1", deviceIndex: number),
                mac: "02:00:00:00:00:0\(number)", addresses: ["10.0.0.\(10 + number)"])
            interface.groupIDs = (0..<4).filter { _ in Bool.random(using: &steps) }.map { "sg-\($0)" }
            interface.publicAddresses =
                Bool.random(using: &steps) ? [interface.addresses[0]: "198.18.0.\(Int.random(in: 1..<9, using: &steps))\(number)"] : [:]
            state.interfaces.append(interface)
        }
        return try VPCPlanner.plan(state).firewall
    }

    @Test(.enabled(if: isRoot), arguments: [1, 2, 3]) func `differences lead where the whole script leads`(_ seed: UInt64) throws {
        let path = "/tmp/eyrie-firewall-\(seed)-\(UInt32.random(in: 0...UInt32.max))"
        let other = path + "-b"
        defer { for path in [path, other] { NetworkNamespaces.remove(path) } }
        for path in [path, other] { try NetworkNamespaces.ensure(path) }
        let nft = try Nftables(namespace: path)
        let whole = try Nftables(namespace: other)
        var steps = Steps(state: seed)
        var last = Firewall()
        try nft.run(last.script(table: "t"))
        for _ in 0..<25 {
            let next = try firewall(&steps)
            if let script = next.script(table: "t", from: last) { try nft.run(script) }
            try whole.run(next.script(table: "t"))
            #expect(try contents(nft) == contents(whole))
            last = next
        }
    }

    /// The ruleset without its order: what came later is listed later.
    private func contents(_ nft: Nftables) throws -> [String] {
        let text = try nft.list("list ruleset")
        var blocks: [String] = [""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { blocks.append("") } else if !line.hasPrefix("table"), line != "}" { blocks[blocks.count - 1] += line + "\n" }
        }
        return blocks.map { $0.split { " ,\n\t".contains($0) }.sorted().joined(separator: " ") }.sorted()
    }
}
