import Documents
import Linux
import Testing

@testable import NodeNetwork

@Suite struct PolicyRulesTests {
    static func pod(_ name: String, _ address: String, node: String = "n1", namespace: String = "default", labels: [String: String]) throws
        -> PolicyPod
    {
        try #require(
            PolicyPod([
                "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": Value(labels)],
                "spec": ["nodeName": .string(node), "containers": [["ports": [["name": "http", "containerPort": 8080]]]]],
                "status": ["podIP": .string(address), "phase": "Running"],
            ]))
    }
    static func rules(_ spec: Value, _ pods: [PolicyPod]) -> PolicyRules {
        let policy: Value = ["metadata": ["name": "p", "namespace": "default"], "spec": spec]
        return PolicyRules(pods: pods, namespaces: ["default": ["team": "a"], "other": ["team": "b"]], policies: [policy], node: "n1")
    }

    @Test func anEmptyPolicyClosesTheWayIn() throws {
        let pods = [try Self.pod("a", "10.0.0.1", labels: ["app": "a"]), try Self.pod("b", "10.0.0.2", node: "n2", labels: [:])]
        let fragments = Self.rules(["podSelector": [:], "policyTypes": ["Ingress"]], pods).fragments()
        #expect(Set(fragments.keys) == ["policy/default/p", "pod/10.0.0.1"])
        let pod = try #require(fragments["pod/10.0.0.1"])
        #expect(pod.elements["ingress-pods"]?.keys.first == "10.0.0.1" && pod.elements["egress-pods"] == nil)
        let chain = try #require(pod.chains["ingress-pod-10.0.0.1"])
        #expect(chain.first == "ip saddr 10.0.0.1 accept" && chain.last == "drop" && chain.count == 3)
    }
    @Test func peersPortsAndBlocksBecomeConditions() throws {
        let pods = [
            try Self.pod("a", "10.0.0.1", labels: ["app": "a"]), try Self.pod("b", "10.0.0.2", labels: ["app": "b"]),
            try Self.pod("c", "10.0.0.3", namespace: "other", labels: ["app": "b"]),
        ]
        let spec: Value = [
            "podSelector": ["matchLabels": ["app": "a"]], "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                [
                    "from": [
                        ["podSelector": ["matchLabels": ["app": "b"]], "namespaceSelector": [:]],
                        ["ipBlock": ["cidr": "172.16.0.0/12", "except": ["172.16.1.0/24", "172.16.1.128/25"]]],
                    ],
                    "ports": [["port": 80], ["port": 81, "endPort": 90, "protocol": "TCP"], ["port": "http"], ["protocol": "UDP"]],
                ]
            ],
            "egress": [["to": [["namespaceSelector": ["matchLabels": ["team": "b"]]]]]],
        ]
        let fragment = try #require(Self.rules(spec, pods).fragments()["policy/default/p"])
        let ingress = try #require(fragment.chains.first { $0.key.hasPrefix("ingress-") }?.value)
        #expect(ingress.count == 6)
        #expect(ingress.contains("ip saddr 172.16.0.0/12 ip saddr != { 172.16.1.0/24 } meta l4proto tcp th dport { 80-90 } accept"))
        #expect(ingress.contains { $0.hasPrefix("ip saddr @peers-") && $0.hasSuffix("meta l4proto udp accept") })
        #expect(fragment.elements.first { $0.key.hasPrefix("peers-ingress-") }?.value.keys.sorted() == ["10.0.0.2", "10.0.0.3"])
        #expect(fragment.elements.first { $0.key.hasPrefix("peers-egress-") }?.value.keys.sorted() == ["10.0.0.3"])
        #expect(fragment.elements.first { $0.key.hasPrefix("named-") }?.value.keys.sorted() == ["10.0.0.1 . 8080"])
    }
    @Test func strictNodesCloseWhatNoPolicySelects() throws {
        var rules = PolicyRules(pods: [try Self.pod("a", "10.0.0.1", labels: [:])], namespaces: [:], policies: [], node: "n1")
        #expect(rules.fragments().isEmpty)
        rules.isStrict = true
        #expect(rules.fragments()["pod/10.0.0.1"]?.chains.count == 2)
    }
    @Test func podsOnTheHostsNetworkAndEndedOnesDoNotCount() {
        #expect(PolicyPod(["spec": ["hostNetwork": true], "status": ["podIP": "10.0.0.1"]]) == nil)
        #expect(PolicyPod(["status": ["podIP": "10.0.0.1", "phase": "Succeeded"]]) == nil)
    }
}
