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
