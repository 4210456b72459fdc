import Control
import Foundation
import Glibc
import Linux
import Synchronization

@testable import NodeNetwork

/// A node of its own in network namespaces on this host: `eth0` with an address, pods by the real plug-in. Everything goes with it.
final class NodeBed: Sendable {
    let folder: String
    let node: String
    let cloud: FakeCloud
    private let pods = Mutex<[String]>([])
    private let children = Mutex<[Int32]>([])
    static let canRun = geteuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/nsenter")

    init(cloud: FakeCloud = FakeCloud()) throws {
        folder = "/tmp/nodenet-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        node = "\(folder)/node"
        self.cloud = cloud
        try NetworkNamespaces.ensure(node)
        let netlink = try Netlink(namespace: node)
        try netlink.addVeth(
            "eth0", LinkSettings(isUp: true, mac: cloud.mac), peer: "outside",
            LinkSettings(namespace: try namespace("vpc")))
        try netlink.addAddress(IPv4Prefix(cloud.primary, 24), link: "eth0")
        let gateway = IPv4Address("192.168.0.1")!
        try netlink.addRoute(Route(.all, via: gateway, link: try netlink.index(of: "eth0")))
        let vpc = try Netlink(namespace: "\(folder)/vpc")
        try vpc.changeLink("outside", LinkSettings(isUp: true))
        try vpc.addAddress(IPv4Prefix(gateway, 24), link: "outside")
        let pods = IPv4Prefix("192.168.0.96/27")!
        try vpc.addRoute(Route(pods, via: cloud.primary, link: try vpc.index(of: "outside")))
        try Sysctl.set("net/ipv4/ip_forward", "1", namespace: node)
    }
    deinit { close() }

    func close() {
        let running = children.withLock { children in
            defer { children = [] }
            return children
        }
        for child in running {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        for path in pods.withLock({ $0 }) + [node] { NetworkNamespaces.remove(path) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A namespace of that name; made when it is new.
    func namespace(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try NetworkNamespaces.ensure(path)
        pods.withLock { if !$0.contains(path) { $0.append(path) } }
        return path
    }

    var settings: ManagerSettings {
        var settings = ManagerSettings()
        (settings.checkpointPath, settings.socketPath) = ("\(folder)/ipam.json", "\(folder)/ipamd.sock")
        return settings
    }
    func plugin(
        _ command: String, _ name: String, container: String? = nil, ports: String = "[]"
    ) throws -> (status: Int32, text: String) {
        let config = """
            {"cniVersion":"1.0.0","name":"aws-cni","type":"aws-cni","socketPath":"\(settings.socketPath)",
             "runtimeConfig":{"portMappings":\(ports)}}
            """
        let environment = [
            "CNI_COMMAND": command, "CNI_CONTAINERID": container ?? "c-\(name)", "CNI_NETNS": try namespace(name), "CNI_IFNAME": "eth0",
            "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=\(name)",
        ]
        let (output, status) = CNIPlugin.run(
            program: "aws-cni", environment: environment, input: Array(config.utf8), nodeNamespace: node)
        return (status, String(decoding: output, as: UTF8.self))
    }
    /// A pod with an address. - Returns: the address.
    func addPod(_ name: String, ports: String = "[]") throws -> String {
        let (status, text) = try plugin("ADD", name, ports: ports)
        guard status == 0, let range = text.firstRange(of: "\"address\":\"") else { throw BedError(text: text) }
        return String(text[range.upperBound...].prefix { $0 != "/" })
    }

    /// Runs a command in a namespace; its output and status.
    @discardableResult
    func run(in name: String, _ command: String) throws -> (status: Int32, output: String) {
        let path = "\(folder)/output-\(UUID().uuidString)"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            Glibc.close(file)
            unlink(path)
        }
        var program = program(in: name, command)
        program.descriptors = [1: file, 2: file]
        var status: Int32 = 0
        let child = try Spawn.process(program)
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (ExitStatus(wait: status).code, (try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
    }
    /// Starts a command that goes on until the end of the bed; comes back when the port, TCP or UDP, is listened on, if one is named.
    func start(in name: String, _ command: String, listening port: Int? = nil) throws {
        let child = try Spawn.process(program(in: name, "exec \(command)"))
        children.withLock { $0.append(child) }
        guard let port else { return }
        for _ in 0..<6_000 {
            if try !run(in: name, "ss -Hlntu 'sport = :\(port)'").output.isEmpty { return }
            usleep(10_000)
        }
    }
    /// A web server in a pod that answers with the pod's name.
    func serve(_ name: String, port: Int = 80) throws {
        let root = "\(folder)/www-\(name)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try name.write(toFile: "\(root)/index.html", atomically: true, encoding: .utf8)
        try start(in: name, "busybox httpd -f -p \(port) -h \(root)", listening: port)
    }
    /// What a web server answers, from a namespace; "" for none.
    func fetch(from name: String, _ address: String) throws -> String {
        try run(in: name, "curl -s --max-time 30 http://\(address)/").output
    }

    private func program(in name: String, _ command: String) -> Program {
        Program("/usr/bin/nsenter", ["--net=\(folder)/\(name)", "sh", "-c", command])
    }
}

struct BedError: Error { let text: String }

/// The cloud of one node, in memory; addresses of interface n come from 192.168.0.0/24.
final class FakeCloud: NodeCloud {
    private struct State {
        var interfaces: [CloudInterface] = []
        var next: UInt32 = 0
        var calls: [String] = []
    }
    private let state = Mutex(State())
    let mac = MACAddress("02:42:c0:a8:00:0a")!
    let primary = IPv4Address("192.168.0.10")!
    let allowed: AddressLimits
    /// Addresses that the subnet has left.
    let room: Mutex<Int>

    init(limits: AddressLimits = AddressLimits(interfaces: 1, addressesPerInterface: 5), room: Int = 100) {
        allowed = limits
        self.room = Mutex(room)
        let interface = AddressPool.Interface(
            id: "eni-0", deviceIndex: 0, mac: mac, primary: primary, subnet: IPv4Prefix("192.168.0.0/24")!)
        state.withLock {
            $0.interfaces = [CloudInterface(interface, addresses: [], subnetID: "subnet-1", groupIDs: ["sg-1"])]
            $0.next = IPv4Address("192.168.0.100")!.number
        }
    }
    var calls: [String] { state.withLock { $0.calls } }

    func identity() async throws -> NodeIdentity {
        NodeIdentity(
            instance: "i-1", instanceType: "m5.large", region: "us-west-2", mac: mac, primary: primary,
            vpcBlocks: [IPv4Prefix("192.168.0.0/16")!])
    }
    func limits(_ instanceType: String) async throws -> AddressLimits { allowed }
    func interfaces(of instance: String) async throws -> [CloudInterface] { state.withLock { $0.interfaces } }
    func assign(_ count: Int, to interface: String) async throws -> [IPv4Address] {
        let given = room.withLock { room in
            let given = min(room, count)
            room -= given
            return given
        }
        if given < count { throw CloudError("InsufficientFreeAddressesInSubnet") }
        return state.withLock { state in
            state.calls.append("assign \(count) to \(interface)")
            guard let index = state.interfaces.firstIndex(where: { $0.interface.id == interface }) else { return [] }
            let fresh = (0..<UInt32(count)).map { IPv4Address(state.next + $0) }
            state.next += UInt32(count)
            state.interfaces[index].addresses += fresh
            return fresh
        }
    }
    func unassign(_ addresses: [IPv4Address], from interface: String) async throws {
        state.withLock { state in
            state.calls.append("unassign \(addresses.count) from \(interface)")
            for index in state.interfaces.indices { state.interfaces[index].addresses.removeAll { addresses.contains($0) } }
        }
    }
    func attach(deviceIndex: Int, count: Int, like first: CloudInterface, to instance: String) async throws {
        state.withLock { $0.calls.append("attach \(deviceIndex) with \(count)") }
        throw CloudError("this cloud has one interface")
    }
    func detach(_ interface: CloudInterface) async throws { state.withLock { $0.calls.append("detach \(interface.interface.id)") } }
}
