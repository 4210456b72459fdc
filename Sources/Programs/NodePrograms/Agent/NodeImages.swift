import AWSProtocol
import Control
import Documents
import Kubelet
import LinuxNode
import Network
import NodeNetwork

extension NodeBoot {
    /// Asks ECR of a region for a token as the node's role. - Throws: `AWSError`, `HTTPError`, `NodeFailure`.
    func registryToken(_ region: String, metadata: InstanceMetadataClient, clock: any WallClock) async throws -> ECRAuthorization {
        let host = NodeBoot.endpoint.split(separator: "/").last.map(String.init) ?? ""
        let client = AWSClient(
            transport: try HTTPClient(endpoint: NodeBoot.endpoint), credential: try await metadata.credentials(), region: region,
            clock: clock, host: host)
        let data = try await client.call("ecr", "GetAuthorizationToken")["authorizationData"][0]
        guard let token = data["authorizationToken"].string else { throw NodeFailure("ECR gave no authorization token") }
        let expiry = data["expiresAt"].string.flatMap { Timestamp($0) } ?? clock.now + .seconds(12 * 3600)
        return ECRAuthorization(token: token, expiry: expiry)
    }
}

/// Images that came with the machine: no registry has them, so they are never collected.
enum ImportedImages {
    static func holds(_ image: RuntimeImage) -> Bool {
        image.tags.contains { $0.hasPrefix("localhost/") || $0.hasPrefix("602401143452.dkr.ecr.") }
    }
}
