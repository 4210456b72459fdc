import Testing

@testable import NodePrograms

@Suite struct NodeConfigurationTests {
    private func config(_ kubelet: String = "") -> String {
        """
        apiVersion: node.eks.aws/v1alpha1
        kind: NodeConfig
        spec:
          cluster:
            name: EKS-Test
            apiServerEndpoint: https://192.168.6.181
            certificateAuthority: Q0E=
            cidr: 10.100.0.0/16
        \(kubelet)
        """
    }

    @Test func readsTheClusterAndTheFlags() throws {
        let kubelet = """
              kubelet:
                config: {maxPods: 11, clusterDNS: [10.100.0.99]}
                flags:
                - --node-labels=a=1,b=
                - --register-with-taints=dedicated=gpu:NoSchedule,x:NoExecute
            """
        let found = try #require(NodeConfiguration(userData: config(kubelet)))
        #expect(found.cluster == "EKS-Test")
        #expect(found.endpoint == "https://192.168.6.181")
        #expect(found.labels == ["a": "1", "b": ""])
        #expect(found.taints == ["dedicated=gpu:NoSchedule", "x:NoExecute"])
        #expect(found.maxPods == 11)
        #expect(found.clusterDNS == ["10.100.0.99"])
    }
    @Test func theDNSServiceIsTheTenthAddressOfTheServices() throws {
        #expect(try #require(NodeConfiguration(userData: config())).clusterDNS == ["10.100.0.10"])
    }
    @Test func findsTheConfigurationInAMultiPartMessage() throws {
        let message = """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="//"

            --//
            Content-Type: text/x-shellscript

            echo hello
            --//
            Content-Type: application/node.eks.aws

            \(config())
            --//--

            """
        #expect(try #require(NodeConfiguration(userData: message)).cluster == "EKS-Test")
        #expect(NodeConfiguration(userData: message.replacing("\n", with: "\r\n"))?.cluster == "EKS-Test")
    }
    @Test(arguments: ["", "echo hello", "kind: NodeConfig", "\u{0}", "{"])
    func userDataOfNoClusterAreNone(_ text: String) { #expect(NodeConfiguration(userData: text) == nil) }
}
