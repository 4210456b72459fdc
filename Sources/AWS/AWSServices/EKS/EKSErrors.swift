import AWSProtocol
import Documents

/// The errors of EKS with its own texts. Source: EKS API reference, common errors; texts as the service words them.
enum EKSError {
    static func notFound(_ message: String, cluster: String? = nil, nodegroup: String? = nil) -> AWSError {
        AWSError("ResourceNotFoundException", message, status: 404, members: members(cluster, nodegroup))
    }
    static func inUse(_ message: String, cluster: String? = nil, nodegroup: String? = nil) -> AWSError {
        AWSError("ResourceInUseException", message, status: 409, members: members(cluster, nodegroup))
    }
    static func invalidParameter(_ message: String, cluster: String? = nil, nodegroup: String? = nil) -> AWSError {
        AWSError("InvalidParameterException", message, members: members(cluster, nodegroup))
    }
    static func invalidRequest(_ message: String, cluster: String? = nil, nodegroup: String? = nil) -> AWSError {
        AWSError("InvalidRequestException", message, members: members(cluster, nodegroup))
    }
    static func noCluster(_ name: String) -> AWSError { notFound("No cluster found for name: \(name).", cluster: name) }
    static func noNodegroup(_ name: String, cluster: String) -> AWSError {
        notFound("No node group found for name: \(name).", cluster: cluster, nodegroup: name)
    }
    static func noUpdate(_ id: String) -> AWSError { notFound("No update found for ID: \(id)") }
    static let noAccessEntry = notFound(
        "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.")

    private static func members(_ cluster: String?, _ nodegroup: String?) -> Value {
        var members: Value = [:]
        if let cluster { members["clusterName"] = .string(cluster) }
        if let nodegroup { members["nodegroupName"] = .string(nodegroup) }
        return members
    }
}
