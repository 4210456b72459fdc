import Synchronization

/// Pods that are to go at a certain time, so that it can be told when they need not.
///
/// In memory alone, as upstream's timed queue: who leads next tells nothing of what was planned before.
final class PendingEvictions: Sendable {
    /// The uids of pods, by key.
    private let pods = Mutex<[String: String]>([:])

    /// Takes note of a pod that is to go.
    func add(_ key: String, uid: String) { pods.withLock { $0[key] = uid } }
    /// Forgets a pod; tells whether it was to go.
    func remove(_ key: String, uid: String) -> Bool { pods.withLock { $0.removeValue(forKey: key) == uid } }
    /// Forgets a pod that is gone.
    func forget(_ key: String) { pods.withLock { $0[key] = nil } }
}
