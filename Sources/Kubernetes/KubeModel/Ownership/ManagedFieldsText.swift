package import Documents

// The list as the JSON that is stored: what a write does not touch is copied, not read.
extension ManagedFields {
    /// The list after changes, as `updated` makes it; nil when nobody owns anything.
    package static func updated(
        text: [UInt8], _ changes: FieldChanges, by manager: FieldManager, at time: String
    ) -> [UInt8]? {
        guard !changes.isEmpty else { return text }
        guard let document = try? Document(text, limits: .own) else {
            let value = updated(Value.null, changes, by: manager, at: time)
            return value.isNull ? nil : JSON.encode(value)
        }
        return updated(list: document.root, changes, by: manager, at: time)
    }
    /// As above, of a list where it stands in its document.
    package static func updated(list: Node, _ changes: FieldChanges, by manager: FieldManager, at time: String) -> [UInt8]? {
        guard !changes.isEmpty else { return Array(list.bytes) }
        guard let entries = updated(list, changes, manager, time) else {
            let value = updated(list.value, changes, by: manager, at: time)
            return value.isNull ? nil : JSON.encode(value)
        }
        guard !entries.isEmpty else { return nil }
        var writer = JSONWriter(capacity: list.range.count + 512)
        writer.append(UInt8(ascii: "["))
        for (index, entry) in entries.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            entry.text.withUnsafeBufferPointer { writer.append($0) }
        }
        writer.append(UInt8(ascii: "]"))
        return writer.bytes
    }

    /// What a client sent to be written, as `sent` takes it; `[{}]` clears the list.
    package static func sent(_ sent: Value, text: [UInt8]?) -> [UInt8]? {
        guard !sent.items.isEmpty, JSON.encode(sent) != text else { return text }
        let stored = text.flatMap { try? JSON.parse($0, limits: .own) } ?? .null
        let list = Self.sent(sent, stored: stored)
        return list.isNull ? nil : JSON.encode(list)
    }

    /// One entry, and what its place in the list depends on.
    private struct Entry {
        var key: [String]
        var text: ArraySlice<UInt8>
        init(_ entry: ManagedFieldsEntry) { (key, text) = (entry.order, JSON.encode(entry.value)[...]) }
        init(_ node: Node) {
            key = ManagedFieldsEntry.order.map { node[$0]?.string ?? "" }
            text = node.bytes
        }
        /// An entry without the places of changes; nil when nothing is left of its fields.
        init?(_ node: Node, _ fields: Node, without changes: FieldChanges) {
            var writer = JSONWriter(capacity: node.range.count)
            let bytes = node.bytes
            bytes[..<fields.range.lowerBound].withUnsafeBufferPointer { writer.append($0) }
            guard fields.write(without: changes.touched.root, changes.removed.root, isMember: false, to: &writer) else { return nil }
            bytes[fields.range.upperBound...].withUnsafeBufferPointer { writer.append($0) }
            self.init(node)
            text = writer.bytes[...]
        }
    }

    /// The entries in order; nil for a list that has to be looked at as a whole.
    private static func updated(_ list: Node, _ changes: FieldChanges, _ manager: FieldManager, _ time: String) -> [Entry]? {
        var (result, own): ([Entry], Node?) = ([], nil)
        var updaters = 0
        for node in list.items {
            guard let fields = node["fieldsV1"], fields.isObject, node["operation"] != nil else { return nil }
            if own == nil, manager.isSame(as: node) {
                own = node
                continue
            }
            guard !fields.overlaps(changes.touched.root), !fields.overlaps(changes.removed.root) else {
                if let entry = Entry(node, fields, without: changes) { result.append(entry) }
                continue
            }
            result.append(Entry(node))
        }
        if let entry = updated(own, changes, manager, time) { result.append(entry) }
        for entry in result where entry.key[0] == FieldManager.Operation.update.rawValue { updaters += 1 }
        guard updaters <= most else { return nil }
        result.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return result
    }

    /// The entry of whoever makes the changes; nil when it owns nothing.
    private static func updated(_ own: Node?, _ changes: FieldChanges, _ manager: FieldManager, _ time: String) -> Entry? {
        guard let own, let fields = own["fieldsV1"] else {
            return changes.touched.isEmpty ? nil : Entry(ManagedFieldsEntry(manager, changes.touched, time: time))
        }
        if fields.contains(changes.touched.root), !fields.overlaps(changes.removed.root) {
            var entry = Entry(own)
            guard !changes.touched.isEmpty else { return entry }
            // Times of one second are of one length and stand in one place.
            if let before = own["time"], before.count == 0, before.range.count == time.utf8.count + 2 {
                var text = Array(entry.text)
                let start = before.range.lowerBound - own.range.lowerBound + 1
                text.replaceSubrange(start..<start + time.utf8.count, with: time.utf8)
                (entry.text, entry.key[1]) = (text[...], time)
                return entry
            }
        }
        guard var entry = ManagedFieldsEntry(own.value) else { return nil }
        entry.fields = entry.fields.subtracting(changes.removed)
        if !changes.touched.isEmpty { (entry.fields, entry.time) = (entry.fields.union(changes.touched), time) }
        return entry.fields.isEmpty ? nil : Entry(entry)
    }
}

extension FieldManager {
    /// Whether an entry of a list is this manager's.
    fileprivate func isSame(as entry: Node) -> Bool {
        entry["manager"]?.string == name && entry["operation"]?.string == operation.rawValue
            && (entry["subresource"]?.string ?? "") == subresource
            && (operation == .apply || entry["apiVersion"]?.string == apiVersion)
    }
}

// A node of a tape as a set of places.
extension Node {
    private var isMember: Bool { count == 0 || self["."] != nil }
    /// As `FieldSet.overlaps`.
    fileprivate func overlaps(_ set: Object) -> Bool {
        set.contains { member in
            guard member.key != FieldSet.own, let other = member.value.object, let own = self[name: member.key] else { return false }
            return own.isMember && FieldSet.isMember(other) || own.overlaps(other)
        }
    }
    /// Writes what `FieldSet.subtracting` leaves of two sets' places, keys in the order in which they stand. `isMember` tells whether the
    /// node stays in the set itself. False, and nothing written, when nothing is left.
    fileprivate func write(without first: Object, _ second: Object, isMember: Bool, to writer: inout JSONWriter) -> Bool {
        let start = writer.count
        writer.append(words: isMember ? "{\".\":{}" : "{")
        let empty = writer.count
        forEachMember { key, child in
            guard key != FieldSet.own else { return true }
            let (one, other) = (first[key]?.object, second[key]?.object)
            let place = writer.count
            if place > start + 1 { writer.append(UInt8(ascii: ",")) }
            writer.append(string: key)
            writer.append(UInt8(ascii: ":"))
            if one == nil, other == nil {
                child.bytes.withUnsafeBufferPointer { writer.append($0) }
                return true
            }
            let isTaken = one.map(FieldSet.isMember) == true || other.map(FieldSet.isMember) == true
            if !child.write(without: one ?? [:], other ?? [:], isMember: child.isMember && !isTaken, to: &writer) {
                writer.truncate(to: place)
            }
            return true
        }
        guard writer.count == empty else {
            writer.append(UInt8(ascii: "}"))
            return true
        }
        writer.truncate(to: start)
        if isMember { writer.append(words: "{}") }
        return isMember
    }
    /// As `FieldSet.contains`.
    fileprivate func contains(_ set: Object) -> Bool {
        set.allSatisfy { member in
            guard member.key != FieldSet.own, let other = member.value.object else { return true }
            guard let own = self[name: member.key] else { return false }
            return (own.isMember || !FieldSet.isMember(other)) && own.contains(other)
        }
    }
}
