import AWSServices
import Glibc
import Linux
import Testing

@testable import VPCNetwork

let isRoot = geteuid() == 0

/// A fabric in a run directory of its own, and a state to change.
final class TestNetwork {
    let root: String
    let fabric: VPCFabric
    var state: VPCState
    /// Public addresses that no other test has.
    let publicBase = IPv4Address(0xc613_0000 + UInt32.random(in: 0..<4096) * 16)

    /// Two subnets in two zones, one group `sg-1` without rules, no way out.
    init() throws {
        var template = Array("/tmp/eyrie-vpc-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return nil }
            return String(cString: made)
        }
        root = try #require(made)
        fabric = try VPCFabric(runDirectory: root)
        state = VPCState(id: "vpc-0\(root.suffix(6).utf8.map { String($0, radix: 16) }.joined())", blocks: ["192.168.0.0/16"])
        state.subnets = [
            SubnetState(id: "subnet-1", block: "192.168.0.0/18", availabilityZone: "us-east-1a"),
            SubnetState(id: "subnet-2", block: "192.168.64.0/18", availabilityZone: "us-east-1b"),
        ]
        state.groups = [SecurityGroupState(id: "sg-1")]
        state.groups[0].egress = [.all]
    }
    deinit {
        let directory = RunDirectory(root)
        for name in directory.namespaces() { NetworkNamespaces.remove(directory.namespace(name)) }
        rmdir("\(root)/netns")
        rmdir(root)
    }

    var vpc: String { RunDirectory(root).namespace(state.id) }
    func machine(_ instance: String) -> String { RunDirectory(root).namespace(instance) }
    func publicAddress(_ index: UInt32) -> String { IPv4Address(publicBase.number + index).description }

    /// Adds an interface of an instance, or of the region, at an address.
    @discardableResult func add(
        _ owner: InterfaceState.Owner, _ addresses: String..., subnet: String = "subnet-1", groups: [String] = ["sg-1"]
    ) -> Int {
        let number = state.interfaces.count + 1
        var interface = InterfaceState(
            id: "eni-0000000000000000\(number)", subnetID: subnet, owner: owner, mac: "02:42:00:00:00:0\(number)", addresses: addresses)
        interface.groupIDs = groups
        state.interfaces.append(interface)
        return state.interfaces.count - 1
    }
    func apply() async throws { try await fabric.apply(state) }

    /// Runs the work on a network, which is taken down afterwards.
    static func with(_ work: (TestNetwork) async throws -> Void) async throws {
        let network = try TestNetwork()
        do { try await work(network) } catch {
            await network.fabric.remove(vpcID: network.state.id)
            throw error
        }
        await network.fabric.remove(vpcID: network.state.id)
    }
}

extension SecurityGroupState.Rule {
    static let all = Self(ipProtocol: "-1", ports: nil, peer: .block("0.0.0.0/0"))
    static func tcp(_ ports: ClosedRange<Int>, _ peer: Peer) -> Self { Self(ipProtocol: "tcp", ports: ports, peer: peer) }
}
