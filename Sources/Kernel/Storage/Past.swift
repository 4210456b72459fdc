extension Realm {
    /// What stood below a prefix at a revision of the past; what is elsewhere in the snapshot means nothing.
    ///
    /// It is the present with the kept events undone; where those do not reach, a store that keeps old versions itself is asked.
    /// - Throws: `StorageError.compacted` when nobody knows any more, or a revision that the realm has not reached; `.unavailable`.
    package func snapshot(at revision: Revision, prefix: String) async throws(StorageError) -> Snapshot {
        do throws(StorageError) { return try past(at: revision, prefix: prefix) } catch {
            guard case .compacted = error, let engine, revision <= head else { throw error }
            return Snapshot(revision: revision, index: Index(try await engine.entries(of: self, prefix: prefix, at: revision)))
        }
    }
}

extension Index {
    /// Takes back events that led to this state, given in their order.
    mutating func undo(_ events: some BidirectionalCollection<Event>) {
        for event in events.reversed() {
            if let previous = event.previous { _ = put(previous) } else { _ = remove(event.entry.key) }
        }
    }
}
