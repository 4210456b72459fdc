import Documents
import Testing

@testable import NodeNetwork

@Suite struct CNIPluginTests {
    private func run(_ environment: [String: String], _ input: String) throws -> (Int32, Value) {
        let (output, status) = CNIPlugin.run(program: "aws-cni", environment: environment, input: Array(input.utf8))
        return (status, output.isEmpty ? .null : try JSON.parse(output))
    }

    @Test func versionsAreToldWithoutAnythingElse() throws {
        let (status, answer) = try run(["CNI_COMMAND": "VERSION"], #"{"cniVersion":"0.4.0"}"#)
        #expect(status == 0 && answer["cniVersion"] == "0.4.0" && answer["supportedVersions"].items.contains("1.0.0"))
    }
    @Test(arguments: [
        ([:], "{}", 4), (["CNI_COMMAND": "ADD"], #"{"cniVersion":"1.0.0"}"#, 4), (["CNI_COMMAND": "ADD"], "{", 6),
        (["CNI_COMMAND": "ADD"], #"{"cniVersion":"9.0.0"}"#, 1),
        (["CNI_COMMAND": "MAKE", "CNI_CONTAINERID": "c", "CNI_IFNAME": "eth0", "CNI_NETNS": "/x"], #"{"cniVersion":"1.0.0"}"#, 4),
        (
            ["CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c", "CNI_IFNAME": "eth0", "CNI_NETNS": "/x"],
            #"{"cniVersion":"1.0.0","socketPath":"/nowhere/ipamd.sock"}"#, 11
        ),
    ]) func badRequestsGetTheSpecificationsCodes(environment: [String: String], input: String, code: Int) throws {
        let (status, answer) = try run(environment, input)
        #expect(status == 1 && answer["code"].int == code && answer["msg"].string?.isEmpty == false)
    }
    @Test func hostPortsAreReadAsTheSpecificationAndContainerdWriteThem() {
        let wanted = HostPort(transport: "udp", hostPort: 53, containerPort: 5353)
        #expect(HostPort(["hostPort": 53, "containerPort": 5353, "protocol": "udp"]) == wanted)
        #expect(HostPort(["HostPort": 53, "ContainerPort": 5353, "Protocol": "UDP", "HostIP": ""]) == wanted)
        #expect(HostPort(["hostPort": 0, "containerPort": 1]) == nil && HostPort(["hostPort": 70_000, "containerPort": 1]) == nil)
    }
    @Test func theNodesEndIsNamedAfterThePod() {
        let pod = PodInterface(container: "c", name: "eth0", podNamespace: "default", podName: "web")
        #expect(pod.hostName.count == 14 && pod.hostName.hasPrefix("eni"))
        #expect(pod.hostName == PodInterface(container: "d", name: "eth0", podNamespace: "default", podName: "web").hostName)
    }
}
