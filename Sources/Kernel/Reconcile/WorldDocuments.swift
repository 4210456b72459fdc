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
        let change = WorldChange(key: key, before: previous, old, after: entry, document)
        if previous == nil, let namespace = WorldDocuments.namespace(of: key, prefix) {
            kinds[prefix]?.namespaces[namespace, default: []].insert(key)
        }
        reached(entry.revision)
        index(key, prefix, old, document, change)
        return change
    }

    /// Takes a document into the indexes in the place of the older one. Most changes touch nothing that is looked for.
    private mutating func index(_ key: String, _ prefix: String, _ old: Document?, _ new: Document?, _ change: WorldChange) {
        let (before, after) = (change.oldFacts, change.facts)
        if before.owners != after.owners {
            for uid in before.owners { Self.remove(key, of: uid, from: &owners) }
            for uid in after.owners { owners[uid, default: []].insert(key) }
        }
        if before.uid != after.uid, let uid = before.uid, uids[uid] == key { uids[uid] = nil }
        if let uid = after.uid, old == nil || before.uid != uid { uids[uid] = key }
        for index in indexes[prefix] ?? [] {
            let (gone, present) = (old.map { index.entries($0.root) } ?? [], new.map { index.entries($0.root) } ?? [])
            guard gone != present else { continue }
            for text in gone { Self.remove(key, of: text, from: &indexed[index.name, default: [:]]) }
            for text in present { indexed[index.name, default: [:]][text, default: []].insert(key) }
        }
    }
    private static func remove(_ key: String, of text: String, from sets: inout [String: Set<String>]) {
        sets[text]?.remove(key)
        if sets[text]?.isEmpty == true { sets[text] = nil }
    }

    /// Removes the entry of a key.
    mutating func remove(_ key: String, at revision: Revision) -> WorldChange? {
        let prefix = WorldDocuments.prefix(of: key)
        reached(revision)
        guard let entry = kinds[prefix]?.entries.removeValue(forKey: key) else { return nil }
        let document = entry.document
        let change = WorldChange(key: key, before: entry, document, after: nil, nil)
        index(key, prefix, document, nil, change)
        if let namespace = WorldDocuments.namespace(of: key, prefix) {
            kinds[prefix]?.namespaces[namespace]?.remove(key)
            if kinds[prefix]?.namespaces[namespace]?.isEmpty == true { kinds[prefix]?.namespaces[namespace] = nil }
        }
        return change
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
