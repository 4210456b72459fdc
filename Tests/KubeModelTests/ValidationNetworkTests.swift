import Documents
import Testing

@testable import KubeModel

/// Services, Ingresses and network policies, each with upstream's words for what is wrong with it.
@Suite struct ValidationNetworkTests {
    private static let cidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    @Test(
        arguments: [
            (["from": [["ipBlock": ["cidr": "10.0.0.0/33"]]]], "from[0].ipBlock.cidr: Invalid value: \"10.0.0.0/33\": \(cidr)"),
            (
                ["from": [["ipBlock": ["cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]]]]],
                "from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`"
            ),
            (
                ["from": [["ipBlock": ["cidr": "2001:db8::/32", "except": ["2001:db8::/32"]]]]],
                "from[0].ipBlock.except[0]: Invalid value: \"2001:db8::/32\": must be a strict subset of `cidr`"
            ),
            (["from": [[:]]], "from[0]: Required value: must specify a peer"),
            (
                ["from": [["podSelector": [:], "ipBlock": ["cidr": "10.0.0.0/8"]]]],
                "from[0]: Forbidden: may not specify both ipBlock and another peer"
            ),
            (
                ["ports": [["port": 90, "endPort": 80]]],
                "ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`"
            ),
            (
                ["ports": [["port": "http", "endPort": 80]]],
                "ports[0].endPort: Invalid value: 80: may not be specified when `port` is non-numeric"
            ),
            (["ports": [["endPort": 80]]], "ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified"),
        ] as [(Value, String)]) func policiesAreRefused(rule: Value, error: String) throws
    {
        #expect(
            try validationErrors("networking.k8s.io/v1", "NetworkPolicy", ["podSelector": [:], "ingress": [rule]]) == [
                "spec.ingress[0].\(error)"
            ])
    }
    @Test func goodPoliciesPass() throws {
        let peers: Value = [
            ["ipBlock": ["cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]]], ["podSelector": [:], "namespaceSelector": [:]],
        ]
        let spec: Value = [
            "podSelector": [:], "policyTypes": ["Egress"], "egress": [["to": peers, "ports": [["port": 80, "endPort": 90]]]],
        ]
        #expect(try validationErrors("networking.k8s.io/v1", "NetworkPolicy", spec) == [])
        #expect(
            try validationErrors("networking.k8s.io/v1", "NetworkPolicy", ["podSelector": [:], "policyTypes": ["Odd"]])
                == ["spec.policyTypes[0]: Unsupported value: \"Odd\": supported values: \"Ingress\", \"Egress\""])
    }

    @Test(
        arguments: [
            (
                ["externalIPs": ["1.2.3"]],
                ["spec.externalIPs[0]: Invalid value: \"1.2.3\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
            ),
            (
                ["externalIPs": ["127.0.0.1", "fe80::1"]],
                [
                    "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
                    "spec.externalIPs[1]: Invalid value: \"fe80::1\": may not be in the link-local range (169.254.0.0/16, fe80::/10)",
                ]
            ),
            (
                ["loadBalancerSourceRanges": ["10.0.0.0/8"]],
                ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"]
            ),
            (
                ["type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0"]],
                ["spec.LoadBalancerSourceRanges[0]: Invalid value: \"10.0.0.0\": \(cidr)"]
            ),
            (
                ["allocateLoadBalancerNodePorts": true],
                ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"]
            ),
            (
                ["trafficDistribution": "Far"],
                [
                    "spec.trafficDistribution: Unsupported value: \"Far\": supported values: \"PreferClose\", \"PreferSameZone\", \"PreferSameNode\""
                ]
            ),
            (
                ["healthCheckNodePort": 30000],
                [
                    "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
                ]
            ),
            (
                ["sessionAffinity": "ClientIP", "sessionAffinityConfig": ["clientIP": ["timeoutSeconds": 86401]]],
                [
                    "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be between 1 and 86400, inclusive"
                ]
            ),
            (
                ["type": "ExternalName", "externalName": "db.example.com", "clusterIPs": ["10.0.0.1"]],
                ["spec.clusterIPs: Forbidden: may not be set for ExternalName services"]
            ),
        ] as [(Value, [String])]) func servicesAreRefused(extra: Value, found: [String]) throws
    {
        var spec: Value = ["ports": [["port": 80]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        #expect(try validationErrors("v1", "Service", spec) == found)
    }
    @Test func aLoadBalancerKeepsItsClass() throws {
        let spec = { (name: String) -> Value in ["type": "LoadBalancer", "ports": [["port": 80]], "loadBalancerClass": .string(name)] }
        #expect(
            try validationErrors("v1", "Service", spec("example.com/b"), old: spec("example.com/a"))
                == ["spec.loadBalancerClass: Invalid value: \"example.com/b\": may not change once set"])
    }
    @Test(
        arguments: [
            (["ipFamilies": ["IPv6"]], ["spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"]),
            (["ipFamilies": ["IPv5"]], ["spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\""]),
            (["ipFamilies": ["IPv4", "IPv4"]], ["spec.ipFamilies[1]: Duplicate value: \"IPv4\""]),
            (
                ["ipFamilyPolicy": "RequireDualStack"],
                ["spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services"]
            ),
            (
                ["clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.2"]],
                ["spec.clusterIPs: Invalid value: [\"10.0.0.2\"]: first value must match `clusterIP`"]
            ),
            (
                ["clusterIPs": ["None", "10.0.0.2"]],
                ["spec.clusterIPs: Invalid value: [\"None\",\"10.0.0.2\"]: 'None' must be the first and only value"]
            ),
            (
                ["clusterIPs": ["10.0.0.1", "10.0.0.2"]],
                ["spec.clusterIPs: Invalid value: [\"10.0.0.1\",\"10.0.0.2\"]: may specify no more than one IP for each IP family"]
            ),
            (
                ["clusterIP": "fd00::1", "ipFamilies": ["IPv4"]],
                ["spec.clusterIPs[0]: Invalid value: \"fd00::1\": expected an IPv4 value as indicated by `ipFamilies[0]`"]
            ),
            (["ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4"]], []),
        ] as [(Value, [String])]) func familiesThatAClusterLacksAreRefused(spec: Value, found: [String])
    { #expect(ServiceFamilies.errors(["spec": spec]).map(\.description) == found) }

    @Test(
        arguments: [
            (["host": "10.0.0.1"], "host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address"),
            (
                [
                    "http": [
                        "paths": [["path": "/a//b", "pathType": "Exact", "backend": ["service": ["name": "s", "port": ["number": 80]]]]]
                    ]
                ],
                "http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'"
            ),
            (
                ["http": ["paths": [["path": "/", "pathType": "Prefix", "backend": [:]]]]],
                "http.paths[0].backend: Invalid value: \"\": resource or service backend is required"
            ),
            (
                ["http": ["paths": [["path": "/", "pathType": "Prefix", "backend": ["service": ["name": "s"]]]]]],
                "http.paths[0].backend: Required value: port name or number is required"
            ),
            (
                [
                    "http": [
                        "paths": [
                            [
                                "path": "/", "pathType": "Prefix",
                                "backend": ["service": ["name": "s", "port": ["number": 1, "name": "a"]]],
                            ]
                        ]
                    ]
                ], "http.paths[0].backend: Invalid value: \"\": cannot set both port name & port number"
            ),
        ] as [(Value, String)]) func ingressesAreRefused(rule: Value, error: String) throws
    { #expect(try validationErrors("networking.k8s.io/v1", "Ingress", ["rules": [rule]]) == ["spec.rules[0].\(error)"]) }

    @Test func wildcardsAreASingleStarInFront() throws {
        let backend: Value = ["service": ["name": "s", "port": ["name": "http"]]]
        #expect(
            try validationErrors("networking.k8s.io/v1", "Ingress", ["defaultBackend": backend, "tls": [["hosts": ["*.example.com"]]]])
                == [])
        let found = try validationErrors("networking.k8s.io/v1", "Ingress", ["defaultBackend": backend, "rules": [["host": "a.*.com"]]])
        #expect(
            found.count == 1
                && found[0].hasPrefix("spec.rules[0].host: Invalid value: \"a.*.com\": a wildcard DNS-1123 subdomain must start with"))
    }

    @Test(arguments: ["::", "::1", "1::", "2001:db8::ffff", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "0.0.0.0", "255.255.255.255"])
    func addressesAreRead(text: String) { #expect(AddressText(text)?.bytes.count == (text.contains(":") ? 16 : 4)) }
    @Test(arguments: [
        "", ":", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", ":1", "1:", "g::", "12345::", "1.2.3",
        "01.2.3.4", "256.1.1.1", "1.2.3.4.5", "+1.2.3.4", "::1.2.3",
    ]) func otherTextsAreNoAddresses(text: String) { #expect(AddressText(text) == nil) }
}
