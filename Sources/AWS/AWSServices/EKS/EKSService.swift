package import AWSProtocol
import Control
import Documents
import Storage

/// What the handlers of EKS work with: the region's documents and the account.
package struct EKSService: Sendable {
    let region: String
    let account: String
    let records: Records
    /// What a cluster's endpoint is called by those who ask here; servers that share a store have addresses of their own.
    let endpoint: @Sendable (_ url: String) -> String
    /// Whether the account has the role of that ARN.
    let roleExists: @Sendable (_ arn: String) -> Bool

    package init(
        region: String, account: String, records: Records, endpoint: @escaping @Sendable (_ url: String) -> String = { $0 },
        roleExists: @escaping @Sendable (_ arn: String) -> Bool
    ) {
        (self.region, self.account, self.records, self.endpoint, self.roleExists) = (region, account, records, endpoint, roleExists)
    }

    /// The operations that have a handler.
    package var table: ServiceTable {
        let operations: [String: OperationHandler] = [
            "AssociateAccessPolicy": associateAccessPolicy, "CreateAccessEntry": createAccessEntry, "CreateCluster": createCluster,
            "CreateNodegroup": createNodegroup, "DeleteAccessEntry": deleteAccessEntry, "DeleteCluster": deleteCluster,
            "DeleteNodegroup": deleteNodegroup, "DescribeAccessEntry": describeAccessEntry, "DescribeCluster": describeCluster,
            "DescribeClusterVersions": describeClusterVersions, "DescribeNodegroup": describeNodegroup,
            "DescribeUpdate": describeUpdate, "DisassociateAccessPolicy": disassociateAccessPolicy,
            "ListAccessEntries": listAccessEntries, "ListAccessPolicies": listAccessPolicies,
            "ListAssociatedAccessPolicies": listAssociatedAccessPolicies, "ListClusters": listClusters,
            "ListNodegroups": listNodegroups, "ListTagsForResource": listTagsForResource, "ListUpdates": listUpdates,
            "TagResource": tagResource, "UntagResource": untagResource, "UpdateAccessEntry": updateAccessEntry,
            "UpdateClusterConfig": updateClusterConfig, "UpdateNodegroupConfig": updateNodegroupConfig,
        ]
        return ServiceTable("eks", operations.merging(addonOperations) { own, _ in own })
    }

    /// The cluster of that name.
    /// - Throws: `ResourceNotFoundException`.
    func cluster(_ name: String) throws -> EKSCluster {
        guard let cluster = records.get(EKSCluster.self, name) else { throw EKSError.noCluster(name) }
        return cluster
    }
    /// The cluster, when it takes changes now.
    /// - Throws: `ResourceNotFoundException`, or `ResourceInUseException` while it is created, updated or deleted.
    func activeCluster(_ name: String, for operation: String) throws -> EKSCluster {
        let cluster = try cluster(name)
        switch cluster.metadata.state(cluster.status.status) {
        case "ACTIVE": return cluster
        case "UPDATING":
            let update = records.list(EKSUpdate.self, in: name).first {
                $0.status.status == "InProgress" && $0.spec.nodegroupName == nil && $0.spec.addonName == nil
            }
            let id = update?.metadata.name ?? ""
            throw EKSError.inUse("Cannot \(operation) because cluster \(name) currently has update \(id) in progress", cluster: name)
        case let status:
            throw EKSError.invalidRequest(
                "Cannot \(operation) because cluster \(name) is currently in \(status ?? "CREATING") state", cluster: name)
        }
    }
    func arn(_ resource: String) -> String { "arn:aws:eks:\(region):\(account):\(resource)" }
}
