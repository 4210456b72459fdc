import Documents
import KubeModel
import Reconcile
import Storage
import Synchronization

/// What DaemonSets have seen of their pods and of the nodes: each version of a document is read once, not in every look at the set.
///
/// In memory alone: what is lost is read again.
final class DaemonMemory: Sendable {
    /// One set's, of one template and selector.
    private struct Seen {
        let uid: String
        let generation: Int?
        var pods: [String: (revision: Revision, pod: DaemonPod?)] = [:]
        var nodes: [String: (revision: Revision, name: String, run: Bool, keep: Bool)] = [:]
    }
    /// By the sets' keys.
    private let sets = Mutex<[String: Seen]>([:])

    /// A set's pods that its selector selects, in no order, the keys of others of which it is an owner, and which nodes suit it, by name.
    func look(_ set: DaemonSet, in world: World) -> (
        pods: [DaemonPod], strangers: [String], nodes: [(name: String, run: Bool, keep: Bool)]
    ) {
        let generation = set.metadata.generation
        let before = sets.withLock { $0.removeValue(forKey: set.key) }
        let known = before.flatMap { $0.uid == set.uid && $0.generation == generation ? $0 : nil }
        var seen = Seen(uid: set.uid, generation: generation)
        let (selector, fit) = (set.selector, DaemonFit(set))
        var (pods, strangers, nodes) = ([DaemonPod](), [String](), [(name: String, run: Bool, keep: Bool)]())
        for (key, revision) in world.dependents(of: set.uid, PodFields.kind) {
            let present = known?.pods[key].flatMap { $0.revision == revision ? $0 : nil }
            let entry = present ?? (revision, Self.pod(key, of: set.uid, selector, in: world))
            seen.pods[key] = entry
            if let pod = entry.pod { pods.append(pod) } else { strangers.append(key) }
        }
        for (key, revision) in world.revisions(NodeFields.kind) {
            var entry = known?.nodes[key]
            if entry?.revision != revision {
                guard let node = world.document(key) else { continue }
                let name = String(key.dropFirst(NodeFields.kind.prefix.count))
                let (run, keep) = fit.suits(name, node)
                entry = (revision, name, run, keep)
            }
            guard let entry else { continue }
            seen.nodes[key] = entry
            nodes.append((entry.name, entry.run, entry.keep))
        }
        sets.withLock { [seen] in $0[set.key] = seen }
        return (pods, strangers.sorted(), nodes)
    }
    /// A set is gone.
    func forget(_ key: String) { sets.withLock { $0[key] = nil } }

    /// The pod, if the set controls and selects it.
    private static func pod(_ key: String, of set: String, _ selector: LabelSelector, in world: World) -> DaemonPod? {
        guard let pod = world.document(key), let metadata = pod["metadata"],
            metadata["ownerReferences"]?.items.first(where: { $0["controller"]?.bool == true })?["uid"]?.string == set,
            selector.matches(labels: metadata["labels"])
        else { return nil }
        return DaemonPod(key, pod)
    }
}
