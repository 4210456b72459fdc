package import Control
import Cryptography
import Documents
package import Linux

/// A pod's interface, as the container runtime names it.
package struct PodInterface: Sendable, Hashable {
    /// The sandbox's id.
    package var container: String
    /// `eth0`
    package var name: String
    package var podNamespace: String, podName: String
    package init(container: String, name: String, podNamespace: String, podName: String) {
        (self.container, self.name, self.podNamespace, self.podName) = (container, name, podNamespace, podName)
    }
    func isSame(as other: PodInterface) -> Bool { container == other.container && name == other.name }
    /// The name of its other end on the node. Source: VPC CNI, networkutils.GeneratePodHostVethName.
    package var hostName: String { "eni" + Hex.encode(SHA1.hash(Array("\(podNamespace).\(podName)".utf8))).prefix(11) }
}

/// A port of the node that leads to a pod.
package struct HostPort: Sendable, Hashable {
    /// `tcp`, `udp` or `sctp`.
    package var transport: String
    package var hostPort: Int, containerPort: Int
    /// nil for all of the node's addresses.
    package var hostAddress: IPv4Address?
    package init(transport: String, hostPort: Int, containerPort: Int, hostAddress: IPv4Address? = nil) {
        (self.transport, self.hostPort, self.containerPort, self.hostAddress) = (transport, hostPort, containerPort, hostAddress)
    }
}

/// An address that a pod has.
package struct Allocation: Sendable, Hashable {
    package var pod: PodInterface
    package var address: IPv4Address
    /// The elastic network interface that it belongs to, and the route table of that.
    package var interface: String
    package var table: UInt32
    package var hostPorts: [HostPort]
    package var since: Timestamp
}

/// The file by which allocations outlive the program. Source: VPC CNI, datastore.CheckpointData.
enum Checkpoint {
    private static let version = "vpc-cni-ipam/1"

    static func encode(_ allocations: [Allocation]) -> [UInt8] {
        let rows = allocations.map { allocation -> Value in
            let ports = allocation.hostPorts.map { port -> Value in
                var value: Value = [
                    "protocol": .string(port.transport), "hostPort": .int(Int64(port.hostPort)),
                    "containerPort": .int(Int64(port.containerPort)),
                ]
                if let address = port.hostAddress { value["hostIP"] = .string("\(address)") }
                return value
            }
            return [
                "networkName": "aws-cni", "containerID": .string(allocation.pod.container), "ifName": .string(allocation.pod.name),
                "ipv4": .string("\(allocation.address)"), "allocationTimestamp": .int(allocation.since.nanoseconds),
                "metadata": [
                    "k8sPodNamespace": .string(allocation.pod.podNamespace), "k8sPodName": .string(allocation.pod.podName),
                    "interface": .string(allocation.interface),
                ],
                "portMappings": .array(ports),
            ]
        }
        return JSON.encode(["version": .string(version), "allocations": .array(rows)])
    }

    /// What of the file can be understood; nothing of another version.
    static func decode(_ bytes: [UInt8]) -> [Allocation] {
        guard let document = try? JSON.parse(bytes), document["version"].string == version else { return [] }
        return document["allocations"].items.compactMap { row in
            guard let container = row["containerID"].string, let address = row["ipv4"].string.flatMap({ IPv4Address($0) }) else {
                return nil
            }
            let metadata = row["metadata"]
            let pod = PodInterface(
                container: container, name: row["ifName"].string ?? "eth0", podNamespace: metadata["k8sPodNamespace"].string ?? "",
                podName: metadata["k8sPodName"].string ?? "")
            return Allocation(
                pod: pod, address: address, interface: metadata["interface"].string ?? "", table: 254,
                hostPorts: row["portMappings"].items.compactMap(HostPort.init),
                since: Timestamp(nanoseconds: Int64(row["allocationTimestamp"].int ?? 0)))
        }
    }
}

extension HostPort {
    /// From CNI's `runtimeConfig.portMappings`; nil for a mapping without a host port. Containerd writes the names with capitals.
    init?(_ value: Value) {
        func member(_ name: String, _ capital: String) -> Value { value[name].isNull ? value[capital] : value[name] }
        guard let port = member("hostPort", "HostPort").int, 1...65_535 ~= port,
            let inner = member("containerPort", "ContainerPort").int, 1...65_535 ~= inner
        else { return nil }
        let address = member("hostIP", "HostIP").string.flatMap { IPv4Address($0) }
        self.init(
            transport: (member("protocol", "Protocol").string ?? "tcp").lowercased(), hostPort: port, containerPort: inner,
            hostAddress: address?.number == 0 ? nil : address)
    }
}
