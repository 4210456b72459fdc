import Glibc

/// The fields of all types in flat tables without references, so that walks along documents find them by hash and count no owners:
/// the types are shared by every thread, and counting their owners was a tenth of a pod's creation.
final class FieldIndex: Sendable {
    /// How a field leads to the object type below it.
    enum Nesting: UInt8, Sendable {
        case object, list, map
        /// There is no object below, or there is more than one list or map between.
        case other
    }
    /// What a field holds when that is a scalar, or a list or map of scalars that need no look one by one.
    enum Scalar: UInt8, Sendable {
        case string, bool, int32, int64, double, any, anyObject
        /// A list, or a map, of strings.
        case strings, stringMap
        /// Something that needs a closer look.
        case other
    }
    /// One field.
    struct Row: Sendable {
        fileprivate let start: Int32
        fileprivate let length: Int32
        /// The place of the field in its type's fields.
        let field: Int32
        /// The index of the object type below; -1 when there is none.
        let target: Int32
        /// How it is owned: a place in `natures`.
        let nature: Int32
        let nesting: Nesting
        let scalar: Scalar
        /// Whether a new value of the field is owned by its parts alone.
        let isPlain: Bool
    }
    private struct TypeSlots: Sendable {
        let rows: Int32
        let slots: Int32
        /// A power of two less one.
        let mask: Int32
    }
    private let types: [TypeSlots]
    /// In the order of the types and their fields.
    private let rows: [Row]
    /// Hash tables, one a type: the place of a row among its type's, or -1.
    private let slots: [Int16]
    /// The names, one after the other.
    private let names: [UInt8]
    /// How fields are owned.
    let natures: OwnershipTable

    init(_ types: [ObjectType]) {
        var (places, rows, slots, names) = ([TypeSlots](), [Row](), [Int16](), [UInt8]())
        var natures = OwnershipRows(types)
        for type in types {
            let count = type.fields.count
            var capacity = 4
            while capacity < count * 2 { capacity *= 2 }
            let place = TypeSlots(rows: Int32(rows.count), slots: Int32(slots.count), mask: Int32(capacity - 1))
            slots += [Int16](repeating: -1, count: capacity)
            places.append(place)
            for (index, field) in type.fields.enumerated() {
                let name = Array(field.name.utf8)
                var slot = Int(name.withUnsafeBufferPointer(Self.hash)) & (capacity - 1)
                while slots[Int(place.slots) + slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
                slots[Int(place.slots) + slot] = Int16(truncatingIfNeeded: index)
                rows.append(
                    Row(
                        start: Int32(names.count), length: Int32(name.count), field: Int32(index),
                        target: field.type.objectType.map { Int32($0.index) } ?? -1, nature: natures.add(field),
                        nesting: Self.nesting(field.type), scalar: Self.scalar(field.type), isPlain: field.isPlain))
                names += name
            }
        }
        (self.types, self.rows, self.slots, self.names) = (places, rows, slots, names)
        self.natures = OwnershipTable(natures)
    }

    private static func nesting(_ type: FieldType) -> Nesting {
        switch type {
        case .object: .object
        case .list(.object): .list
        case .map(.object): .map
        default: .other
        }
    }
    private static func scalar(_ type: FieldType) -> Scalar {
        switch type {
        case .string: .string
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        case .double: .double
        case .any: .any
        case .anyObject: .anyObject
        case .list(.string): .strings
        case .map(.string): .stringMap
        default: .other
        }
    }

    /// Both ends of a name, eight bytes each, and its length. A name that collides costs a comparison, no more.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let bytes = UnsafeRawBufferPointer(name)
        var (head, tail): (UInt64, UInt64) = (0, 0)
        if bytes.count >= 8 {
            head = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            tail = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        } else {
            for byte in bytes { head = head << 8 | UInt64(byte) }
        }
        let mixed = (head ^ (tail &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(bytes.count)) &* 0xd6e8_feb8_6659_fd93
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    /// The field of that name in the type of that index; nil when it has none.
    func find(_ name: String, in type: Int) -> Row? {
        name.utf8.withContiguousStorageIfAvailable { find($0, in: type) } ?? Array(name.utf8).withUnsafeBufferPointer { find($0, in: type) }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>, in type: Int) -> Row? {
        let place = types[type]
        var slot = Int32(truncatingIfNeeded: Self.hash(name)) & place.mask
        while true {
            let index = slots[Int(place.slots + slot)]
            guard index >= 0 else { return nil }
            let row = rows[Int(place.rows) + Int(index)]
            if isNamed(row, name) { return row }
            slot = (slot + 1) & place.mask
        }
    }

    private func isNamed(_ row: Row, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(row.length) == name.count, let wanted = name.baseAddress else { return row.length == 0 && name.isEmpty }
        return names.withUnsafeBufferPointer { names in
            names.baseAddress.map { memcmp($0 + Int(row.start), wanted, name.count) == 0 } ?? false
        }
    }
}
