import Control
import Documents
import KubeClient
import KubeModel

/// Records what happens to pods as the kubelet does. Losing an event does no harm, so failures are not told.
struct EventReporter {
    let client: KubeClient
    let node: String
    let clock: any WallClock

    func record(_ events: [PodStep.Event], about pod: Value) async {
        for (order, event) in events.enumerated() {
            let metadata = pod["metadata"]
            var subject: Value = [
                "kind": "Pod", "apiVersion": "v1", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"],
                "resourceVersion": metadata["resourceVersion"],
            ]
            if !event.fieldPath.isEmpty { subject["fieldPath"] = .string(event.fieldPath) }
            await record(
                type: event.type, event.reason, event.message, subject, order, namespace: metadata["namespace"].string ?? "default")
        }
    }

    /// What a kubelet tells of its node as it starts.
    func recordStart(ofNode uid: String) async {
        let states = ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"]
        let told =
            [("Starting", "Starting kubelet.")] + states.map { ($0, "Node \(node) status is now: \($0)") }
            + [("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods")]
        // Each waits until it is durable, and the node should be ready soon.
        await withDiscardingTaskGroup { group in
            for (order, event) in told.enumerated() { group.addTask { await record(event.0, event.1, order, aboutNode: uid) } }
        }
    }
    /// The node has become ready.
    func recordReady(ofNode uid: String) async { await record("NodeReady", "Node \(node) status is now: NodeReady", 0, aboutNode: uid) }

    private func record(_ reason: String, _ message: String, _ order: Int, aboutNode uid: String) async {
        let subject: Value = ["kind": "Node", "name": .string(node), "uid": .string(uid)]
        await record(type: "Normal", reason, message, subject, order, namespace: "default")
    }

    private func record(
        type: String, _ reason: String, _ message: String, _ subject: Value, _ order: Int, namespace: String
    ) async {
        let now = clock.now
        let name = EventName.text(about: subject["name"].string ?? "", at: now, order: order, told: node, reason, message)
        let event: Value = [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "involvedObject": subject, "reason": .string(reason), "message": .string(message), "type": .string(type),
            "source": ["component": "kubelet", "host": .string(node)], "firstTimestamp": .string(now.text),
            "lastTimestamp": .string(now.text), "count": 1, "reportingComponent": "kubelet", "reportingInstance": .string(node),
        ]
        _ = try? await client.create(EventFields.kind, event)
    }
}
