/// Copies a store into another one, realm by realm, document by document as it is; revisions are the new store's own.
package struct StoreMigration: Sendable {
    /// How much was copied.
    package struct Count: Sendable, Hashable {
        package var realms = 0
        package var documents = 0
    }
    /// Why nothing is copied, or why it stopped.
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The new store has documents in a realm of that name.
        case notEmpty(realm: String)
        /// A document could not be written.
        case refused(realm: String, key: String, StorageError)
        /// What was copied is not what is there: somebody else writes to one of the stores.
        case differs(realm: String)

        package var description: String {
            switch self {
            case .notEmpty(let realm): "the store to fill has documents in realm \(realm) already"
            case .refused(let realm, let key, let error): "\(key) of realm \(realm) cannot be copied: \(error)"
            case .differs(let realm): "realm \(realm) has changed while it was copied; stop all servers and copy into an empty store again"
            }
        }
    }
    private static let writers = 64
    private let source: Store
    private let target: Store

    /// From an open store to another, which must have no documents.
    package init(from source: Store, to target: Store) { (self.source, self.target) = (source, target) }

    /// Copies everything and compares what came of it.
    /// - Throws: `Failure`, or `StorageError` when a store cannot be read or a realm not be made.
    package func run() async throws -> Count {
        for name in target.realmNames {
            let realm = try await target.realm(name)
            try await realm.current()
            guard realm.snapshot().count(prefix: "") == 0 else { throw Failure.notEmpty(realm: name) }
        }
        var count = Count()
        for name in source.realmNames {
            let from = try await source.realm(name)
            try await from.current()
            count.documents += try await copy(from, to: try await target.realm(name))
            count.realms += 1
        }
        return count
    }

    private func copy(_ source: Realm, to target: Realm) async throws -> Int {
        let snapshot = source.snapshot()
        // In the order in which they were written, so that what follows another thing still does.
        let entries = snapshot.range(prefix: "").sorted { $0.revision < $1.revision }
        var rest = entries[...]
        while !rest.isEmpty {
            let group = rest.prefix(Self.writers)
            rest = rest.dropFirst(group.count)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for entry in group { tasks.addTask { try await Self.copy(entry, to: target) } }
                try await tasks.waitForAll()
            }
        }
        try await target.current()
        let copied = target.snapshot()
        let isSame =
            copied.count(prefix: "") == entries.count && entries.allSatisfy { copied.get($0.key)?.encoded.bytes == $0.encoded.bytes }
        guard isSame, source.head == snapshot.revision else { throw Failure.differs(realm: source.name) }
        return entries.count
    }

    private static func copy(_ entry: Entry, to target: Realm) async throws {
        do throws(StorageError) {
            _ = try await target.commit(Write(entry.key, .put(entry.encoded), if: .absent))
        } catch { throw Failure.refused(realm: target.name, key: entry.key, error) }
    }
}
