import Control
package import Documents
import KubeClient
import KubeModel

/// Looks after the nodes that belong to instances: empties them before they go, and removes them from their cluster afterwards.
package struct NodeSteward: Sendable {
    let records: Records
    let clusters: any ControlPlaneHost
    /// How long draining waits for pods that may not be evicted. Source: EKS user guide, managed node update behaviour.
    static let patience = Duration.seconds(15 * 60)

    package init(records: Records, clusters: any ControlPlaneHost) { (self.records, self.clusters) = (records, clusters) }

    /// The client of the instance's cluster; nil when it belongs to none or the cluster is gone.
    /// - Throws: `ControlPlaneAway` when the control plane has not started yet, as after a restart: the node must not be forgotten.
    private func client(of instance: Instance) throws(ControlPlaneAway) -> KubeClient? {
        let name = instance.spec.node?["cluster"].string ?? instance.spec.userData.flatMap(NodeUserData.init)?.cluster
        guard let name, let cluster = records.get(EKSCluster.self, name), let id = cluster.metadata.uid else { return nil }
        if let transport = clusters.transport(id: id) { return KubeClient(transport: transport) }
        guard ["ACTIVE", "UPDATING"].contains(cluster.status.status ?? "") else { return nil }
        throw ControlPlaneAway(cluster: name)
    }
    private struct ControlPlaneAway: Error, CustomStringConvertible {
        let cluster: String
        var description: String { "the control plane of \(cluster) does not run yet" }
    }

    /// Cordons the node and evicts its pods, waiting for disruption budgets; pods of daemon sets and static pods stay.
    package func drain(_ instance: Instance) async throws {
        guard let client = try client(of: instance), let node = instance.spec.privateDNSName else { return }
        let deadline = records.clock.now + Self.patience
        var (pause, left) = (Self.shortestPause, Int.max)
        while records.clock.now < deadline {
            // Every time: a node that somebody uncordons meanwhile is filled as fast as it is emptied.
            guard try await cordon(node, client) else { return }
            let pods = try await client.list(PodFields.kind, ListOptions(fieldSelector: "spec.nodeName=\(node)")).items.filter(mustMove)
            if pods.isEmpty { return }
            for pod in pods where pod["metadata"]["deletionTimestamp"].isNull {
                await remove(pod, client, isForced: instance.status.isForced == true)
            }
            pause = pods.count < left ? Self.shortestPause : min(pause * 2, Self.longestPause)
            left = pods.count
            try await records.clock.sleep(for: pause)
        }
    }
    /// Keeps new pods away from a node; false when it is gone.
    private func cordon(_ node: String, _ client: KubeClient) async throws -> Bool {
        do throws(KubeClientError) {
            _ = try await client.patch(NodeFields.kind, node, .merge(["spec": ["unschedulable": true]]))
            return true
        } catch {
            guard error.isNotFound else { throw error }
            return false
        }
    }
    /// Between two looks at a node that is drained: the longer the longer nothing has moved, up to kubectl's pause after a refusal.
    private static let shortestPause = Duration.milliseconds(100), longestPause = Duration.seconds(5)

    private func mustMove(_ pod: Value) -> Bool {
        let isMirror = !pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].isNull
        let isDaemon = pod["metadata"]["ownerReferences"].items.contains { $0["kind"].string == "DaemonSet" }
        return !isMirror && !isDaemon && !["Succeeded", "Failed"].contains(pod["status"]["phase"].string ?? "")
    }
    /// Asks for one eviction, or deletes; a refusal by a disruption budget is asked again in the next round.
    private func remove(_ pod: Value, _ client: KubeClient, isForced: Bool) async {
        let metadata = pod["metadata"]
        if isForced {
            _ = try? await client.delete(PodFields.kind, namespace: metadata["namespace"].string, metadata["name"].string ?? "")
            return
        }
        let eviction: Value = [
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": metadata["name"], "namespace": metadata["namespace"]],
        ]
        _ = try? await client.create(
            PodFields.kind, eviction, namespace: metadata["namespace"].string, name: metadata["name"].string, subresource: "eviction")
    }
    /// Deletes the node's document in its cluster, as the cloud controller does when an instance is gone.
    package func remove(_ instance: Instance) async throws {
        guard let client = try client(of: instance), let node = instance.spec.privateDNSName else { return }
        do throws(KubeClientError) { try await client.delete(NodeFields.kind, node) } catch {
            guard error.isNotFound else { throw error }
        }
    }
    /// How many nodes with a label are Ready, by the cluster's own account.
    package func readyNodes(cluster id: String, label: String) async throws -> (ready: Int, all: [Value]) {
        guard let transport = clusters.transport(id: id) else { return (0, []) }
        let nodes = try await KubeClient(transport: transport).list(NodeFields.kind, ListOptions(labelSelector: label)).items
        let ready = nodes.count { node in
            node["status"]["conditions"].items.contains { $0["type"].string == "Ready" && $0["status"].string == "True" }
        }
        return (ready, nodes)
    }
}
