import Cryptography
import Documents
import KubeModel
import Testing

@testable import Kubelet

/// What the tests of configuration start from.
enum ConfigSample {
    static let settings: PodHostSettings = {
        var settings = PodHostSettings(nodeName: "node-1", nodeAddresses: ["10.0.0.5"])
        settings.clusterDNS = ["172.20.0.10"]
        settings.allocatable = ["cpu": Quantity(2), "memory": Quantity(1 << 30), "ephemeral-storage": Quantity(1 << 33)]
        settings.memoryCapacity = 4 << 30
        return settings
    }()
    static func pod(_ spec: Value = [:], containers: [Value] = [["name": "web", "image": "web:1"]]) -> Value {
        var whole: Value = ["containers": .array(containers), "nodeName": "node-1", "serviceAccountName": "default"]
        for member in spec.object ?? [:] { whole[member.key] = member.value }
        return [
            "metadata": [
                "name": "web", "namespace": "shop", "uid": "u-1", "labels": ["app": "web", "tier": "front"],
                "annotations": ["note": "a \"b\"\nc"],
            ], "spec": whole,
        ]
    }
    static func secret(_ data: [String: String]) -> Fetched {
        .found(["data": Value(data.mapValues { Base64.encode(Array($0.utf8)) })])
    }
    static func variables(
        _ container: Value, spec: Value = [:], sources: PodSources = PodSources(), addresses: [String] = ["10.0.1.7"]
    ) throws(PodHostError) -> [String: String] {
        let pod = pod(spec, containers: [container])
        return try ContainerEnvironment(of: container, in: pod, sources: sources, addresses: addresses, settings: settings).variables
    }
}

@Suite struct EnvironmentTests {
    @Test(arguments: [
        ("plain", "plain"), ("$(A)", "1"), ("$$(A)", "$(A)"), ("$(NONE)", "$(NONE)"), ("$", "$"), ("$(A", "$(A"), ("a$b$(A)c", "a$b1c"),
        ("$$$(A)", "$1"), ("$()", "$()"), ("$$$$", "$$"), ("é$(A)é", "é1é"),
    ])
    func expandsReferences(text: String, expected: String) {
        #expect(VariableExpansion.expand(text) { $0 == "A" ? "1" : nil } == expected)
    }

    @Test func laterVariablesSeeEarlierOnesAndNotTheOtherWayRound() throws {
        let container: Value = [
            "name": "c",
            "env": [
                ["name": "LATE", "value": "$(EARLY)"], ["name": "EARLY", "value": "1"], ["name": "AGAIN", "value": "$(EARLY)-$(LATE)"],
            ],
        ]
        let variables = try ConfigSample.variables(container)
        #expect(variables["LATE"] == "$(EARLY)")
        #expect(variables["AGAIN"] == "1-$(EARLY)")
    }

    @Test func takesWholeMapsWithPrefixAndLetsOwnVariablesWin() throws {
        var sources = PodSources()
        sources.configMaps["m"] = .found(["data": ["A": "map", "B": "map"]])
        sources.secrets["s"] = ConfigSample.secret(["B": "secret", "C": "secret"])
        let container: Value = [
            "name": "c", "env": [["name": "A", "value": "own"]],
            "envFrom": [["configMapRef": ["name": "m"]], ["secretRef": ["name": "s"]], ["configMapRef": ["name": "m"], "prefix": "P_"]],
        ]
        let variables = try ConfigSample.variables(container, sources: sources)
        #expect(variables == ["A": "own", "B": "secret", "C": "secret", "P_A": "map", "P_B": "map"])
    }

    @Test func tellsWhatIsMissingInUpstreamsWords() {
        func fault(_ source: Value, _ sources: PodSources = PodSources()) -> PodHostError? {
            let container: Value = ["name": "c", "env": [["name": "A", "valueFrom": source]]]
            do throws(PodHostError) { _ = try ConfigSample.variables(container, sources: sources) } catch { return error }
            return nil
        }
        #expect(fault(["configMapKeyRef": ["name": "m", "key": "k"]]) == .config("configmap \"m\" not found"))
        #expect(fault(["secretKeyRef": ["name": "m", "key": "k"]]) == .config("secret \"m\" not found"))
        var sources = PodSources()
        sources.configMaps["m"] = .found(["data": ["x": "1"]])
        sources.secrets["m"] = ConfigSample.secret(["x": "1"])
        #expect(fault(["configMapKeyRef": ["name": "m", "key": "k"]], sources) == .config("couldn't find key k in ConfigMap shop/m"))
        #expect(fault(["secretKeyRef": ["name": "m", "key": "k"]], sources) == .config("couldn't find key k in Secret shop/m"))
        #expect(fault(["configMapKeyRef": ["name": "m", "key": "k", "optional": true]], sources) == nil)
        #expect(fault(["secretKeyRef": ["name": "none", "key": "k", "optional": true]], sources) == nil)
        #expect(fault(["fieldRef": ["fieldPath": "status.phase"]]) == .config("unsupported fieldPath: status.phase"))
        #expect(fault(["resourceFieldRef": ["resource": "limits.gpu"]]) == .config("Unsupported container resource : limits.gpu"))
    }

    @Test(arguments: [
        ("metadata.name", "web"), ("metadata.namespace", "shop"), ("metadata.uid", "u-1"), ("metadata.labels['app']", "web"),
        ("metadata.labels['none']", ""), ("metadata.annotations['note']", "a \"b\"\nc"), ("spec.nodeName", "node-1"),
        ("spec.serviceAccountName", "default"), ("status.hostIP", "10.0.0.5"), ("status.podIP", "10.0.1.7"),
        ("status.podIPs", "10.0.1.7"), ("metadata.labels", "app=\"web\"\ntier=\"front\""),
    ])
    func readsFields(path: String, expected: String) throws {
        let container: Value = ["name": "c", "env": [["name": "A", "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]]]]
        #expect(try ConfigSample.variables(container)["A"] == expected)
    }

    @Test(arguments: [
        ("limits.cpu", "0", "2"), ("limits.cpu", "1m", "1500"), ("requests.cpu", "1", "1"), ("requests.memory", "1Mi", "64"),
        ("limits.memory", "1Gi", "1"), ("limits.ephemeral-storage", "1Gi", "8"), ("requests.ephemeral-storage", "1", "0"),
    ])
    func readsResourcesRoundedUpAndTheNodesWhereThereIsNoLimit(resource: String, divisor: String, expected: String) throws {
        let reference: Value = ["resource": .string(resource), "divisor": .string(divisor)]
        let container: Value = [
            "name": "c", "resources": ["limits": ["cpu": "1500m"], "requests": ["cpu": "250m", "memory": "64Mi"]],
            "env": [["name": "A", "valueFrom": ["resourceFieldRef": reference]]],
        ]
        #expect(try ConfigSample.variables(container)["A"] == expected)
    }

    @Test func tellsOfServicesAndAlwaysOfKubernetes() throws {
        func service(_ namespace: String, _ name: String, _ address: String, _ ports: [Value]) -> Value {
            [
                "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "spec": ["clusterIP": .string(address), "ports": .array(ports)],
            ]
        }
        var sources = PodSources()
        sources.services = [
            service("default", "kubernetes", "172.20.0.1", [["name": "https", "port": 443, "protocol": "TCP"]]),
            service("shop", "my-db", "172.20.5.5", [["port": 5432], ["name": "dns-udp", "port": 53, "protocol": "UDP"]]),
            service("shop", "headless", "None", [["port": 80]]), service("other", "far", "172.20.9.9", [["port": 80]]),
        ]
        let container: Value = [
            "name": "c", "env": [["name": "URL", "value": "$(MY_DB_PORT)"], ["name": "MY_DB_SERVICE_HOST", "value": "x"]],
        ]
        let all = try ConfigSample.variables(container, sources: sources)
        #expect(all["KUBERNETES_SERVICE_HOST"] == "172.20.0.1")
        #expect(all["KUBERNETES_SERVICE_PORT_HTTPS"] == "443")
        #expect(all["KUBERNETES_PORT_443_TCP"] == "tcp://172.20.0.1:443")
        #expect(all["URL"] == "tcp://172.20.5.5:5432")
        #expect(all["MY_DB_SERVICE_HOST"] == "x")
        #expect(all["MY_DB_SERVICE_PORT"] == "5432")
        #expect(all["MY_DB_SERVICE_PORT_DNS_UDP"] == "53")
        #expect(all["MY_DB_PORT_53_UDP_PROTO"] == "udp")
        #expect(!all.keys.contains { $0.hasPrefix("HEADLESS") || $0.hasPrefix("FAR") })
        let few = try ConfigSample.variables(container, spec: ["enableServiceLinks": false], sources: sources)
        #expect(few["KUBERNETES_PORT_443_TCP_ADDR"] == "172.20.0.1" && few["MY_DB_PORT"] == nil)
    }
}
