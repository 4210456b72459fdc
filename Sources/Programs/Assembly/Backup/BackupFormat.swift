import AWSServices
import Documents
import Reconcile
import Storage

/// What a cluster's backup consists of: a dump of three parts of realms, in this order.
///
/// The region's documents of the cluster and the record of its control plane come first, so that a restore knows what it makes before the
/// documents of the cluster's own realm, which are many, come by.
enum BackupFormat {
    static let kind = "EyrieClusterBackup"
    /// Grows when an older Eyrie could misread what is new.
    static let version: Int64 = 1
    /// The kinds of a region's documents that are kept under a cluster's name.
    static let children = [AccessEntryFields.kind, NodegroupFields.kind, AddonFields.kind]

    /// The header of a backup.
    static func header(_ cluster: EKSCluster, region: String, now: String) -> Value {
        [
            "kind": .string(kind), "version": .int(version), "cluster": .string(cluster.metadata.name ?? ""), "region": .string(region),
            "id": .string(cluster.metadata.uid ?? ""), "kubernetes": .string(cluster.spec.version ?? ""), "created": .string(now),
        ]
    }
}

/// Why there is no backup, or no restore from it.
struct BackupFailure: Error, Sendable, CustomStringConvertible {
    /// The HTTP status that says it best.
    let status: Int
    let description: String
    init(_ status: Int, _ description: String) { (self.status, self.description) = (status, description) }
}
