package import Documents

/// Writes what the creator of a document owns as `fieldsV1` has it, straight from the document: the text of
/// `FieldChanges(from: .null, to: document).touched`, without building that set.
struct OwnedFields: ~Copyable {
    private let schema: Schema
    var writer: JSONWriter

    init(schema: Schema) {
        self.schema = schema
        writer = JSONWriter()
    }

    /// Writes the set; tells whether anything is in it. `hidden` is a member of the document that counts as absent.
    mutating func write(_ document: Object, _ type: ObjectType, without hidden: String?) -> Bool {
        // The root is owned by its fields whether or not its type is atomic.
        let nature = OwnershipTable.Nature(kind: .fields, type: Int32(type.id.index))
        return members(document, nature, .root, isOwn: false, hidden: hidden) > 0
    }

    /// Writes the node of an object, and returns the number of its children.
    private mutating func members(
        _ object: Object, _ nature: OwnershipTable.Nature, _ scope: OwnershipScope, isOwn: Bool, hidden: String? = nil
    ) -> Int {
        writer.append(UInt8(ascii: "{"))
        var written = 0
        if nature.kind != .fields || !fields(object, Int(nature.type), scope, isOwn: isOwn, hidden: hidden, &written) {
            if let order = Self.order(object) {
                for index in order { member(object[index], nature, scope, isOwn: isOwn, hidden: hidden, &written) }
            } else {
                for index in object.indices { member(object[index], nature, scope, isOwn: isOwn, hidden: hidden, &written) }
            }
        }
        writer.append(UInt8(ascii: "}"))
        return written
    }
    /// The order of the keys; nil when they are in order.
    private static func order(_ object: Object) -> [Int]? {
        guard object.count > 1 else { return nil }
        for index in 1..<object.count where object[index].key < object[index - 1].key {
            return object.indices.sorted { object[$0].key < object[$1].key }
        }
        return nil
    }

    /// Writes the children of an object whose members are all fields of its type, which are numbered in the order of their names;
    /// false, and nothing written, when there are others.
    private mutating func fields(
        _ object: Object, _ type: Int, _ scope: OwnershipScope, isOwn: Bool, hidden: String?, _ written: inout Int
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: FieldPlace.self, capacity: max(object.count, 1)) { order in
            for place in 0..<object.count {
                guard let row = schema.fields.find(object[place].key, in: type) else { return false }
                var at = place
                while at > 0, order[at - 1].field > row.field {
                    order.initializeElement(at: at, to: order[at - 1])
                    at -= 1
                }
                order.initializeElement(
                    at: at, to: FieldPlace(field: row.field, place: Int32(place), nature: row.nature, marks: !row.isPlain))
            }
            for index in 0..<object.count {
                let member = object[Int(order[index].place)]
                if scope.hides(member.key) || member.key == hidden { continue }
                child(member, schema.fields.natures[order[index].nature], scope, marks: order[index].marks, isOwn: isOwn, &written)
            }
            return true
        }
    }
    private struct FieldPlace {
        let field: Int32
        let place: Int32
        let nature: Int32
        let marks: Bool
    }

    private mutating func member(
        _ member: Object.Member, _ nature: OwnershipTable.Nature, _ scope: OwnershipScope, isOwn: Bool, hidden: String?,
        _ written: inout Int
    ) {
        if scope.hides(member.key) || member.key == hidden { return }
        var (inner, marks) = (OwnershipTable.deduced, true)
        switch nature.kind {
        case .fields:
            if let row = schema.fields.find(member.key, in: Int(nature.type)) { (inner, marks) = (row.nature, !row.isPlain) }
        case .entries: inner = nature.inner
        default: break
        }
        child(member, schema.fields.natures[inner], scope, marks: marks, isOwn: isOwn, &written)
    }
    private mutating func child(
        _ member: Object.Member, _ nature: OwnershipTable.Nature, _ scope: OwnershipScope, marks: Bool, isOwn: Bool, _ written: inout Int
    ) {
        let start = begin(isOwn: isOwn, written)
        writer.append(words: "\"f:")
        writer.append(inside: member.key)
        writer.append(words: "\":")
        finish(node(member.value, nature, scope.below(member.key), marks: marks), start, &written)
    }

    /// Begins a child: a comma, or before the first the mark of a node that is owned itself. Returns where the text was before.
    private mutating func begin(isOwn: Bool, _ written: Int) -> Int {
        let start = writer.count
        if written > 0 {
            writer.append(UInt8(ascii: ","))
        } else if isOwn {
            writer.append(words: "\".\":{},")
        }
        return start
    }
    /// Keeps a child that holds something, else takes it back.
    private mutating func finish(_ holds: Bool, _ start: Int, _ written: inout Int) {
        if holds { written += 1 } else { writer.truncate(to: start) }
    }

    /// Writes the node of a value; false when it holds nothing, and then what was written is to be taken back.
    private mutating func node(_ value: Value, _ nature: OwnershipTable.Nature, _ scope: OwnershipScope, marks: Bool) -> Bool {
        switch (nature.kind, value) {
        case (_, .null): return false
        case (.set, .array(let items)), (.elements, .array(let items)):
            if nature.kind == .elements, !items.isEmpty, schema.fields.natures.keys[Int(nature.keys)].count == 1 {
                let key = schema.fields.natures.keys[Int(nature.keys)][0]
                if let texts = plainTexts(items, key) { return elements(items, by: key, texts, nature, marks: marks) }
            }
            guard !items.isEmpty, let names = names(items, nature) else { return leaf() }
            return elements(items, names, nature, marks: marks)
        case (.fields, .object(let object)), (.entries, .object(let object)), (.deduced, .object(let object)):
            guard !object.isEmpty else { return leaf() }
            return members(object, nature, scope, isOwn: marks) > 0 || marks
        default: return leaf()
        }
    }
    private mutating func leaf() -> Bool {
        writer.append(words: "{}")
        return true
    }

    /// The texts of the one key that tells elements apart, in order, where they are as plain as most; nil for others. Such texts are
    /// in the order of the elements' names, for nothing in them comes before the quote behind a shorter one.
    private func plainTexts(_ items: [Value], _ key: String) -> [(text: String, place: Int)]? {
        var texts: [(text: String, place: Int)] = []
        texts.reserveCapacity(items.count)
        var isSorted = true
        for place in items.indices {
            guard case .object(let object) = items[place], case .string(let text)? = object[key], Self.isPlain(text) else { return nil }
            if let last = texts.last, last.text >= text { isSorted = false }
            texts.append((text, place))
        }
        if isSorted { return texts }
        texts.sort { $0.text < $1.text }
        for index in texts.indices.dropFirst() where texts[index].text == texts[index - 1].text { return nil }
        return texts
    }
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > UInt8(ascii: "\"") && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    }

    private mutating func elements(
        _ items: [Value], by key: String, _ texts: [(text: String, place: Int)], _ nature: OwnershipTable.Nature, marks: Bool
    ) -> Bool {
        let inner = schema.fields.natures[nature.inner]
        var written = 0
        writer.append(UInt8(ascii: "{"))
        for (text, place) in texts {
            let start = begin(isOwn: marks, written)
            writer.append(words: "\"k:{\\\"")
            writer.append(inside: key)
            writer.append(words: "\\\":\\\"")
            writer.append(inside: text)
            writer.append(words: "\\\"}\":")
            finish(node(items[place], inner, .inside, marks: true), start, &written)
        }
        writer.append(UInt8(ascii: "}"))
        return written > 0 || marks
    }

    /// The elements' names in order, with their places; nil when they cannot be told apart.
    private func names(_ items: [Value], _ nature: OwnershipTable.Nature) -> [(name: String, place: Int)]? {
        var names: [(name: String, place: Int)] = []
        names.reserveCapacity(items.count)
        let keys = nature.kind == .elements ? schema.fields.natures.keys[Int(nature.keys)] : []
        for (place, item) in items.enumerated() {
            guard let name = nature.kind == .set ? ListElements.name(of: item) : ListElements.name(item, keys: keys) else { return nil }
            names.append((name, place))
        }
        names.sort { $0.name < $1.name }
        for index in names.indices.dropFirst() where names[index].name == names[index - 1].name { return nil }
        return names
    }

    private mutating func elements(
        _ items: [Value], _ names: [(name: String, place: Int)], _ nature: OwnershipTable.Nature, marks: Bool
    ) -> Bool {
        let inner = schema.fields.natures[nature.kind == .elements ? nature.inner : OwnershipTable.leaf]
        var written = 0
        writer.append(UInt8(ascii: "{"))
        for (name, place) in names {
            let start = begin(isOwn: marks, written)
            writer.append(string: name)
            writer.append(UInt8(ascii: ":"))
            finish(node(items[place], inner, .inside, marks: true), start, &written)
        }
        writer.append(UInt8(ascii: "}"))
        return written > 0 || marks
    }
}

extension ManagedFields {
    /// The JSON of the list of a document that is new; nil when its creator owns nothing. `hidden` is a member that does not count.
    package static func text(
        created document: Value, type: ObjectType, schema: Schema, without hidden: String?, by manager: FieldManager, at time: String
    ) -> [UInt8]? {
        guard case .object(let object) = document else { return nil }
        var fields = OwnedFields(schema: schema)
        fields.writer.append(words: "[{\"manager\":")
        fields.writer.append(string: manager.name)
        fields.writer.append(words: ",\"operation\":")
        fields.writer.append(string: manager.operation.rawValue)
        fields.writer.append(words: ",\"apiVersion\":")
        fields.writer.append(string: manager.apiVersion)
        fields.writer.append(words: ",\"time\":")
        fields.writer.append(string: time)
        fields.writer.append(words: ",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":")
        guard fields.write(object, type, without: hidden) else { return nil }
        if !manager.subresource.isEmpty {
            fields.writer.append(words: ",\"subresource\":")
            fields.writer.append(string: manager.subresource)
        }
        fields.writer.append(words: "}]")
        return fields.writer.bytes
    }
}
