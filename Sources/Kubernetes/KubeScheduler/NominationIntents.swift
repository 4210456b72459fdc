import Synchronization

/// Nominations that are still to be written, the last of each pod. Writes of one pod may overtake each other: each writes what was decided
/// last, and the first to do so settles it.
final class NominationIntents: Sendable {
    private let intents = Mutex<[String: String]>([:])

    /// What the status of the pod with this key is to name; empty for no node.
    func intend(_ key: String, _ node: String) { intents.withLock { $0[key] = node } }
    func intent(_ key: String) -> String? { intents.withLock { $0[key] } }
    /// This one was written, or cannot be.
    func settle(_ key: String, _ node: String) { intents.withLock { if $0[key] == node { $0[key] = nil } } }
}
