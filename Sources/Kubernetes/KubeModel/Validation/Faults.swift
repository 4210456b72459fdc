import Documents

/// Collects what is wrong while rules walk a document.
struct Faults {
    private(set) var errors: [FieldError] = []
    /// Names of volumes that pods of the document get besides those of its template: a StatefulSet's claims.
    var promisedVolumes: Set<Value> = []

    mutating func add(_ error: FieldError) { errors.append(error) }
    mutating func add(_ others: [FieldError]) { errors += others }

    /// One error per problem that a grammar found.
    mutating func invalid(_ path: FieldPath, _ value: Value, _ problems: [String]) {
        for problem in problems { add(.invalid(path, value, problem)) }
    }
    /// An error unless the new value is the old one.
    mutating func immutable(_ path: FieldPath, _ new: Value, _ old: Value, _ text: String = "field is immutable") {
        if new != old { add(.invalid(path, new, text)) }
    }
    /// An error for each element that came before; `path` is the place of the name.
    mutating func unique(_ values: [Value], _ path: (Int) -> FieldPath) {
        guard values.count > 16 else {
            for index in values.indices.dropFirst() where !values[index].isNull && values[index] != "" {
                if values[..<index].contains(values[index]) { add(.duplicate(path(index), values[index])) }
            }
            return
        }
        var seen: Set<Value> = []
        for (index, value) in values.enumerated() where !value.isNull && value != "" && !seen.insert(value).inserted {
            add(.duplicate(path(index), value))
        }
    }
}

extension Value {
    /// Whether there is nothing: absent, empty text, an empty list or object.
    var isBlank: Bool {
        switch self {
        case .null, .string(""), .array([]), .object([:]): true
        default: false
        }
    }
}
