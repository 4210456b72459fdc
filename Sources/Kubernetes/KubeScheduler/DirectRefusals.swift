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
        var (writes, indices, left) = refusals(pods)
        guard !writes.isEmpty else { return left }
        for (index, result) in zip(indices, await realm.commit(writes)) {
            if let index, case .failure(.conflict) = result { left.append((index, false)) }
        }
        return left
    }

    /// The writes, which of the pods each is of (nil for events), and who is left to be told otherwise.
    private func refusals(_ pods: [RefusedPod]) -> (writes: [Write], indices: [Int?], left: [(index: Int, isNews: Bool)]) {
        var (writes, indices, left) = ([Write](), [Int?](), [(index: Int, isNews: Bool)]())
        let (now, snapshot) = (clock.now, realm.snapshot())
        for (index, refused) in pods.enumerated() {
            let (pod, key) = (refused.pod, PodFields.kind.key(refused.pod.namespace, refused.pod.name))
            let told = (type: "Warning", reason: "FailedScheduling", message: refused.message)
            guard let entry = snapshot.get(key), let document = entry.document, document.root["metadata"]?["uid"]?.string == pod.uid,
                document.root["spec"]?["nodeName"]?.string?.isEmpty ?? true,
                snapshot.event(about: pod, told.reason, told.message) == nil,
                let encoded = DirectEdits(entry, document).refused(reason: refused.reason, message: refused.message, now: now.text)
            else {
                left.append((index, refused.isNews))
                continue
            }
            writes.append(Write(key, .put(encoded), if: .revision(entry.revision)))
            indices.append(index)
            guard refused.isNews else { continue }
            writes.append(event(pod, told, "default-scheduler", now))
            indices.append(nil)
        }
        return (writes, indices, left)
    }
}
