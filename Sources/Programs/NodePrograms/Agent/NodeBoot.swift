import AWSProtocol
import Control
import Cryptography
import Documents
import Glibc
import Kubelet
import Linux
import Network
import NodeNetwork

/// What a node finds out when it starts: who it is and which cluster it belongs to, from the metadata service; what it has, from its kernel.
struct NodeBoot: Sendable {
    let configuration: NodeConfiguration
    let facts: NodeFacts
    let region: String
    /// The cluster's authority in PEM.
    let authority: String

    /// Where the region's AWS APIs answer in every VPC.
    static let endpoint = "http://169.254.169.252:4566"

    /// Asks the metadata service. - Throws: when it does not answer, or when the user data name no cluster.
    init(metadata: InstanceMetadataClient, clock: any WallClock) async throws {
        let identity = try JSON.parse(try await metadata.required("dynamic/instance-identity/document"))
        guard let instanceID = identity["instanceId"].string, let type = identity["instanceType"].string,
            let region = identity["region"].string, let zone = identity["availabilityZone"].string,
            let address = identity["privateIp"].string
        else { throw NodeFailure("the instance identity document is not whole") }
        let name = try await metadata.required("meta-data/local-hostname")
        guard let configuration = NodeConfiguration(userData: try await metadata.text("user-data") ?? "") else {
            throw NodeFailure("the user data names no cluster")
        }
        guard let authority = Base64.decode(configuration.authority) else { throw NodeFailure("the cluster's authority is not base64") }
        (self.configuration, self.region, self.authority) = (configuration, region, String(decoding: authority, as: UTF8.self))
        var pods = configuration.maxPods
        if pods == nil { pods = await NodeBoot.maxPods(of: type, region: region, metadata: metadata, clock: clock) }
        var facts = NodeBoot.facts(
            NodeFacts(
                name: name, instanceID: instanceID, instanceType: type, region: region, zone: zone, address: address,
                virtualCPUs: NodeBoot.processors, memoryBytes: NodeBoot.memory, storageBytes: NodeBoot.storage, maxPods: pods ?? 110,
                architecture: identity["architecture"].string == "arm64" ? "arm64" : "amd64",
                kubeletVersion: MachineFile.read()["kubeletVersion"].string ?? "v1.36.0"), configuration)
        facts.publicAddress = try await metadata.text("meta-data/public-ipv4") ?? ""
        facts.publicName = try await metadata.text("meta-data/public-hostname") ?? ""
        self.facts = facts
    }
    private static func facts(_ base: NodeFacts, _ configuration: NodeConfiguration) -> NodeFacts {
        var facts = base
        (facts.labels, facts.taints) = (configuration.labels, configuration.taints)
        facts.machineID = Files.text("/etc/machine-id") ?? ""
        facts.systemUUID = facts.machineID.count == 32 ? NodeBoot.uuid(facts.machineID) : facts.machineID
        facts.bootID = Files.text("/run/eyrie/boot-id") ?? Files.text("/proc/sys/kernel/random/boot_id") ?? ""
        facts.kernelVersion = Files.text("/proc/sys/kernel/osrelease") ?? ""
        facts.osImage = NodeBoot.osImage
        return facts
    }
    private static func uuid(_ digits: String) -> String {
        let all = Array(digits)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(all[$0]) }.joined(separator: "-")
    }

    /// Interfaces × (addresses − 1) + 2, as EC2 tells the type's limits; nil when it does not. Source: EKS user guide, max-pods.
    private static func maxPods(
        of type: String, region: String, metadata: InstanceMetadataClient, clock: any WallClock
    ) async -> Int? {
        guard let credential = try? await metadata.credentials(), let transport = try? HTTPClient(endpoint: endpoint) else { return nil }
        let host = endpoint.split(separator: "/").last.map(String.init) ?? ""
        let client = AWSClient(transport: transport, credential: credential, region: region, clock: clock, host: host)
        let answer = try? await client.call("ec2", "DescribeInstanceTypes", ["InstanceTypes": [.string(type)]])
        let network = answer?["InstanceTypes"][0]["NetworkInfo"] ?? .null
        guard let interfaces = network["MaximumNetworkInterfaces"].int, let addresses = network["Ipv4AddressesPerInterface"].int else {
            return nil
        }
        return Int(interfaces * (addresses - 1) + 2)
    }

    private static var processors: Int {
        let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        guard let limit = Cgroup("").cpuLimitMillicores() else { return online }
        return max(1, limit / 1000)
    }
    /// Bytes.
    private static var memory: Int {
        let page = sysconf(Int32(_SC_PAGESIZE)) * sysconf(Int32(_SC_PHYS_PAGES))
        return min(page, Cgroup("").stats().memoryLimitBytes ?? page)
    }
    /// Bytes.
    private static var storage: Int {
        var facts = statvfs()
        guard statvfs("/var/lib/kubelet", &facts) == 0 else { return 0 }
        return Int(facts.f_blocks) * Int(facts.f_frsize)
    }
    private static var osImage: String {
        for line in (Files.text("/etc/os-release") ?? "").split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            return line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" }
        }
        return "Linux"
    }
}

/// What the machine's first process tells its agent.
enum MachineFile {
    static func read() -> Value {
        guard let bytes = try? Files.read("/run/eyrie/machine.json"), let value = try? JSON.parse(bytes) else { return .null }
        return value
    }
}

/// Why the node agent cannot run.
struct NodeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
