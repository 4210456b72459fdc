import AWSServices
import Documents
package import Network

/// Ways into a system within its process, for beds and tools: the same handlers that its listeners serve.
extension System {
    /// The AWS endpoint.
    package var awsTransport: any HTTPTransport { LocalTransport(handler: endpoint, peer: Peer(address: "127.0.0.1")) }

    /// The API of a cluster by its EKS id, for callers who bring a token. Answers 503 while its control plane does not run.
    package func kubernetesTransport(cluster id: String) -> any HTTPTransport {
        LocalTransport(handler: ClusterDoor(planes: planes, id: id), peer: Peer(address: "127.0.0.1"))
    }

    /// The id of a cluster that stands in a region which is open; nil when there is none.
    package func clusterID(region: String, name: String) -> String? {
        directory.opened(region)?.records.get(EKSCluster.self, name)?.metadata.uid
    }

    /// Ends the machine of an instance although nobody asked EC2 for it, as a failed host does.
    package func fail(instance id: String) async { await machines.terminate(instanceID: id) }

    /// Starts the machines of a region whose instances run and whose machines do not.
    package func recover(region: String) async throws { try await directory.opened(region)?.recover() }

    /// Stops the control plane of a cluster and starts it over what it has stored.
    package func restartControlPlane(cluster id: String) async throws { try await planes.restart(id: id) }
}

/// Finds the control plane anew for each request, so that it may be started again meanwhile.
private struct ClusterDoor: HTTPHandler {
    let planes: ControlPlanes
    let id: String
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard let handler = planes.handler(id: id) else { return HTTPResponse(503, headers: ["retry-after": "1"]) }
        return await handler.respond(to: request)
    }
}
