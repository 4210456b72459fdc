import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct SandboxPlanTests {
    private let node = ResolverFile(parsing: "# node\nnameserver 10.0.0.2\nsearch eu.internal.\noptions timeout:2\n")

    private func resolver(_ spec: Value) -> ResolverFile {
        ResolverPlan.plan(ConfigSample.pod(spec), node: node, settings: ConfigSample.settings)
    }

    @Test func asksTheClusterFirst() {
        let file = resolver(["dnsPolicy": "ClusterFirst"])
        #expect(file.servers == ["172.20.0.10"])
        #expect(file.searches == ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "eu.internal"])
        #expect(file.options == ["ndots:5"])
        #expect(resolver(["dnsPolicy": "ClusterFirst", "hostNetwork": true]) == node)
        #expect(resolver(["dnsPolicy": "ClusterFirstWithHostNet", "hostNetwork": true]) == file)
        #expect(resolver(["dnsPolicy": "Default"]) == node)
    }

    @Test func addsWhatThePodConfigures() {
        let config: Value = [
            "nameservers": ["1.1.1.1", "172.20.0.10", "2.2.2.2", "3.3.3.3"], "searches": ["a.b", "cluster.local"],
            "options": [["name": "ndots", "value": "2"], ["name": "edns0"]],
        ]
        let file = resolver(["dnsConfig": config])
        #expect(file.servers == ["172.20.0.10", "1.1.1.1", "2.2.2.2"])
        #expect(file.searches.suffix(2) == ["eu.internal", "a.b"])
        #expect(file.options == ["ndots:2", "edns0"])
        let alone = resolver(["dnsPolicy": "None", "dnsConfig": config])
        #expect(alone.servers == ["1.1.1.1", "172.20.0.10", "2.2.2.2"] && alone.searches == ["a.b", "cluster.local"])
    }

    @Test func limitsSearchDomains() {
        let many: Value = .array((0..<60).map { .string("domain-\($0).test") })
        #expect(resolver(["dnsPolicy": "None", "dnsConfig": ["searches": many]]).searches.count == 32)
        let long: Value = .array((0..<30).map { .string(String(repeating: "x", count: 200) + "\($0)") })
        #expect(resolver(["dnsPolicy": "None", "dnsConfig": ["searches": long]]).searches.count == 10)
    }

    @Test func namesPods() throws {
        let settings = ConfigSample.settings
        let plain = try PodHostname(ConfigSample.pod(), settings: settings)
        #expect((plain.name, plain.domain, plain.kernelName) == ("web", "", "web"))
        let spec: Value = ["hostname": "a", "subdomain": "sub", "setHostnameAsFQDN": true]
        let full = try PodHostname(ConfigSample.pod(spec), settings: settings)
        #expect(full.kernelName == "a.sub.shop.svc.cluster.local")
        let long: Value = ["hostname": .string(String(repeating: "h", count: 60)), "subdomain": "sub", "setHostnameAsFQDN": true]
        #expect(throws: PodHostError.self) { try PodHostname(ConfigSample.pod(long), settings: settings) }
        var named = ConfigSample.pod()
        named["metadata"]["name"] = .string(String(repeating: "n", count: 62) + "-tail")
        #expect(try PodHostname(named, settings: settings).name == String(repeating: "n", count: 62))
    }

    @Test func writesTheHostsFile() throws {
        let spec: Value = ["subdomain": "sub", "hostAliases": [["ip": "1.2.3.4", "hostnames": ["one", "two"]]]]
        let pod = ConfigSample.pod(spec)
        let text = HostsFile.text(
            pod, hostname: try PodHostname(pod, settings: ConfigSample.settings), addresses: ["10.0.1.7"], node: "")
        #expect(text.hasPrefix("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"))
        #expect(text.contains("\n10.0.1.7\tweb.sub.shop.svc.cluster.local\tweb\n"))
        #expect(text.hasSuffix("\n# Entries added by HostAliases.\n1.2.3.4\tone\ttwo\n"))
        let host = ConfigSample.pod(["hostNetwork": true])
        let own = HostsFile.text(
            host, hostname: try PodHostname(host, settings: ConfigSample.settings), addresses: ["10.0.0.5"], node: "127.0.0.1 me\n")
        #expect(own == "# Kubernetes-managed hosts file (host network).\n127.0.0.1 me\n")
    }

    @Test func describesTheSandbox() throws {
        let containers: [Value] = [
            ["name": "a", "ports": [["containerPort": 80, "hostPort": 8080], ["containerPort": 81]]],
            ["name": "b", "ports": [["containerPort": 53, "hostPort": 53, "protocol": "UDP", "hostIP": "10.0.0.5"]]],
        ]
        let config = try SandboxPlan.config(
            for: ConfigSample.pod(containers: containers), attempt: 2, node: node, settings: ConfigSample.settings)
        #expect(config.logDirectory == "/var/log/pods/shop_web_u-1")
        #expect(config.cgroupParent == "/kubepods/besteffort/podu-1")
        #expect(config.portMappings.map(\.hostPort) == [8080, 53] && config.portMappings.map(\.networkProtocol) == ["TCP", "UDP"])
        #expect(config.labels["app"] == "web" && config.labels[RuntimeLabel.podUID] == "u-1")
        #expect(config.hostname == "web" && config.attempt == 2)
        let host = try SandboxPlan.config(
            for: ConfigSample.pod(["hostNetwork": true], containers: containers), attempt: 0, node: node, settings: ConfigSample.settings)
        #expect(host.hostname.isEmpty && host.portMappings.isEmpty && host.security.network == .node)
    }

    @Test func refusesUnsafeSysctls() throws {
        func pod(_ name: String, _ more: Value = [:]) -> Value {
            var spec = more
            spec["securityContext"] = ["sysctls": [["name": .string(name), "value": "1"]]]
            return ConfigSample.pod(spec)
        }
        var settings = ConfigSample.settings
        settings.allowedUnsafeSysctls = ["net.core.*"]
        #expect(PodRefusal.of(pod("net.ipv4.tcp_syncookies")) == nil)
        #expect(PodRefusal.of(pod("net/core/somaxconn"), allowedSysctls: ["net.core.*"]) == nil)
        #expect(PodRefusal.of(pod("vm.swappiness"))?.message == "forbidden sysctl: \"vm.swappiness\" not allowlisted")
        #expect(
            PodRefusal.of(pod("net.core.somaxconn", ["hostNetwork": true]), allowedSysctls: ["net.core.*"])?.message
                == "forbidden sysctl: \"net.core.somaxconn\" not allowed with host net enabled")
        let config = try SandboxPlan.config(
            for: pod("net/core/somaxconn"), attempt: 0, node: node, settings: settings)
        #expect(config.sysctls == ["net.core.somaxconn": "1"])
    }
}
