/// An ordered map from key to entry: a copy-on-write B+tree. Copying it costs nothing, so every snapshot is a copy;
/// a write copies only the nodes on its path that a snapshot still shares.
struct Index: Sendable {
    private var root = IndexNode()

    init() {}
    /// The index of entries, made without looking for their places when they come in key order.
    init(_ entries: [Entry]) {
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.key.precedes($1.key) }) else {
            for entry in entries { _ = put(entry) }
            return
        }
        root = IndexNode.tree(entries)
    }

    /// The number of keys.
    var count: Int { root.count }

    /// The entry of the key.
    func get(_ key: String) -> Entry? { root.get(key) }

    /// Stores the entry under its key and returns the one that was there.
    mutating func put(_ entry: Entry) -> Entry? {
        let (previous, split) = IndexNode.put(entry, in: &root)
        if let split { root = IndexNode(children: [root, split]) }
        return previous
    }

    /// Removes the key and returns its entry.
    mutating func remove(_ key: String) -> Entry? {
        guard get(key) != nil else { return nil }
        let removed = IndexNode.remove(key, from: &root)
        while root.children.count == 1 { root = root.children[0] }
        return removed
    }

    /// Calls `body` for the entries from `start` on, in order, until it returns false.
    func scan(from start: String, excluding: Bool = false, _ body: (Entry) throws -> Bool) rethrows {
        _ = try root.scan(from: start, excluding: excluding, body)
    }

    /// The number of leading entries for which `before` holds; it must hold for a leading part of the keys only.
    func rank(while before: (String) -> Bool) -> Int { root.rank(while: before) }
}

/// A node of the index: a leaf with entries, or an inner node with children. It is changed only while one owner refers to it.
final class IndexNode: @unchecked Sendable {
    /// Most entries of a leaf or children of an inner node.
    private static let width = 32
    /// A node with fewer is joined with a neighbour when both fit in one.
    private static let least = 8

    /// In order; empty in inner nodes.
    private var entries: [Entry] = []
    /// In order; empty in leaves.
    private(set) var children: [IndexNode] = []
    /// The lowest key of each child.
    private var lowest: [String] = []
    /// The number of entries below.
    private(set) var count = 0

    init() {}
    convenience init(children: [IndexNode]) {
        self.init()
        self.children = children
        lowest = children.map(\.lowestKey)
        count = children.reduce(0) { $0 + $1.count }
    }
    private convenience init(entries: [Entry]) {
        self.init()
        self.entries = entries
        count = entries.count
    }

    /// The root over entries in key order.
    static func tree(_ entries: [Entry]) -> IndexNode {
        var level = parts(of: entries.count).map { IndexNode(entries: Array(entries[$0])) }
        while level.count > 1 { level = parts(of: level.count).map { [level] in IndexNode(children: Array(level[$0])) } }
        return level.first ?? IndexNode()
    }
    /// Equal parts of so many, each a node with room for more.
    private static func parts(of count: Int) -> [Range<Int>] {
        let parts = (count + width * 3 / 4 - 1) / (width * 3 / 4)
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }

    private var isLeaf: Bool { children.isEmpty }
    private var size: Int { isLeaf ? entries.count : children.count }
    private var lowestKey: String { isLeaf ? entries.first?.key ?? "" : lowest[0] }

    /// The node itself when nobody else refers to it, else a copy in its place.
    private static func own(_ node: inout IndexNode) {
        guard !isKnownUniquelyReferenced(&node) else { return }
        let copy = IndexNode()
        (copy.entries, copy.children, copy.lowest, copy.count) = (node.entries, node.children, node.lowest, node.count)
        node = copy
    }

    /// The first position in the leaf whose key does not come before `key`.
    private func position(of key: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
    /// The child in whose span `before` ends: the last whose lowest key is before, or the first.
    private func child(lastWhere before: (String) -> Bool) -> Int {
        var (low, high) = (1, lowest.count)
        while low < high {
            let middle = (low + high) / 2
            if before(lowest[middle]) { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }
    private func child(for key: String) -> Int { child { !key.precedes($0) } }

    /// Walks without taking references: all readers would write to the counts of the same nodes.
    func get(_ key: String) -> Entry? {
        var node = Unmanaged.passUnretained(self)
        while true {
            var next: Unmanaged<IndexNode>?
            let found: Entry? = node._withUnsafeGuaranteedRef { node in
                guard node.children.isEmpty else {
                    let place = node.lowest.withUnsafeBufferPointer { Self.child(for: key, $0) }
                    next = node.children.withUnsafeBufferPointer { Unmanaged.passUnretained($0[place]) }
                    return nil
                }
                return node.entries.withUnsafeBufferPointer { Self.find(key, $0) }
            }
            guard let next else { return found }
            node = next
        }
    }
    private static func child(for key: String, _ lowest: UnsafeBufferPointer<String>) -> Int {
        var (low, high) = (1, lowest.count)
        while low < high {
            let middle = (low + high) / 2
            if key.precedes(lowest[middle]) { high = middle } else { low = middle + 1 }
        }
        return low - 1
    }
    private static func find(_ key: String, _ entries: UnsafeBufferPointer<Entry>) -> Entry? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let order = Unmanaged.passUnretained(entries[middle])._withUnsafeGuaranteedRef { $0.key.byteOrder(to: key) }
            if order == 0 { return entries[middle] }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    static func put(_ entry: Entry, in node: inout IndexNode) -> (previous: Entry?, split: IndexNode?) {
        own(&node)
        if node.isLeaf {
            let position = node.position(of: entry.key)
            if position < node.entries.count, node.entries[position].key.matches(entry.key) {
                let previous = node.entries[position]
                node.entries[position] = entry
                return (previous, nil)
            }
            node.entries.insert(entry, at: position)
            node.count += 1
            return (nil, node.split())
        }
        let index = node.child(for: entry.key)
        let (previous, split) = put(entry, in: &node.children[index])
        if previous == nil { node.count += 1 }
        if index == 0, entry.key.precedes(node.lowest[0]) { node.lowest[0] = entry.key }
        guard let split else { return (previous, nil) }
        node.children.insert(split, at: index + 1)
        node.lowest.insert(split.lowestKey, at: index + 1)
        return (previous, node.split())
    }

    /// Moves the upper part to a new node when there is too much; keys that arrive in order leave full nodes behind.
    private func split() -> IndexNode? {
        guard size > IndexNode.width else { return nil }
        let keep = size * 3 / 4
        let upper =
            isLeaf ? IndexNode(entries: Array(entries[keep...])) : IndexNode(children: Array(children[keep...]))
        if isLeaf {
            entries.removeSubrange(keep...)
        } else {
            children.removeSubrange(keep...)
            lowest.removeSubrange(keep...)
        }
        count -= upper.count
        return upper
    }

    /// Removes a key that is there.
    static func remove(_ key: String, from node: inout IndexNode) -> Entry? {
        own(&node)
        node.count -= 1
        if node.isLeaf { return node.entries.remove(at: node.position(of: key)) }
        let index = node.child(for: key)
        let removed = remove(key, from: &node.children[index])
        let child = node.children[index]
        if child.size == 0 {
            node.children.remove(at: index)
            node.lowest.remove(at: index)
        } else {
            node.lowest[index] = child.lowestKey
            if child.size < least { node.join(around: index) }
        }
        return removed
    }

    /// Joins the small child at `index` with a neighbour when one node can hold both.
    private func join(around index: Int) {
        for left in [index - 1, index] where left >= 0 && left + 1 < children.count {
            let (low, high) = (children[left], children[left + 1])
            guard low.size + high.size <= IndexNode.width else { continue }
            children[left] =
                low.isLeaf ? IndexNode(entries: low.entries + high.entries) : IndexNode(children: low.children + high.children)
            children.remove(at: left + 1)
            lowest.remove(at: left + 1)
            return
        }
    }

    func scan(from start: String, excluding: Bool, _ body: (Entry) throws -> Bool) rethrows -> Bool {
        if isLeaf {
            for entry in entries[position(of: start)...] {
                if excluding, entry.key.matches(start) { continue }
                guard try body(entry) else { return false }
            }
            return true
        }
        for child in children[child(for: start)...] {
            guard try child.scan(from: start, excluding: excluding, body) else { return false }
        }
        return true
    }

    func rank(while before: (String) -> Bool) -> Int {
        if isLeaf {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if before(entries[middle].key) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let index = child(lastWhere: before)
        return children[..<index].reduce(0) { $0 + $1.count } + children[index].rank(while: before)
    }
}
