package import AWSProtocol
package import Control
import Cryptography
import Documents
package import KubeClient
package import Network

/// A region that runs somewhere, seen through its endpoint alone and in real time. Nothing can be made to fail there.
package final class RemoteBed: Bed, BedClients {
    private let transport: HTTPClient
    private let administrator: SigningCredential
    private let region: String
    package let time: any WallClock
    package var clients: any BedClients { self }
    package var clusters: (any BedClusters)? { nil }
    package var nodes: (any BedNodes)? { nil }

    /// - Throws: `HTTPError.malformed` for an endpoint that is no URL.
    package init(endpoint: String, administrator: SigningCredential, region: String, clock: any WallClock) throws(HTTPError) {
        transport = try HTTPClient(endpoint: endpoint)
        (self.administrator, self.region, time) = (administrator, region, clock)
    }

    package func aws(_ key: SigningCredential?) async throws -> AWSClient {
        AWSClient(transport: transport, credential: key ?? administrator, region: region, clock: time)
    }
    package func kubernetes(cluster: String, _ key: SigningCredential?) async throws -> KubeClient {
        let facts = try await aws(nil).call("eks", "DescribeCluster", ["name": .string(cluster)])["cluster"]
        guard let endpoint = facts["endpoint"].string, let data = facts["certificateAuthority"]["data"].string,
            let authority = Base64.decode(data).map({ String(decoding: $0, as: UTF8.self) })
        else { throw BehaviourFailure("cluster \(cluster) has no endpoint") }
        let (credential, region, time) = (key ?? administrator, region, time)
        return KubeClient(transport: try HTTPClient(endpoint: endpoint, trust: .caPEM(authority))) {
            ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.\(region).amazonaws.com", credential: credential, region: region, now: time.now)
        }
    }
}
