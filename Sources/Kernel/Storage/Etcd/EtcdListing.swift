import Control
import Network

/// Everything below the prefix at one revision.
struct EtcdContents: Sendable {
    struct RealmContents: Sendable {
        let name: String
        let birth: Timestamp
        /// In key order.
        var entries: [Entry] = []
        /// The revision of the newest deletion; the realm's beginning before the first.
        var deletion: Revision
        /// The newest revision of the realm.
        var head: Revision { entries.reduce(deletion) { max($0, $1.revision) } }
    }
    var revision: Revision = 0
    /// By number.
    var realms: [Int64: RealmContents] = [:]
    var leaders: [String: EtcdLeader] = [:]
    /// This process's writes that are there.
    var landed: [(number: UInt64, entry: Entry)] = []
}

extension EtcdEngine {
    private static let page = 1000

    /// Reads everything below the prefix at one revision.
    private func read() async throws(GRPCError) -> EtcdContents {
        var contents = EtcdContents()
        // A small question first: a member that does not answer is left before much is asked of it.
        contents.revision = try await client.range(EtcdRangeRequest(key: keys.mark, keysOnly: true), timeout: Self.attempt).revision
        try await scan(keys.realms, in: &contents) { key, contents in
            guard case .realm(let name) = keys.place(key.key) else { return }
            contents.realms[key.created] = EtcdContents.RealmContents(
                name: name, birth: EtcdValue.birth(key.value), deletion: key.created)
        }
        try await scan(keys.leaders, in: &contents) { key, contents in
            if case .leader(let realm) = keys.place(key.key) { contents.leaders[realm] = EtcdLeader(key) }
        }
        try await scan(keys.deletions, in: &contents) { key, contents in
            if case .deletion(let realm) = keys.place(key.key) { contents.realms[realm]?.deletion = key.modified }
        }
        try await scan(keys.documents, in: &contents) { key, contents in
            guard case .document(let realm, let name) = keys.place(key.key), let value = EtcdValue(key.value) else { return }
            let entry = Entry(key: name, revision: key.modified, created: key.created, document: value.document)
            contents.realms[realm]?.entries.append(entry)
            if value.id.writer == writer { contents.landed.append((value.id.number, entry)) }
        }
        return contents
    }

    /// Visits all keys that begin with `prefix`, at the revision of the contents.
    private func scan(
        _ prefix: [UInt8], in contents: inout EtcdContents, _ visit: (EtcdKeyValue, inout EtcdContents) -> Void
    ) async throws(GRPCError) {
        var request = EtcdRangeRequest(key: prefix, end: EtcdKeys.end(prefix), limit: Self.page, revision: contents.revision)
        while true {
            let range = try await client.range(request, timeout: configuration.patience)
            for key in range.keys { visit(key, &contents) }
            guard range.more, let last = range.keys.last else { return }
            request.key = last.key + [0]
        }
    }

    /// Brings realms, leaders and indexes to what etcd holds now. Where a realm was followed before, its watches get the differences.
    /// - Throws: `GRPCError`.
    func list() async throws(GRPCError) {
        let contents: EtcdContents
        do throws(GRPCError) { contents = try await read() } catch {
            // The history was compacted while it was read: what is asked for next is there.
            throw error.code == .outOfRange ? GRPCError(.aborted, error.message) : error
        }
        for member in directory.members where contents.realms[member.number] == nil { close(member.realm.name) }
        for (number, found) in contents.realms.sorted(by: { $0.key < $1.key }) {
            if let realm = directory.realm(number) {
                _ = realm.followed(Self.differences(of: found, from: realm), gap: found.head)
            } else {
                open(found, number)
            }
        }
        leads.replace(with: contents.leaders, at: contents.revision)
        landings.miss()
        for (number, entry) in contents.landed { landings.land(number, entry) }
        progress.advance(to: contents.revision)
        log.info(
            "read the store",
            [
                "revision": contents.revision, "realms": contents.realms.count,
                "keys": contents.realms.reduce(0) { $0 + $1.value.entries.count },
            ])
    }

    /// The changes that lead from what a realm's index holds to what was found, in the order of revisions. When a key was deleted
    /// is not known any more: not after the newest deletion, and before it was made again.
    private static func differences(of found: EtcdContents.RealmContents, from realm: Realm) -> [FollowedChange] {
        let snapshot = realm.snapshot()
        var changes: [FollowedChange] = []
        var living: Set<String> = []
        for entry in found.entries {
            living.insert(entry.key)
            let known = snapshot.get(entry.key)
            if known?.revision == entry.revision { continue }
            if let known, known.created != entry.created { changes.append(.delete(key: entry.key, revision: entry.created - 1)) }
            changes.append(.put(entry))
        }
        snapshot.forEach(prefix: "") { entry in
            if !living.contains(entry.key) { changes.append(.delete(key: entry.key, revision: found.deletion)) }
        }
        return changes.enumerated().sorted { ($0.element.revision, $0.offset) < ($1.element.revision, $1.offset) }.map(\.element)
    }

    /// A realm is there.
    func open(_ contents: EtcdContents.RealmContents, _ number: Int64) {
        var recovered = RecoveredRealm(name: contents.name, id: 0, birth: contents.birth, head: contents.head)
        recovered.entries = contents.entries
        recovered.floor = contents.deletion
        let realm = Realm(recovered, backing: .shared(self), publisher: publisher, limits: limits)
        directory.add(realm, number)
        announce(realm)
    }

    /// A realm is gone.
    func close(_ name: String) {
        guard let realm = directory.remove(name) else { return }
        realm.failed(.unavailable("the realm \(name) is destroyed"), final: true)
        retract(name)
    }
}
