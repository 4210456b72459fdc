/// What stands in for the journal where other processes write too: it decides about writes and numbers them.
protocol SharedEngine: Sendable {
    /// Writes one key and returns when that is durable and in the realm's index.
    /// - Throws: `StorageError`.
    func commit(_ write: Write, in realm: Realm) async throws(StorageError) -> Entry
    /// Returns when the indexes hold what any process was told is written before the call.
    /// - Throws: `StorageError.unavailable`.
    func current() async throws(StorageError)
    /// What stood below a prefix at a revision of the past, in key order, out of the store's own history.
    /// - Throws: `StorageError.compacted` when that is gone, `.unavailable`.
    func entries(of realm: Realm, prefix: String, at revision: Revision) async throws(StorageError) -> [Entry]
    /// Makes a realm, if there is none of that name, and returns when the store has it.
    /// - Throws: `StorageError.unavailable`.
    func create(realm name: String) async throws(StorageError)
    /// Destroys a realm, if there is one of that name, and returns when the store has it no longer.
    /// - Throws: `StorageError.unavailable`.
    func destroy(realm name: String) async throws(StorageError)
    /// As `Store.lead`, for one candidate of the process at a time.
    func lead(_ realm: String, as identity: String, _ body: @escaping @Sendable () async throws -> Void) async throws
    /// The identity that leads the realm.
    func leader(of realm: String) -> String?
    /// Ends everything; writes fail afterwards.
    func close() async
}

/// What makes a realm's writes durable.
enum Backing: Sendable {
    /// The realm checks and numbers; the journal writes.
    case journal(any Journal)
    /// The engine does all that, for this process is not alone.
    case shared(any SharedEngine)
}

/// A change that another hand has numbered.
enum FollowedChange: Sendable {
    case put(Entry)
    case delete(key: String, revision: Revision)

    var revision: Revision {
        switch self {
        case .put(let entry): entry.revision
        case .delete(_, let revision): revision
        }
    }

    /// The change as a journal would have it; nil for the deletion of what is not there.
    func record(over index: Index) -> JournalRecord? {
        switch self {
        case .put(let entry): JournalRecord(kind: .put, entry: entry)
        case .delete(let key, let revision): index.get(key).map { JournalRecord(kind: .delete, entry: $0.deleted(at: revision)) }
        }
    }
}
