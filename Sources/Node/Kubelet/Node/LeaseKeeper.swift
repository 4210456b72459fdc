import Control
import Documents
import KubeClient
import KubeModel

/// Keeps the node's lease fresh. Source: kubelet's defaults (a lease of 40 s renewed every 10 s).
struct LeaseKeeper: Service {
    private static let seconds: Int64 = 40
    private static let interval = Duration.seconds(10)

    let client: KubeClient
    let node: String
    let clock: any WallClock
    let random: RandomSource

    /// Renews until cancelled.
    func run() async throws {
        var lease = Value.null
        var uid = ""
        var pause = Duration.milliseconds(200)
        while true {
            do throws(KubeClientError) {
                if uid.isEmpty { uid = try await client.get(NodeFields.kind, node)["metadata"]["uid"].string ?? "" }
                lease = try await renew(lease, uid)
                pause = .milliseconds(200)
                try await rest(Self.interval + .milliseconds(random.int(in: -400..<401)))
            } catch {
                if error == .cancelled { throw CancellationError() }
                lease = .null
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(7))
            }
        }
    }

    private func rest(_ duration: Duration) async throws(KubeClientError) {
        do { try await clock.sleep(for: duration) } catch { throw .cancelled }
    }

    private func renew(_ lease: Value, _ uid: String) async throws(KubeClientError) -> Value {
        do throws(KubeClientError) {
            var lease = lease
            if lease.isNull { lease = try await client.get(LeaseFields.kind, namespace: "kube-node-lease", node) }
            lease["spec"]["holderIdentity"] = .string(node)
            lease["spec"]["leaseDurationSeconds"] = .int(Self.seconds)
            lease["spec"]["renewTime"] = .string(clock.now.microText)
            return try await client.update(LeaseFields.kind, lease)
        } catch {
            guard error.isNotFound else { throw error }
            return try await client.create(LeaseFields.kind, fresh(uid))
        }
    }

    private func fresh(_ uid: String) -> Value {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": [
                "name": .string(node), "namespace": "kube-node-lease",
                "ownerReferences": [["apiVersion": "v1", "kind": "Node", "name": .string(node), "uid": .string(uid)]],
            ],
            "spec": [
                "holderIdentity": .string(node), "leaseDurationSeconds": .int(Self.seconds), "renewTime": .string(clock.now.microText),
            ],
        ]
    }
}
