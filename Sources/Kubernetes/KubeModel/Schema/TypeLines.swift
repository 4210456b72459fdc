/// A text whose lines begin with the short name of an object type, as in `core.v1.PodSpec`.
struct TypeLines {
    private let names: [String: Int]
    /// The place of each line's type in the schema, and the words that follow.
    let lines: [(type: Int, words: [String])]

    init(_ text: StaticString, _ schema: Schema) {
        let names = Dictionary(
            schema.types.map { ($0.name.split(separator: ".").suffix(3).joined(separator: "."), $0.id.index) },
            uniquingKeysWith: { first, _ in first })
        let text = String(decoding: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), as: UTF8.self)
        self.names = names
        lines = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return names[words[0]].map { ($0, Array(words.dropFirst())) }
        }
    }
    /// The place of a type in the schema; nil when there is none of that short name.
    func index(_ name: String) -> Int? { names[name] }
}

extension FieldType {
    /// The object type at the bottom of lists and maps; nil for others.
    var objectType: TypeID? {
        switch self {
        case .object(let id): id
        case .list(let element), .map(let element): element.objectType
        default: nil
        }
    }
}

extension Schema {
    /// Which types are marked, or have a marked one among their parts.
    func reaching(_ marked: [Bool]) -> [Bool] {
        var (reaches, changed) = (marked, true)
        while changed {
            changed = false
            for type in types where !reaches[type.id.index] {
                guard type.fields.contains(where: { $0.type.objectType.map { reaches[$0.index] } ?? false }) else { continue }
                (reaches[type.id.index], changed) = (true, true)
            }
        }
        return reaches
    }
}
