import Control
import Documents
import KubeModel
import Storage

/// A pod without a node, and why.
package struct RefusedPod: Sendable {
    package let pod: PodIdentity
    /// `Unschedulable` or `SchedulerError`, and what the condition says.
    package let (reason, message): (String, String)
    /// Whether an event tells it too.
    package let isNews: Bool
    package init(_ pod: PodIdentity, reason: String, message: String, isNews: Bool) {
        (self.pod, self.reason, self.message, self.isNews) = (pod, reason, message, isNews)
    }
}

extension DirectBinder {
    package func refuse(_ pods: [RefusedPod]) async -> [(index: Int, isNews: Bool)] {
        var (writes, indices, left) = ([Write](), [Int?](), [(index: Int, isNews: Bool)]())
        let now = clock.now.text
        for (index, refused) in pods.enumerated() {
            let (pod, key) = (refused.pod, PodFields.kind.key(refused.pod.namespace, refused.pod.name))
            let told = ("Warning", "FailedScheduling", refused.message)
            let event = event(pod, told, mark: "FailedScheduling" + refused.message, "default-scheduler", now)
            guard let entry = realm.get(key), let document = entry.document, document.root["metadata"]?["uid"]?.string == pod.uid,
                document.root["spec"]?["nodeName"]?.string?.isEmpty ?? true, realm.get(event.key) == nil,
                let encoded = DirectEdits(entry, document).refused(reason: refused.reason, message: refused.message, now: now)
            else {
                left.append((index, refused.isNews))
                continue
            }
            writes.append(Write(key, .put(encoded), if: .revision(entry.revision)))
            indices.append(index)
            guard refused.isNews else { continue }
            writes.append(event)
            indices.append(nil)
        }
        guard !writes.isEmpty else { return left }
        for (index, result) in zip(indices, await realm.commit(writes)) {
            if let index, case .failure(.conflict) = result { left.append((index, false)) }
        }
        return left
    }
}
