/// A journal that keeps nothing: what is appended counts as durable at once.
///
/// The thread that flushes commits, so that a write is published and delivered when `commit` returns: simulations stay deterministic.
final class MemoryJournal: Journal {
    private let worker = Worker<(record: JournalRecord, realm: Realm)>(inline: { batch in
        var rest = batch[...]
        while let realm = rest.first?.realm {
            let run = rest.prefix { $0.realm === realm }
            realm.committed(run.map(\.record))
            rest = rest.dropFirst(run.count)
        }
    })

    func append(_ record: JournalRecord, from realm: Realm) { worker.append((record, realm)) }
    func flush() { worker.flush() }
    func withdraw(_ realm: RealmID) { worker.removeAll { $0.realm.id == realm } }
    func create(_ realm: Realm) async throws(StorageError) {}
    func destroy(_ realm: Realm) async throws(StorageError) {}
    func close() async {}
}
