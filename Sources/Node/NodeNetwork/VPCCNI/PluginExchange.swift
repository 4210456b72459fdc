import Documents
import Linux

/// What the CNI plug-in and the address manager say to each other: JSON in HTTP on a Unix socket.
enum PluginExchange {
    /// What the plug-in asks for.
    struct Request {
        /// `add`, `del` or `check`.
        var command: String
        var pod: PodInterface
        var hostPorts: [HostPort] = []

        var value: Value {
            let ports = hostPorts.map { port -> Value in
                [
                    "protocol": .string(port.transport), "hostPort": .int(Int64(port.hostPort)),
                    "containerPort": .int(Int64(port.containerPort)), "hostIP": port.hostAddress.map { .string("\($0)") } ?? .null,
                ]
            }
            return [
                "containerID": .string(pod.container), "ifName": .string(pod.name), "namespace": .string(pod.podNamespace),
                "name": .string(pod.podName), "portMappings": .array(ports),
            ]
        }
        init(command: String, pod: PodInterface, hostPorts: [HostPort] = []) {
            (self.command, self.pod, self.hostPorts) = (command, pod, hostPorts)
        }
        init?(command: String, _ value: Value) {
            guard let container = value["containerID"].string, let name = value["ifName"].string else { return nil }
            self.command = command
            pod = PodInterface(
                container: container, name: name, podNamespace: value["namespace"].string ?? "", podName: value["name"].string ?? "")
            hostPorts = value["portMappings"].items.compactMap { HostPort($0) }
        }
    }
    /// What a pod got, or had.
    struct Grant {
        var address: IPv4Address
        var table: UInt32
        var mtu: Int

        var value: Value { ["address": .string("\(address)"), "table": .int(Int64(table)), "mtu": .int(Int64(mtu))] }
        init(address: IPv4Address, table: UInt32, mtu: Int) { (self.address, self.table, self.mtu) = (address, table, mtu) }
        init?(_ value: Value) {
            guard let address = value["address"].string.flatMap({ IPv4Address($0) }), let table = value["table"].int else { return nil }
            self.init(address: address, table: UInt32(table), mtu: value["mtu"].int ?? 1500)
        }
    }
    /// Where the address manager listens.
    static let socketPath = "/var/run/aws-node/ipamd.sock"
}
