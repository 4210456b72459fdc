import Linux
import Testing

@testable import NodeNetwork

@Suite struct ProxyConfigurationTests {
    private static let eks = """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        kind: KubeProxyConfiguration
        bindAddress: 0.0.0.0
        clientConnection:
          kubeconfig: /var/lib/kube-proxy/kubeconfig
        clusterCIDR: ""
        conntrack:
          maxPerCore: 32768
          min: 131072
          tcpCloseWaitTimeout: 1h0m0s
          tcpEstablishedTimeout: 24h0m0s
        healthzBindAddress: 0.0.0.0:10256
        hostnameOverride: ""
        iptables:
          masqueradeAll: false
          masqueradeBit: 14
          minSyncPeriod: 0s
          syncPeriod: 30s
        metricsBindAddress: 0.0.0.0:10249
        mode: "iptables"
        nodePortAddresses: null
        """
    private func configuration(_ arguments: [String], _ text: String = eks) throws -> ProxyConfiguration {
        try ProxyConfiguration(arguments: arguments, processors: 2) { $0 == "/c" ? text : nil }
    }

    @Test func theConfigurationOfEKSIsTaken() throws {
        let read = try configuration(["--v=2", "--config=/c", "--hostname-override=ip-1"])
        #expect(read.kubeconfig == "/var/lib/kube-proxy/kubeconfig" && read.hostname == "ip-1" && read.masqueradeBit == 14)
        #expect(read.conntrackMaximum == 131_072 && read.establishedSeconds == 86_400 && read.closeWaitSeconds == 3600)
        #expect(read.metricsAddress == "0.0.0.0:10249" && read.rules == ServiceRuleOptions() && read.nodePortAddresses.isEmpty)
    }
    @Test func whatCannotBeServedIsRefused() {
        #expect(throws: ConfigurationError("unsupported proxy mode \"ipvs\": must be iptables or nftables")) {
            try configuration(["--config", "/c"], "kind: KubeProxyConfiguration\nmode: ipvs")
        }
        #expect(throws: ConfigurationError("failed to read config file /none")) { try configuration(["--config=/none"]) }
        #expect(throws: ConfigurationError.self) { try configuration(["--config=/c"], "kind: Pod") }
        #expect(throws: ConfigurationError.self) { try configuration(["stray"]) }
    }
    @Test func durationsAreGos() {
        #expect(ProxyConfiguration.duration("1h0m30s") == .seconds(3630) && ProxyConfiguration.duration("500ms") == .milliseconds(500))
        #expect(
            ProxyConfiguration.duration("5") == nil && ProxyConfiguration.duration("x") == nil && ProxyConfiguration.duration("0s") == .zero
        )
    }
    @Test func theAddressManagerRefusesWhatItCannotDo() throws {
        #expect(throws: ConfigurationError("ENABLE_POD_ENI is not supported")) {
            try ManagerSettings(environment: ["ENABLE_POD_ENI": "true"])
        }
        #expect(throws: ConfigurationError.self) { try ManagerSettings(environment: ["WARM_IP_TARGET": "many"]) }
        let read = try ManagerSettings(environment: ["WARM_IP_TARGET": "3", "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true", "MAX_ENI": "-1"])
        #expect(read.targets.addresses == 3 && read.hasExternalTranslation && read.targets.maximumInterfaces == 0)
    }
}
