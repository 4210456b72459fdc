import Network

extension EtcdEngine {
    /// Keys that are read at once.
    private static let pastPage = 1000

    func entries(of realm: Realm, prefix: String, at revision: Revision) async throws(StorageError) -> [Entry] {
        guard let number = directory.number(of: realm) else { throw .unavailable("the realm \(realm.name) is destroyed") }
        let first = keys.document(number, prefix)
        var request = EtcdRangeRequest(key: first, end: EtcdKeys.end(first), limit: Self.pastPage, revision: revision)
        var entries: [Entry] = []
        while true {
            let page = request
            guard let range = try await persistently({ () async throws(GRPCError) in try await self.past(page) }) else {
                throw .compacted(oldest: revision + 1)
            }
            for key in range.keys {
                guard case .document(_, let name) = keys.place(key.key), let value = EtcdValue(key.value) else { continue }
                entries.append(Entry(key: name, revision: key.modified, created: key.created, document: value.document))
            }
            guard range.more, let last = range.keys.last else { return entries }
            request.key = last.key + [0]
        }
    }

    /// Nil when etcd has compacted the revision.
    private func past(_ request: EtcdRangeRequest) async throws(GRPCError) -> EtcdRange? {
        do throws(GRPCError) { return try await client.range(request, timeout: Self.attempt) } catch {
            guard error.code == .outOfRange else { throw error }
            return nil
        }
    }
}
