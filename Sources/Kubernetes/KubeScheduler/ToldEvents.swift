import Documents
import KubeModel
import Storage

extension Snapshot {
    /// The Event by which a scheduler has told the same about a pod. Events of a pod stand side by side, for their names begin with its.
    func event(about pod: PodIdentity, _ reason: String, _ message: String) -> Entry? {
        range(prefix: EventFields.kind.key(pod.namespace, pod.name + ".")).first { entry in
            guard let event = entry.document?.root else { return false }
            return event["reason"]?.string == reason && event["message"]?.string == message
                && event["involvedObject"]?["uid"]?.string == pod.uid
        }
    }
}
