import Documents
import Storage

/// The documents of a realm with their indexes.
struct WorldDocuments: Sendable {
    struct KindDocuments: Sendable {
        var entries: [WorldKey: WorldEntry] = [:]
        var namespaces: [String: Set<WorldKey>] = [:]
    }
    /// By key prefix.
    private(set) var kinds: [String: KindDocuments] = [:]
    /// Keys by the uids of their owners.
    private(set) var owners: [String: Set<WorldKey>] = [:]
    /// Keys by their own uids.
    private(set) var uids: [String: String] = [:]
    /// Keys by index and text.
    private(set) var indexed: [String: [String: Set<WorldKey>]] = [:]
    private(set) var revision: Revision = 0
    /// By key prefix.
    private let indexes: [String: [WorldIndex]]

    init(indexes: [WorldIndex]) {
        var names: Set<String> = []
        self.indexes = Dictionary(grouping: indexes.filter { names.insert($0.name).inserted }, by: \.prefix)
    }

    func entry(_ key: String) -> WorldEntry? { kinds[WorldDocuments.prefix(of: key)]?.entries[WorldKey(key)] }

    mutating func reached(_ revision: Revision) { self.revision = max(self.revision, revision) }

    /// Puts an entry in the place of the older one, and tells what is known of both without decoding.
    @discardableResult mutating func put(_ entry: WorldEntry) -> WorldChange {
        let (text, key) = (entry.key, WorldKey(entry.key))
        let prefix = WorldDocuments.prefix(of: text)
        let previous = kinds[prefix, default: KindDocuments()].entries.updateValue(entry, forKey: key)
        let keepsMetadata = previous.map { entry.hasSameMetadata(as: $0) } ?? false
        if previous == nil, let namespace = WorldDocuments.namespace(of: text, prefix) {
            kinds[prefix]?.namespaces[namespace, default: []].insert(key)
        }
        reached(entry.revision)
        let indexes = indexes[prefix] ?? []
        let change = WorldChange(
            key: text, before: previous, after: entry, keepsMetadata: keepsMetadata, isLookedAt: !keepsMetadata || !indexes.isEmpty)
        if !keepsMetadata { note(change.facts.old, change.facts.new, key) }
        let (old, new) = change.nodes
        for index in indexes where !keepsMetadata || !index.readsMetadataOnly {
            reindex(index.name, old.map(index.entries) ?? [], new.map(index.entries) ?? [], key)
        }
        return change
    }

    /// Files a key by its uid and owners, where they have changed.
    private mutating func note(_ old: WorldFacts?, _ new: WorldFacts?, _ key: WorldKey) {
        let (before, after) = (old?.owners ?? [], new?.owners ?? [])
        if before != after {
            for uid in before {
                owners[uid]?.remove(key)
                if owners[uid]?.isEmpty == true { owners[uid] = nil }
            }
            for uid in after { owners[uid, default: []].insert(key) }
        }
        guard old?.uid != new?.uid else { return }
        if let uid = old?.uid, uids[uid] == key.text { uids[uid] = nil }
        if let uid = new?.uid { uids[uid] = key.text }
    }

    /// Files a key under other texts of an index, where they have changed.
    private mutating func reindex(_ name: String, _ old: [String], _ new: [String], _ key: WorldKey) {
        guard old != new else { return }
        for text in old where !new.contains(text) {
            indexed[name]?[text]?.remove(key)
            if indexed[name]?[text]?.isEmpty == true { indexed[name]?[text] = nil }
        }
        for text in new where !old.contains(text) { indexed[name, default: [:]][text, default: []].insert(key) }
    }

    /// Removes the entry of a key.
    mutating func remove(_ text: String, at revision: Revision) -> WorldChange? {
        let (key, prefix) = (WorldKey(text), WorldDocuments.prefix(of: text))
        reached(revision)
        guard let entry = kinds[prefix]?.entries.removeValue(forKey: key) else { return nil }
        let document = entry.document
        note(document.map(WorldFacts.init), nil, key)
        for index in indexes[prefix] ?? [] { reindex(index.name, document.map { index.entries($0.root) } ?? [], [], key) }
        if let namespace = WorldDocuments.namespace(of: text, prefix) {
            kinds[prefix]?.namespaces[namespace]?.remove(key)
            if kinds[prefix]?.namespaces[namespace]?.isEmpty == true { kinds[prefix]?.namespaces[namespace] = nil }
        }
        return WorldChange(key: text, before: entry, after: nil)
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
    static func namespace(of key: String, _ prefix: String) -> String? {
        let rest = key.utf8.dropFirst(prefix.utf8.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(key[rest.startIndex..<slash])
    }
}
