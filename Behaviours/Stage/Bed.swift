package import AWSProtocol
package import Control
package import KubeClient

/// Where behaviours happen: a region with EKS in it, seen from outside. What a bed cannot do is nil, and behaviours that need it are left out.
package protocol Bed: Sendable {
    /// Time as the region knows it; in simulations it runs as fast as it is waited for.
    var time: any WallClock { get }
    var clients: any BedClients { get }
    var clusters: (any BedClusters)? { get }
    var nodes: (any BedNodes)? { get }
}

/// Ways to the APIs.
package protocol BedClients: Sendable {
    /// AWS under a key; nil is the bed's own administrator.
    func aws(_ key: SigningCredential?) async throws -> AWSClient
    /// A cluster's API, logged in by an AWS key as kubectl is; nil is the bed's own administrator.
    func kubernetes(cluster: String, _ key: SigningCredential?) async throws -> KubeClient
}

/// What may befall clusters.
package protocol BedClusters: Sendable {
    /// Stops a cluster's control plane and starts it again.
    func restart(_ cluster: String) async throws
}

/// What may befall nodes.
package protocol BedNodes: Sendable {
    /// The machine of an instance dies; EC2 is not told.
    func fail(instance: String) async throws
    /// The machine of an instance that died runs again.
    func recover(instance: String) async throws
}

/// Something that did not come to pass.
package struct BehaviourFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
