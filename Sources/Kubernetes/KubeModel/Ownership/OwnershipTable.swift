/// How every place of a schema is owned, as numbers: `FieldNature` for walks that must not count owners of shared types.
final class OwnershipTable: Sendable {
    enum Kind: UInt8, Sendable {
        case leaf, fields, entries, set, elements, deduced
    }
    struct Nature: Sendable {
        let kind: Kind
        /// The object type whose fields these are.
        var type: Int32 = -1
        /// How entries and elements are owned: a place in the table.
        var inner: Int32 = 0
        /// What tells elements apart: a place in `keys`.
        var keys: Int32 = -1
    }
    /// Where leaves and objects of any shape stand.
    static let leaf: Int32 = 0
    static let deduced: Int32 = 1

    private let rows: [Nature]
    /// The fields that tell elements apart, sorted by name.
    let keys: [[String]]

    init(_ rows: OwnershipRows) { (self.rows, keys) = (rows.rows, rows.keys) }
    subscript(place: Int32) -> Nature { rows[Int(place)] }
}

/// The table while it is being made.
struct OwnershipRows {
    typealias Nature = OwnershipTable.Nature
    fileprivate var rows = [Nature(kind: .leaf), Nature(kind: .deduced)]
    fileprivate var keys: [[String]] = []
    private let atomic: [Bool]
    private var ofTypes: [Int32]

    init(_ types: [ObjectType]) {
        atomic = types.map(\.atomic)
        ofTypes = [Int32](repeating: -1, count: types.count)
    }

    /// How a field is owned.
    mutating func add(_ field: SchemaField) -> Int32 {
        if field.atomic { return OwnershipTable.leaf }
        guard case .list(let element) = field.type else { return add(field.type) }
        switch field.list {
        case .atomic: return OwnershipTable.leaf
        case .set: return append(Nature(kind: .set))
        case .map(let keys):
            let inner = add(element)
            self.keys.append(keys.sorted())
            return append(Nature(kind: .elements, inner: inner, keys: Int32(self.keys.count - 1)))
        }
    }
    /// How a value of a type is owned where no field says more: in maps and lists.
    private mutating func add(_ type: FieldType) -> Int32 {
        switch type {
        case .object(let id):
            if atomic[id.index] { return OwnershipTable.leaf }
            if ofTypes[id.index] < 0 { ofTypes[id.index] = append(Nature(kind: .fields, type: Int32(id.index))) }
            return ofTypes[id.index]
        case .map(let element):
            let inner = add(element)
            return append(Nature(kind: .entries, inner: inner))
        default: return OwnershipTable.leaf
        }
    }
    private mutating func append(_ nature: Nature) -> Int32 {
        rows.append(nature)
        return Int32(rows.count - 1)
    }
}
