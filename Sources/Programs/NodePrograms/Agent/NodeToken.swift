import AWSProtocol
import Control
import NodeNetwork
import Synchronization

/// The token by which the node logs in to its cluster, made of the instance role's credentials as `aws eks get-token` does.
final class NodeToken: Sendable {
    private let metadata: InstanceMetadataClient
    private let cluster: String
    private let region: String
    private let clock: any WallClock
    private let known = Mutex<(text: String, until: Timestamp)?>(nil)
    /// A token is good for fifteen minutes; a new one is made a minute before that.
    private static let lifetime = Duration.seconds(14 * 60)

    init(metadata: InstanceMetadataClient, cluster: String, region: String, clock: any WallClock) {
        (self.metadata, self.cluster, self.region, self.clock) = (metadata, cluster, region, clock)
    }
    /// A token that is still good for a minute at least.
    func current() async throws -> String {
        let now = clock.now
        if let (text, until) = known.withLock({ $0 }), until > now { return text }
        let text = ClusterToken.make(
            cluster: cluster, stsBase: "https://sts.\(region).amazonaws.com", credential: try await metadata.credentials(), region: region,
            now: now)
        known.withLock { $0 = (text, now + NodeToken.lifetime) }
        return text
    }
}
