import Control
import Cryptography
import Documents

/// The two network interfaces by which a cluster's API is reached inside its VPC. Source: EKS user guide, network requirements.
struct ClusterInterfaces: Sendable {
    let region: String
    let records: Records

    /// Makes the interfaces, in subnets of two zones of the cluster's, with its security groups.
    /// - Returns: their addresses.
    func ensure(_ cluster: EKSCluster) async throws -> [String] {
        let config = cluster.spec.resourcesVpcConfig
        var zones: Set<String> = []
        let subnets = (config.subnetIds ?? []).compactMap { records.get(Subnet.self, $0) }
            .filter { zones.insert($0.spec.availabilityZone ?? "").inserted }.prefix(2)
        var addresses: [String] = []
        for (index, subnet) in subnets.enumerated() {
            var wish = NetworkInterfaces.Wish(id: Self.id(cluster, index), subnet: subnet)
            wish.description = "Amazon EKS \(cluster.metadata.name ?? "")"
            wish.requester = "amazon-eks"
            wish.groupIds = [config.clusterSecurityGroupId].compactMap { $0 } + (config.securityGroupIds ?? [])
            let interface = try await NetworkInterfaces(region: region, records: records).ensure(wish)
            addresses += interface.spec.addresses?.prefix(1) ?? []
        }
        return addresses
    }
    func remove(_ cluster: EKSCluster) async throws {
        for index in 0..<2 { try await NetworkInterfaces(region: region, records: records).remove(Self.id(cluster, index)) }
    }
    /// The ids follow from the cluster's, so that nothing is made twice.
    private static func id(_ cluster: EKSCluster, _ index: Int) -> String {
        "eni-0" + Hex.encode(SHA256.hash("\(cluster.metadata.uid ?? "")/interface/\(index)")).prefix(16)
    }
}
