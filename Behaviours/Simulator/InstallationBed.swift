import AWSProtocol
import Control
import KubeClient

/// An installation as a bed, to set a scene in it.
struct InstallationBed: Bed, BedClients {
    let installation: Installation
    var time: any WallClock { installation.clock }
    var clients: any BedClients { self }
    var clusters: (any BedClusters)? { nil }
    var nodes: (any BedNodes)? { nil }
    func aws(_ key: SigningCredential?) async throws -> AWSClient { try installation.aws() }
    func kubernetes(cluster: String, _ key: SigningCredential?) async throws -> KubeClient { installation.kubernetes(cluster: cluster) }
}
