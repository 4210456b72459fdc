/// A realm as it was at one revision. Holding one costs nothing but the memory of what has changed since.
package struct Snapshot: Sendable {
    /// The realm's revision at which this was taken.
    package let revision: Revision
    private let index: Index

    init(revision: Revision, index: Index) { (self.revision, self.index) = (revision, index) }

    /// The entry of the key, nil when there is none.
    package func get(_ key: String) -> Entry? { index.get(key) }

    /// The entries whose keys begin with `prefix`, in key order; `after` is exclusive, `limit` 0 means all.
    package func range(prefix: String, after: String? = nil, limit: Int = 0) -> [Entry] {
        var entries: [Entry] = []
        if limit > 0 { entries.reserveCapacity(min(limit, index.count)) }
        scan(prefix, after: after) { entry in
            entries.append(entry)
            return entries.count != limit
        }
        return entries
    }

    /// The number of keys that begin with `prefix`, without visiting them.
    package func count(prefix: String) -> Int {
        index.rank { $0.precedes(prefix) || $0.begins(with: prefix) } - index.rank { $0.precedes(prefix) }
    }

    /// The number of keys that begin with `prefix` and come after `after`: what remains of a paged list.
    package func count(prefix: String, after: String) -> Int {
        let end = index.rank { $0.precedes(prefix) || $0.begins(with: prefix) }
        return max(0, end - index.rank { $0.precedes(prefix) || !after.precedes($0) })
    }

    /// Calls `body` for every entry whose key begins with `prefix`, in key order.
    package func forEach(prefix: String, _ body: (Entry) throws -> Void) rethrows {
        try scan(prefix, after: nil) { entry in
            try body(entry)
            return true
        }
    }

    private func scan(_ prefix: String, after: String?, _ body: (Entry) throws -> Bool) rethrows {
        let start = if let after, prefix.precedes(after) { after } else { prefix }
        try index.scan(from: start, excluding: after.map(start.matches) ?? false) { entry in
            try entry.key.begins(with: prefix) && body(entry)
        }
    }
}
