import AWSProtocol
import AWSServices
import Documents
import Network
import Storage
import Synchronization

/// The directory of regions, which control planes and machines need and which needs them.
final class DirectoryBox: Sendable {
    private let directory = Mutex<RegionDirectory?>(nil)
    func set(_ value: RegionDirectory) { directory.withLock { $0 = value } }
    func get() -> RegionDirectory? { directory.withLock { $0 } }
}

/// How a simulated node logs in: as the instance's role, mapped by the cluster's access entries or aws-auth as for any other principal.
struct NodeLogin: Sendable {
    let planes: ControlPlanes
    let directory: DirectoryBox
    let account: String
    /// What stands between a machine and its cluster.
    let line: (@Sendable (_ address: String, any HTTPTransport) -> any HTTPTransport)?

    /// A way to the cluster as the node; nil while the cluster does not run, or does not know the node's role.
    func transport(_ spec: MachineSpec) async -> (any HTTPTransport)? {
        guard let id = spec.clusterID, let realm = planes.realm(id: id), let region = try? await directory.get()?.region(spec.region) else {
            return nil
        }
        let cluster = region.records.list(EKSCluster.self).first { $0.metadata.uid == id }?.metadata.name
        let role = spec.roleARN.split(separator: "/").last.map(String.init) ?? ""
        let principal = Principal(
            arn: "arn:aws:sts::\(account):assumed-role/\(role)/\(spec.instanceID)", account: account, userID: "", entryARN: spec.roleARN)
        let awsAuth = realm.snapshot().get("core/configmaps/kube-system/aws-auth")?.value["data"] ?? .null
        let resolver = AccessResolver(records: region.records)
        guard let cluster, let identity = resolver.resolve(principal, cluster: cluster, awsAuth: awsAuth, nodeName: spec.privateDNSName)
        else { return nil }
        let peer = Peer.Local(user: identity.username, groups: identity.groups + ["system:authenticated"])
        let transport = planes.transport(id: id, as: peer)
        guard let line, let transport else { return transport }
        return line(spec.privateAddress, transport)
    }
    /// A way to the machine's cluster as the cloud's own controllers; nil while the cluster does not run.
    func cloud(_ spec: MachineSpec) -> (any HTTPTransport)? { spec.clusterID.flatMap { planes.transport(id: $0) } }
}
