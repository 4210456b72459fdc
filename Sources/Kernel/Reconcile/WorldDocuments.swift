import Documents
import Storage

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
    /// By key prefix.
    private let indexes: [String: [WorldIndex]]

    init(indexes: [WorldIndex]) {
        var names: Set<String> = []
        self.indexes = Dictionary(grouping: indexes.filter { names.insert($0.name).inserted }, by: \.prefix)
    }

    func entry(_ key: String) -> WorldEntry? { kinds[WorldDocuments.prefix(of: key)]?.entries[key] }

    mutating func reached(_ revision: Revision) { self.revision = max(self.revision, revision) }

    /// Puts an entry in the place of the older one, and tells what is known of both without decoding.
    @discardableResult mutating func put(_ entry: WorldEntry) -> WorldChange {
        let key = entry.key
        let prefix = WorldDocuments.prefix(of: key)
        let previous = kinds[prefix, default: KindDocuments()].entries.updateValue(entry, forKey: key)
        let (old, document) = (previous?.document, entry.document)
        if let old { unindex(old, key, prefix) }
        let change = WorldChange(key: key, before: previous, old, after: entry, document)
        if previous == nil, let namespace = WorldDocuments.namespace(of: key, prefix) {
            kinds[prefix]?.namespaces[namespace, default: []].insert(key)
        }
        reached(entry.revision)
        guard let document else { return change }
        for uid in change.facts.owners { owners[uid, default: []].insert(key) }
        if let uid = change.facts.uid { uids[uid] = key }
        for index in indexes[prefix] ?? [] {
            for text in index.entries(document.root) { indexed[index.name, default: [:]][text, default: []].insert(key) }
        }
        return change
    }

    /// Removes the entry of a key.
    mutating func remove(_ key: String, at revision: Revision) -> WorldChange? {
        let prefix = WorldDocuments.prefix(of: key)
        reached(revision)
        guard let entry = kinds[prefix]?.entries.removeValue(forKey: key) else { return nil }
        let document = entry.document
        if let document { unindex(document, key, prefix) }
        if let namespace = WorldDocuments.namespace(of: key, prefix) {
            kinds[prefix]?.namespaces[namespace]?.remove(key)
            if kinds[prefix]?.namespaces[namespace]?.isEmpty == true { kinds[prefix]?.namespaces[namespace] = nil }
        }
        return WorldChange(key: key, before: entry, document, after: nil, nil)
    }

    private mutating func unindex(_ document: Document, _ key: String, _ prefix: String) {
        let facts = WorldFacts(document)
        for uid in facts.owners {
            owners[uid]?.remove(key)
            if owners[uid]?.isEmpty == true { owners[uid] = nil }
        }
        if let uid = facts.uid, uids[uid] == key { uids[uid] = nil }
        for index in indexes[prefix] ?? [] {
            for text in index.entries(document.root) {
                indexed[index.name]?[text]?.remove(key)
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
}
