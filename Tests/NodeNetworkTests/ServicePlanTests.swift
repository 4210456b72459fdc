import Documents
import Linux
import Testing

@testable import NodeNetwork

@Suite struct ServicePlanTests {
    private let node = ProxyNode(name: "n1", zone: "us-west-2a")
    private func plan(_ service: Value, _ slices: [Value], _ options: ServiceRuleOptions = ServiceRuleOptions()) throws -> ServicePlan {
        ServicePlan(
            try #require(ProxyService(service)), ProxyEndpoints(slices: slices.compactMap { ProxySlice($0, node: node.name) }), node: node,
            options: options)
    }
    private func rules(_ plan: ServicePlan, _ prefix: String) -> [String]? {
        plan.fragment.chains.first { $0.key.hasPrefix(prefix) }?.value
    }

    @Test func aClusterIPSpreadsOverItsEndpoints() throws {
        let plan = try plan(Samples.service(), [Samples.slice(["10.0.0.2", "10.0.0.1"])])
        #expect(
            rules(plan, "service-") == [
                "meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 80 }"
            ])
        let verdict = try #require(plan.fragment.elements["service-ips"]?["10.100.0.5 . tcp . 8080"])
        #expect(verdict.hasPrefix("goto service-") && verdict.hasSuffix("default/web/tcp/http"))
        #expect(plan.fragment.elements["hairpin-connections"]?.count == 2)
    }
    @Test func oneEndpointNeedsNoChance() throws {
        let plan = try plan(Samples.service(), [Samples.slice(["10.0.0.1"])])
        #expect(rules(plan, "service-") == ["meta l4proto tcp dnat ip to 10.0.0.1:80"])
    }
    @Test func withoutEndpointsClientsAreRefused() throws {
        let plan = try plan(Samples.service(nodePort: 30001), [])
        #expect(plan.fragment.elements["no-endpoint-services"] == ["10.100.0.5 . tcp . 8080": "goto reject-chain"])
        #expect(plan.fragment.elements["no-endpoint-nodeports"] == ["tcp . 30001": "goto reject-chain"])
        #expect(plan.fragment.chains.isEmpty)
    }
    @Test func nodePortsOfPolicyClusterAreMasqueraded() throws {
        let plan = try plan(Samples.service(nodePort: 30001), [Samples.slice(["10.0.0.1"])])
        let external = try #require(rules(plan, "external-"))
        #expect(external.first == "jump mark-for-masquerade" && external.last?.hasPrefix("goto service-") == true)
        #expect(plan.fragment.elements["service-nodeports"]?["tcp . 30001"]?.hasPrefix("goto external-") == true)
    }
    @Test func policyLocalDropsWhereNoEndpointIs() throws {
        var service = Samples.service(nodePort: 30001)
        service["spec"]["externalTrafficPolicy"] = "Local"
        let plan = try plan(service, [Samples.slice(["10.0.0.9"], node: "n2")])
        #expect(plan.fragment.elements["no-endpoint-nodeports"] == ["tcp . 30001": "drop"])
        #expect(rules(plan, "external-")?.contains("fib saddr type local jump mark-for-masquerade") == true)
        #expect(rules(plan, "local-") == nil)
        service["spec"]["internalTrafficPolicy"] = "Local"
        let inside = try self.plan(service, [Samples.slice(["10.0.0.9"], node: "n2")])
        #expect(inside.fragment.elements["no-endpoint-services"] == ["10.100.0.5 . tcp . 8080": "drop"])
    }
    @Test func policyLocalKeepsTheClientsAddress() throws {
        var service = Samples.service(nodePort: 30001)
        service["spec"]["externalTrafficPolicy"] = "Local"
        let plan = try plan(service, [Samples.slice(["10.0.0.1"]), Samples.slice(["10.0.0.9"], node: "n2")])
        #expect(rules(plan, "external-")?.last?.hasPrefix("goto local-") == true)
        #expect(rules(plan, "local-") == ["meta l4proto tcp dnat ip to 10.0.0.1:80"])
    }
    @Test func clientsStayWithTheirEndpoint() throws {
        let plan = try plan(Samples.service(affinity: true), [Samples.slice(["10.0.0.1", "10.0.0.2"])])
        #expect(plan.fragment.sets.count == 2)
        #expect(plan.fragment.sets.values.allSatisfy { $0 == "type ipv4_addr; flags dynamic,timeout; timeout 600s;" })
        let service = try #require(rules(plan, "service-"))
        #expect(service.count == 3 && service[0].hasPrefix("ip saddr @affinity-"))
        #expect(rules(plan, "endpoint-")?.first?.hasPrefix("update @affinity-") == true)
    }
    @Test func loadBalancersLetOnlyTheirRangesIn() throws {
        var service = Samples.service(type: "LoadBalancer", nodePort: 30001)
        service["spec"]["loadBalancerSourceRanges"] = ["203.0.113.7/24"]
        service["status"] = ["loadBalancer": ["ingress": [["ip": "198.51.100.1"], ["hostname": "elb.test"]]]]
        let plan = try plan(service, [Samples.slice(["10.0.0.1"])])
        #expect(rules(plan, "firewall-") == ["ip saddr { 203.0.113.0/24 } return", "drop"])
        #expect(plan.fragment.elements["firewall-ips"]?.keys.first == "198.51.100.1 . tcp . 8080")
        #expect(plan.fragment.elements["service-ips"]?["198.51.100.1 . tcp . 8080"]?.hasPrefix("goto external-") == true)
    }
    @Test func foreignClientsAreMasqueradedWhereAClusterBlockIsKnown() throws {
        var options = ServiceRuleOptions()
        options.detector = .block(try #require(IPv4Prefix("10.0.0.0/8")))
        let plan = try plan(Samples.service(), [Samples.slice(["10.0.0.1"])], options)
        #expect(
            rules(plan, "service-")?.first
                == "ip daddr 10.100.0.5 meta l4proto tcp th dport 8080 ip saddr != 10.0.0.0/8 jump mark-for-masquerade")
    }
    @Test func headlessExternalNamesAndOthersServicesAreNotCarried() {
        var headless = Samples.service(clusterIP: "None")
        #expect(ProxyService(headless) == nil)
        headless["spec"]["type"] = "ExternalName"
        #expect(ProxyService(headless) == nil)
        var other = Samples.service()
        other["metadata"]["labels"] = ["service.kubernetes.io/service-proxy-name": "mesh"]
        #expect(ProxyService(other) == nil)
        #expect(ProxyService(["metadata": [:], "spec": [:]]) == nil)
    }
    @Test func namesFitTheKernel() throws {
        let long = String(repeating: "n", count: 63)
        var service = Samples.service(long, affinity: true)
        service["metadata"]["namespace"] = .string(long)
        let plan = try plan(service, [Samples.slice(["10.10.10.10", "110.110.110.111"])])
        #expect(plan.fragment.chains.keys.allSatisfy { $0.utf8.count < 128 })
        #expect(plan.fragment.sets.keys.allSatisfy { $0.utf8.count < 128 })
    }
}

@Suite struct EndpointChoiceTests {
    private let node = ProxyNode(name: "n1", zone: "us-west-2a")
    private func endpoint(
        _ address: UInt32, ready: Bool = true, serving: Bool? = nil, terminating: Bool = false, local: Bool = false, zones: [String] = [],
        nodes: [String] = []
    ) -> ProxyEndpoint {
        ProxyEndpoint(
            address: IPv4Address(address), port: 80, isReady: ready, isServing: serving ?? ready, isTerminating: terminating,
            isLocal: local, zoneHints: zones, nodeHints: nodes)
    }

    @Test func endpointsThatEndServeOnlyWhenNoneIsReady() {
        let ending = endpoint(1, ready: false, serving: true, terminating: true)
        #expect([ending, endpoint(2)].forCluster(on: node).map(\.address.number) == [2])
        #expect([ending, endpoint(3, ready: false)].forCluster(on: node) == [ending])
        #expect([endpoint(3, ready: false, serving: true)].forCluster(on: node).isEmpty)
    }
    @Test func hintsCountOnlyWhenAllHaveThem() {
        let near = endpoint(1, zones: ["us-west-2a"])
        let far = endpoint(2, zones: ["us-west-2b"])
        #expect([near, far].forCluster(on: node) == [near])
        #expect([near, far, endpoint(3)].forCluster(on: node).count == 3)
        #expect([far].forCluster(on: node) == [far])
        #expect([endpoint(4, nodes: ["n1"]), endpoint(5, nodes: ["n2"])].forCluster(on: node).map(\.address.number) == [4])
    }
    @Test func localTakesOnlyThisNodes() {
        let here = endpoint(1, local: true)
        let ending = endpoint(2, ready: false, serving: true, terminating: true, local: true)
        #expect([here, ending, endpoint(3)].forLocal() == [here])
        #expect([ending, endpoint(3)].forLocal() == [ending])
    }
    @Test func slicesMergeByPortNameAndTransport() throws {
        let slices = [
            Samples.slice(["10.0.0.1"]), Samples.slice(["10.0.0.1"], conditions: ["ready": false]),
            Samples.slice(["10.0.0.3"], transport: "UDP"), Samples.slice(["10.0.0.4"], conditions: .null),
        ]
        let service = try #require(ProxyService(Samples.service()))
        let endpoints = ProxyEndpoints(slices: slices.compactMap { ProxySlice($0, node: node.name) }).of(service.ports[0])
        #expect(endpoints.map(\.address.description) == ["10.0.0.1", "10.0.0.4"])
        #expect(endpoints.allSatisfy { $0.isReady && $0.isLocal })
    }
}
