import Glibc

/// The fields of all types in flat tables without references, so that walks along documents find them by hash and count no owners:
/// the types are shared by every thread, and counting their owners was a tenth of a pod's creation.
struct FieldIndex: Sendable {
    /// How a field leads to the object type below it.
    enum Nesting: UInt8, Sendable {
        case object, list, map
        /// There is no object below, or there is more than one list or map between.
        case other
    }
    /// One field.
    struct Row: Sendable {
        fileprivate let hash: UInt64
        fileprivate let start: Int32
        fileprivate let length: Int32
        /// The place of the field in its type's fields.
        let field: Int32
        /// The index of the object type below; -1 when there is none.
        let target: Int32
        let nesting: Nesting
    }
    /// The rows of type `n` are those from `starts[n]` up to `starts[n + 1]`, sorted by hash.
    private let starts: [Int]
    private let rows: [Row]
    /// The names, one after the other.
    private let names: [UInt8]

    init(_ types: [ObjectType]) {
        var (starts, rows, names) = ([0], [Row](), [UInt8]())
        for type in types {
            let own = type.fields.enumerated().map { place, field in
                let bytes = Array(field.name.utf8)
                defer { names += bytes }
                return Row(
                    hash: bytes.withUnsafeBufferPointer(Self.hash), start: Int32(names.count), length: Int32(bytes.count),
                    field: Int32(place), target: field.type.objectType.map { Int32($0.index) } ?? -1, nesting: Self.nesting(field.type))
            }
            rows += own.sorted { $0.hash < $1.hash }
            starts.append(rows.count)
        }
        (self.starts, self.rows, self.names) = (starts, rows, names)
    }

    private static func nesting(_ type: FieldType) -> Nesting {
        switch type {
        case .object: .object
        case .list(.object): .list
        case .map(.object): .map
        default: .other
        }
    }

    /// FNV-1a. A name that collides costs a comparison, no more.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// The field of that name in the type of that index; nil when it has none.
    func find(_ name: String, in type: Int) -> Row? {
        name.utf8.withContiguousStorageIfAvailable { find($0, in: type) } ?? Array(name.utf8).withUnsafeBufferPointer { find($0, in: type) }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>, in type: Int) -> Row? {
        let hash = Self.hash(name)
        var (low, high) = (starts[type], starts[type + 1])
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        while low < end, rows[low].hash == hash {
            if isNamed(rows[low], name) { return rows[low] }
            low += 1
        }
        return nil
    }

    private func isNamed(_ row: Row, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(row.length) == name.count, let wanted = name.baseAddress else { return row.length == 0 && name.isEmpty }
        return names.withUnsafeBufferPointer { names in
            names.baseAddress.map { memcmp($0 + Int(row.start), wanted, name.count) == 0 } ?? false
        }
    }
}
