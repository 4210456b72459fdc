import Documents

/// How a place in a document is owned: as one, or part by part. Source: structured-merge-diff, schema.
enum FieldNature {
    case leaf
    case fields(ObjectType)
    /// A map of such values.
    case entries(FieldType)
    /// A list whose elements are told apart by themselves.
    case set
    /// A list of such elements that are told apart by the values of these fields, sorted by name.
    case elements(FieldType, keys: [String])
    /// An object of any shape, member by member.
    case deduced
}

extension Schema {
    /// How a field is owned.
    func nature(_ field: SchemaField) -> FieldNature {
        if field.atomic { return .leaf }
        guard case .list(let element) = field.type else { return nature(field.type) }
        switch field.list {
        case .atomic: return .leaf
        case .set: return .set
        case .map(let keys): return .elements(element, keys: keys.sorted())
        }
    }
    /// How a value of a type is owned where no field says more: in maps and lists.
    func nature(_ type: FieldType) -> FieldNature {
        switch type {
        case .object(let id): self[id].atomic ? .leaf : .fields(self[id])
        case .map(let element): .entries(element)
        default: .leaf
        }
    }
}

/// The elements of a list by what tells them apart.
struct ListElements {
    /// Path elements in the order of the list.
    let names: [String]
    let items: [Value]
    /// Places by name, where they are too many to look through.
    private let places: [String: Int]
    private static let few = 8

    /// Nil when an element has no name, or two have the same.
    init?(_ items: [Value], _ nature: FieldNature) {
        if case .elements(_, let keys) = nature { self.init(items, keys: keys) } else { self.init(items, keys: nil) }
    }
    /// As above; nil as keys for a set, whose elements are told apart by themselves.
    init?(_ items: [Value], keys: [String]?) {
        var (names, places): ([String], [String: Int]) = ([], [:])
        names.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            guard let name = keys.map({ Self.name(item, keys: $0) }) ?? Self.name(of: item) else { return nil }
            let isNew = items.count > Self.few ? places.updateValue(index, forKey: name) == nil : !names.contains(name)
            guard isNew else { return nil }
            names.append(name)
        }
        (self.names, self.items, self.places) = (names, items, places)
    }
    /// The element of that name.
    subscript(name: String) -> Value? { place(name).map { items[$0] } }
    /// Whether there is an element of that name.
    func contains(_ name: String) -> Bool { place(name) != nil }
    private func place(_ name: String) -> Int? { items.count > Self.few ? places[name] : names.firstIndex(of: name) }

    static func name(_ item: Value, _ nature: FieldNature) -> String? {
        guard case .elements(_, let keys) = nature else { return name(of: item) }
        return name(item, keys: keys)
    }
    /// The path element of an element of a set.
    static func name(of item: Value) -> String { "v:\(JSON.text(item))" }
    /// The path element of an element that is told apart by the values of these fields; nil when one is missing.
    static func name(_ item: Value, keys: [String]) -> String? {
        guard case .object(let object) = item else { return nil }
        if keys.count == 1, let value = object[keys[0]], case .string(let text) = value, let name = plainName(keys[0], text) { return name }
        var writer = JSONWriter(capacity: 128)
        writer.append(words: "k:{")
        for (index, key) in keys.enumerated() {
            // The one key of a built-in list that has a default.
            guard let value = object[key] ?? (key == "protocol" ? Value.string("TCP") : Optional.none) else { return nil }
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(string: key)
            writer.append(UInt8(ascii: ":"))
            writer.append(value)
        }
        writer.append(UInt8(ascii: "}"))
        return writer.text
    }
    /// The path element of one key whose text needs no escapes; nil for others.
    private static func plainName(_ key: String, _ text: String) -> String? {
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else { return nil }
        var name = ""
        name.reserveCapacity(key.utf8.count + text.utf8.count + 9)
        name += "k:{\""
        name += key
        name += "\":\""
        name += text
        name += "\"}"
        return name
    }
}
