/// A place in a document (RFC 6901), and the edits that a JSON patch makes there.
///
/// As in the API server, the whole document is not a place that can be edited, and negative indices count from the end.
package struct JSONPointer: Sendable, Hashable {
    /// The pointer as it was written.
    package let text: String
    private let parts: [String]

    /// The place that the text names; what stands before the first slash is ignored.
    package init(_ text: String) {
        self.text = text
        parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            String(part.contains("~") ? part.replacing("~1", with: "/").replacing("~0", with: "~") : part)
        }
    }

    /// The value there; nil when there is none.
    package func value(in document: Value) -> Value? {
        guard !parts.isEmpty else { return nil }
        var value = document
        for part in parts {
            switch value {
            case .object(let object):
                guard let next = object[part] else { return nil }
                value = next
            case .array(let items):
                guard let index = Self.index(part, count: items.count) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    /// Adds a member, replacing one that is there, or inserts an element.
    func add(_ value: Value, to document: inout Value) throws(DocumentError) {
        try checkDepth(of: value)
        let missing = DocumentError("add operation does not apply: doc is missing path: \"\(text)\": missing value")
        try edit(&document, missing) { container, key throws(DocumentError) in
            if case .object(var object) = container {
                container = .null
                object[key] = value
                container = .object(object)
            } else if case .array(var items) = container {
                guard key != "-" else {
                    container = .array(items + [value])
                    return
                }
                guard let number = Int(key) else {
                    throw DocumentError(
                        "error in add for path: '\(text)': value was not a proper array index: '\(key)': \(Self.syntax(key))")
                }
                guard let index = Self.index(key, count: items.count + 1) else {
                    throw DocumentError(
                        "error in add for path: '\(text)': Unable to access invalid index: \(number): invalid index referenced")
                }
                container = .null
                items.insert(value, at: index)
                container = .array(items)
            }
        }
    }

    /// Removes what is there and returns it.
    func remove(from document: inout Value) throws(DocumentError) -> Value {
        var removed = Value.null
        let missing = DocumentError("remove operation does not apply: doc is missing path: \"\(text)\": missing value")
        try edit(&document, missing) { container, key throws(DocumentError) in
            if case .object(var object) = container {
                guard let value = object[key] else {
                    throw DocumentError("error in remove for path: '\(text)': Unable to remove nonexistent key: \(key): missing value")
                }
                container = .null
                removed = value
                object[key] = nil
                container = .object(object)
            } else if case .array(var items) = container {
                let index = try element(key, count: items.count, "error in remove for path: '\(text)'")
                container = .null
                removed = items.remove(at: index)
                container = .array(items)
            }
        }
        return removed
    }

    /// Replaces what is there.
    func replace(with value: Value, in document: inout Value) throws(DocumentError) {
        try checkDepth(of: value)
        let missing = DocumentError("replace operation does not apply: doc is missing path: \(text): missing value")
        try edit(&document, missing) { container, key throws(DocumentError) in
            let absent = DocumentError("replace operation does not apply: doc is missing key: \(text): missing value")
            if case .object(var object) = container {
                guard object[key] != nil else { throw absent }
                container = .null
                object[key] = value
                container = .object(object)
            } else if case .array(var items) = container {
                guard let index = Self.index(key, count: items.count) else { throw absent }
                container = .null
                items[index] = value
                container = .array(items)
            }
        }
    }

    /// Fails unless what is there equals `expected`; numbers are equal by value, and an absent member equals null.
    func test(_ expected: Value, in document: Value) throws(DocumentError) {
        let failed = DocumentError("testing value \(text) failed: test failed")
        guard !parts.isEmpty else { throw DocumentError("test operation does not apply: is missing path: \(text): missing value") }
        guard let found = value(in: document) else {
            guard expected.isNull, JSONPointer(parent: self).value(in: document)?.object != nil || parts.count == 1 else { throw failed }
            return
        }
        if let left = found.double, let right = expected.double, found.int == nil || expected.int == nil {
            guard left == right else { throw failed }
        } else if found != expected {
            throw failed
        }
    }

    /// Many small operations could nest a document deeper than any text may be nested.
    private func checkDepth(of value: Value) throws(DocumentError) {
        guard Self.isNested(value, within: DocumentLimits().depth - parts.count) else { throw DocumentError("exceeded max depth") }
    }
    private static func isNested(_ value: Value, within depth: Int) -> Bool {
        guard depth >= 0 else { return false }
        return switch value {
        case .array(let items): items.allSatisfy { isNested($0, within: depth - 1) }
        case .object(let object): object.allSatisfy { isNested($0.value, within: depth - 1) }
        default: true
        }
    }

    private init(parent of: JSONPointer) { (text, parts) = (of.text, of.parts.dropLast()) }

    /// Hands the container of the place to `body`, in place.
    private func edit(
        _ document: inout Value, _ missing: DocumentError, _ body: (inout Value, String) throws(DocumentError) -> Void
    ) throws(DocumentError) {
        guard let key = parts.last else { throw missing }
        try Self.descend(&document, parts.dropLast()[...], missing) { container throws(DocumentError) in
            switch container {
            case .object, .array: try body(&container, key)
            default: throw missing
            }
        }
    }

    private static func descend(
        _ value: inout Value, _ path: ArraySlice<String>, _ missing: DocumentError, _ body: (inout Value) throws(DocumentError) -> Void
    ) throws(DocumentError) {
        guard let part = path.first else { return try body(&value) }
        switch value {
        case .object(var object):
            guard let index = object.firstIndex(where: { $0.key == part }) else { throw missing }
            value = .null
            try descend(&object[index].value, path.dropFirst(), missing, body)
            value = .object(object)
        case .array(var items):
            guard let index = index(part, count: items.count) else { throw missing }
            value = .null
            try descend(&items[index], path.dropFirst(), missing, body)
            value = .array(items)
        default: throw missing
        }
    }

    private func element(_ key: String, count: Int, _ context: String) throws(DocumentError) -> Int {
        guard let number = Int(key) else { throw DocumentError("\(context): \(Self.syntax(key))") }
        guard let index = Self.index(key, count: count) else {
            throw DocumentError("\(context): Unable to access invalid index: \(number): invalid index referenced")
        }
        return index
    }
    private static func syntax(_ key: String) -> String { "strconv.Atoi: parsing \"\(key)\": invalid syntax" }

    /// The element that a part names among `count`; negative ones count from the end.
    private static func index(_ part: String, count: Int) -> Int? {
        guard let number = Int(part), number < count, number >= -count else { return nil }
        return number < 0 ? number + count : number
    }
}
