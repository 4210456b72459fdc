import Documents
import Storage

/// One document, decoded.
struct WorldEntry: Sendable {
    let key: String
    let revision: Revision
    let value: Value
}

/// The documents of a realm with their indexes.
struct WorldDocuments: Sendable {
    struct KindDocuments: Sendable {
        var entries: [String: WorldEntry] = [:]
        var namespaces: [String: Set<String>] = [:]
    }
    /// By key prefix.
    private(set) var kinds: [String: KindDocuments] = [:]
    /// Keys by the uids of their owners.
    private(set) var owners: [String: Set<String>] = [:]
    /// Keys by their own uids.
    private(set) var uids: [String: String] = [:]
    /// Keys by index and text.
    private(set) var indexed: [String: [String: Set<String>]] = [:]
    private(set) var revision: Revision = 0
    private let indexes: [WorldIndex]

    init(indexes: [WorldIndex]) {
        var names: Set<String> = []
        self.indexes = indexes.filter { names.insert($0.name).inserted }
    }

    func entry(_ key: String) -> WorldEntry? { kinds[WorldDocuments.prefix(of: key)]?.entries[key] }

    mutating func reached(_ revision: Revision) { self.revision = max(self.revision, revision) }

    /// Puts an entry in the place of the older one, which is returned.
    @discardableResult mutating func put(_ entry: WorldEntry) -> WorldEntry? {
        let prefix = WorldDocuments.prefix(of: entry.key)
        let previous = kinds[prefix, default: KindDocuments()].entries.updateValue(entry, forKey: entry.key)
        if let previous { unindex(previous, prefix) }
        if let namespace = WorldDocuments.namespace(of: entry.key, prefix) {
            kinds[prefix]?.namespaces[namespace, default: []].insert(entry.key)
        }
        let metadata = entry.value["metadata"]
        for uid in WorldDocuments.owners(metadata) { owners[uid, default: []].insert(entry.key) }
        if let uid = metadata["uid"].string { uids[uid] = entry.key }
        for index in indexes where index.prefix == prefix {
            for text in index.entries(entry.value) { indexed[index.name, default: [:]][text, default: []].insert(entry.key) }
        }
        reached(entry.revision)
        return previous
    }

    /// Removes the entry of a key and returns it.
    @discardableResult mutating func remove(_ key: String, at revision: Revision) -> WorldEntry? {
        let prefix = WorldDocuments.prefix(of: key)
        reached(revision)
        guard let entry = kinds[prefix]?.entries.removeValue(forKey: key) else { return nil }
        unindex(entry, prefix)
        if let namespace = WorldDocuments.namespace(of: key, prefix) {
            kinds[prefix]?.namespaces[namespace]?.remove(key)
            if kinds[prefix]?.namespaces[namespace]?.isEmpty == true { kinds[prefix]?.namespaces[namespace] = nil }
        }
        return entry
    }

    private mutating func unindex(_ entry: WorldEntry, _ prefix: String) {
        let metadata = entry.value["metadata"]
        for uid in WorldDocuments.owners(metadata) {
            owners[uid]?.remove(entry.key)
            if owners[uid]?.isEmpty == true { owners[uid] = nil }
        }
        if let uid = metadata["uid"].string, uids[uid] == entry.key { uids[uid] = nil }
        for index in indexes where index.prefix == prefix {
            for text in index.entries(entry.value) {
                indexed[index.name]?[text]?.remove(entry.key)
                if indexed[index.name]?[text]?.isEmpty == true { indexed[index.name]?[text] = nil }
            }
        }
    }

    /// The kind's part of a key: up to the second slash.
    static func prefix(of key: String) -> String {
        let bytes = key.utf8
        guard let first = bytes.firstIndex(of: UInt8(ascii: "/")),
            let second = bytes[bytes.index(after: first)...].firstIndex(of: UInt8(ascii: "/"))
        else { return key }
        return String(key[...second])
    }
    /// The namespace part of a key, when it has one.
    private static func namespace(of key: String, _ prefix: String) -> String? {
        let rest = key.utf8.dropFirst(prefix.utf8.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(key[rest.startIndex..<slash])
    }
    private static func owners(_ metadata: Value) -> [String] { metadata["ownerReferences"].items.compactMap { $0["uid"].string } }
}
