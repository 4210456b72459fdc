import Control

/// A realm's number in its journal; never used again after the realm is destroyed.
package typealias RealmID = UInt32

/// One sequenced write.
package struct JournalRecord: Sendable {
    let kind: Event.Kind
    /// For a deletion, the deleted document at the revision of the deletion.
    let entry: Entry
}

/// A realm as a journal found it when it was opened.
package struct RecoveredRealm: Sendable {
    let name: String
    let id: RealmID
    let birth: Timestamp
    /// The newest revision, which may be a deletion's.
    var head: Revision = 0
    /// What lives, in key order.
    var entries: [Entry] = []
    /// The revision after which every deletion is known; nil when none is.
    var floor: Revision?
    /// The newest deletion after that, by the part of the key that names its kind.
    var deletions: [Substring: Revision] = [:]

    /// For each kind of key the revision after which nothing of it changed, as far as that can be told.
    var settled: [Substring: Revision] {
        guard floor != nil else { return [:] }
        var settled = deletions
        // In key order, so those of a kind stand together.
        var (kind, newest) = ("", Revision(0))
        for entry in entries {
            if kind.isEmpty || !entry.key.begins(with: kind) {
                settled[kind[...], default: 0] = max(settled[kind[...]] ?? 0, newest)
                (kind, newest) = (entry.key.keyPart.map(String.init) ?? "", 0)
            }
            newest = max(newest, entry.revision)
        }
        settled[kind[...], default: 0] = max(settled[kind[...]] ?? 0, newest)
        return settled
    }
}

/// Where the writes of realms become durable.
///
/// The journal tells the realm what is committed (`Realm.committed`) rather than answering the append, so that a journal that
/// other writers share can report theirs in the same order. Source: docs/decisions/journal.md.
package protocol Journal: Sendable {
    /// Takes a record; called in revision order, inside the realm's lock, so it must neither wait nor call back.
    func append(_ record: JournalRecord, from realm: Realm)
    /// Gets to work on what was appended; called outside the realm's lock.
    func flush()
    /// Drops the realm's records that are not being written yet; called inside the realm's lock after a failure.
    func withdraw(_ realm: RealmID)
    /// Records a new realm and returns when that is durable.
    /// - Throws: `StorageError.unavailable`.
    func create(_ realm: Realm) async throws(StorageError)
    /// Records the end of a realm and returns when that is durable.
    /// - Throws: `StorageError.unavailable`.
    func destroy(_ realm: Realm) async throws(StorageError)
    /// Makes what was appended durable and lets go of files and threads.
    func close() async
}
