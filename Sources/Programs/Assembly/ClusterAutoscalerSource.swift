import Documents
import KubeClient
import KubeControllers
import KubeModel

/// What autoscaling reads, over the API of its cluster.
struct ClusterAutoscalerSource: AutoscalerSource {
    let client: KubeClient

    func send(_ method: String, _ path: [String], _ query: [(String, String)], _ body: Value?) async throws(KubeStatus) -> Value {
        do throws(KubeClientError) { return try await client.send(method, path, query, body) } catch {
            throw error.status ?? KubeStatus(500, .unknown, "\(error)")
        }
    }
}
