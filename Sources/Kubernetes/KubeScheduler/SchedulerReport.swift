import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// Tells in the cluster what became of pods: events, and the condition PodScheduled.
struct SchedulerReport: Sendable {
    let realm: Realm
    let writer: any ChangeWriter
    let clock: any WallClock
    /// How often a condition is tried when others write the pod at the same time.
    private let attempts = 5

    init(realm: Realm, writer: any ChangeWriter, clock: any WallClock) { (self.realm, self.writer, self.clock) = (realm, writer, clock) }

    func scheduled(_ pod: SchedulingPod, on node: String) async {
        await tell(pod, "Normal", "Scheduled", "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
    }

    func failed(_ pod: SchedulingPod, _ reason: String, _ message: String) async {
        await tell(pod, "Warning", "FailedScheduling", message)
        for _ in 0..<attempts {
            guard let change = condition(of: pod, reason, message) else { return }
            do throws(ChangeError) {
                _ = try await writer.apply(change, by: Scheduler.actor)
                return
            } catch { guard case .conflict = error else { return } }
        }
    }

    /// The change that gives a pod the condition; nil when it needs none. Conditions are written as a whole, so the change insists on
    /// the document that it was made for.
    private func condition(of pod: SchedulingPod, _ reason: String, _ message: String) -> Change? {
        guard let document = realm.snapshot().get(pod.key)?.value, document["metadata"]["uid"].string == pod.uid,
            document["spec"]["nodeName"].string?.isEmpty ?? true
        else { return nil }
        var conditions = document["status"]["conditions"].items
        let present = conditions.first { $0["type"].string == "PodScheduled" }
        if present?["status"].string == "False", present?["reason"].string == reason, present?["message"].string == message { return nil }
        let now = Value.string(clock.now.text)
        let since = present?["status"].string == "False" ? present?["lastTransitionTime"] ?? now : now
        conditions.removeAll { $0["type"].string == "PodScheduled" }
        conditions.append([
            "type": "PodScheduled", "status": "False", "lastProbeTime": nil, "lastTransitionTime": since, "reason": .string(reason),
            "message": .string(message),
        ])
        let patch: Value = [
            "metadata": ["uid": .string(pod.uid), "resourceVersion": document["metadata"]["resourceVersion"]],
            "status": ["conditions": .array(conditions)],
        ]
        return .patch(PodFields.kind, namespace: pod.namespace, name: pod.name, patch, subresource: "status")
    }

    /// Equal events of a pod are one with a count.
    private func tell(_ pod: SchedulingPod, _ type: String, _ reason: String, _ message: String) async {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in (pod.uid + reason + message).utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        let name = "\(pod.name).\(String(repeating: "0", count: 16 - digits.utf8.count))\(digits)"
        let now = Value.string(clock.now.text)
        if let event = realm.snapshot().get(EventFields.kind.key(pod.namespace, name))?.value {
            let count = Int64((event["count"].int ?? 1) + 1)
            return await apply(
                .patch(EventFields.kind, namespace: pod.namespace, name: name, ["count": .int(count), "lastTimestamp": now]))
        }
        await apply(
            .create(
                EventFields.kind,
                [
                    "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(pod.namespace)],
                    "involvedObject": [
                        "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
                        "apiVersion": "v1",
                    ],
                    "reason": .string(reason), "message": .string(message), "source": ["component": "default-scheduler"],
                    "firstTimestamp": now, "lastTimestamp": now, "count": 1, "type": .string(type), "eventTime": nil,
                    "reportingComponent": "default-scheduler", "reportingInstance": "",
                ]))
    }

    /// Reports are worth a try, not more.
    private func apply(_ change: Change) async { _ = try? await writer.apply(change, by: Scheduler.actor) }
}
