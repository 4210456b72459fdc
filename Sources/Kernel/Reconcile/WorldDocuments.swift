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
    /// Keys by text, of each index by its number.
    private var indexed: [[String: Set<WorldKey>]]
    /// The numbers of the indexes by name.
    private let numbers: [String: Int]
    private(set) var revision: Revision = 0
    /// By key prefix.
    private let indexes: [String: [(number: Int, index: WorldIndex)]]

    init(indexes: [WorldIndex]) {
        var names: Set<String> = []
        let all = indexes.filter { names.insert($0.name).inserted }.enumerated().map { (number: $0.offset, index: $0.element) }
        numbers = Dictionary(uniqueKeysWithValues: all.map { ($0.index.name, $0.number) })
        indexed = Array(repeating: [:], count: all.count)
        self.indexes = Dictionary(grouping: all, by: \.index.prefix)
    }

    /// The keys that an index has under a text; nil for none.
    func keys(_ index: String, _ text: String) -> Set<WorldKey>? { numbers[index].flatMap { indexed[$0][text] } }

    /// The texts under which an index has keys.
    func texts(_ index: String) -> [String] { numbers[index].map { Array(indexed[$0].keys) } ?? [] }

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
        // Renewed leases and the like: nobody is known to look.
        if keepsMetadata, indexes.isEmpty {
            return WorldChange(key: text, prefix: prefix, before: previous, after: entry, keepsMetadata: true)
        }
        let read = WorldChange.Read(previous, entry, keepsMetadata: keepsMetadata, isLookedAt: !indexes.isEmpty)
        if !keepsMetadata { note(read.facts.old, read.facts.new, key) }
        let (old, new) = (read.documents?.old?.root, read.documents?.new?.root)
        for (number, index) in indexes where index.mayChange(keepsMetadata: keepsMetadata, keepsSpec: read.keepsSpec) {
            reindex(number, old.map(index.entries) ?? [], new.map(index.entries) ?? [], key)
        }
        return WorldChange(key: text, prefix: prefix, before: previous, after: entry, read: read)
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
    private mutating func reindex(_ index: Int, _ old: [String], _ new: [String], _ key: WorldKey) {
        guard old != new else { return }
        for text in old where !new.contains(text) {
            indexed[index][text]?.remove(key)
            if indexed[index][text]?.isEmpty == true { indexed[index][text] = nil }
        }
        for text in new where !old.contains(text) { indexed[index][text, default: []].insert(key) }
    }

    /// Removes the entry of a key.
    mutating func remove(_ text: String, at revision: Revision) -> WorldChange? {
        let (key, prefix) = (WorldKey(text), WorldDocuments.prefix(of: text))
        reached(revision)
        guard let entry = kinds[prefix]?.entries.removeValue(forKey: key) else { return nil }
        let indexes = indexes[prefix] ?? []
        let read = WorldChange.Read(entry, nil, keepsMetadata: false, isLookedAt: !indexes.isEmpty)
        note(read.facts.old, nil, key)
        let document = read.documents?.old?.root
        for (number, index) in indexes { reindex(number, document.map(index.entries) ?? [], [], key) }
        if let namespace = WorldDocuments.namespace(of: text, prefix) {
            kinds[prefix]?.namespaces[namespace]?.remove(key)
            if kinds[prefix]?.namespaces[namespace]?.isEmpty == true { kinds[prefix]?.namespaces[namespace] = nil }
        }
        return WorldChange(key: text, prefix: prefix, before: entry, after: nil, read: read)
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
