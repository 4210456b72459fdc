import Synchronization

/// The revision of the newest change below a prefix of a realm's keys. Reading it takes no lock, so that what was made of those documents
/// can be kept and looked at again at every request.
package final class ChangeMark: Sendable {
    let prefix: String
    private let newest: Atomic<Revision>

    init(prefix: String, at revision: Revision) {
        self.prefix = prefix
        newest = Atomic(revision)
    }

    /// The revision of the newest change; at first that at which the mark was made. Whoever sees it sees the change in snapshots.
    package var revision: Revision { newest.load(ordering: .acquiring) }

    /// Takes notice of a change that has just been published.
    func note(_ entry: Entry) {
        if entry.key.begins(with: prefix) { newest.store(entry.revision, ordering: .releasing) }
    }
}
