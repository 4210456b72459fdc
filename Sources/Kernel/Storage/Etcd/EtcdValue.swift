import Control

/// Tells a write from all others: the process that made it, drawn by lot at its start, and a count.
struct WriteID: Sendable, Hashable {
    let writer: UInt64
    let number: UInt64
}

/// A document as it stands in etcd: who wrote it, and its bytes without the resource version, which is etcd's revision.
struct EtcdValue: Sendable {
    /// A format, flags (1: a gap, 2: a comma), the writer, the write's number, the gap; numbers are big-endian.
    private static let headerBytes = 22
    private static let format: UInt8 = 1

    let id: WriteID
    let document: Encoded

    init(id: WriteID, document: Encoded) { (self.id, self.document) = (id, document) }

    /// Nil for a value that this store did not write.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let id = Self.id(bytes) else { return nil }
        let start = bytes.startIndex
        let flags = bytes[start + 1]
        let gap = Int(bytes[(start + 18)..<(start + 22)].bigEndian)
        let length = bytes.count - Self.headerBytes
        guard gap <= length else { return nil }
        self.id = id
        document = Encoded(bytes: Array(bytes.dropFirst(Self.headerBytes)), gap: flags & 1 == 1 ? gap : nil, comma: flags & 2 == 2)
    }

    /// The write that a value is from.
    static func id(_ bytes: ArraySlice<UInt8>) -> WriteID? {
        guard bytes.count >= headerBytes, bytes.first == format else { return nil }
        let start = bytes.startIndex
        return WriteID(writer: bytes[(start + 2)..<(start + 10)].bigEndian, number: bytes[(start + 10)..<(start + 18)].bigEndian)
    }

    /// As it goes to etcd.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes + document.bytes.count)
        bytes.append(Self.format)
        bytes.append((document.gap == nil ? 0 : 1) | (document.comma ? 2 : 0))
        bytes.append(bigEndian: id.writer)
        bytes.append(bigEndian: id.number)
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: document.gap ?? 0))
        bytes += document.bytes
        return bytes
    }

    /// What the key of a realm's newest deletion holds: the write and the deleted key.
    static func deletion(_ id: WriteID) -> [UInt8] { EtcdValue(id: id, document: Encoded(bytes: [], gap: nil, comma: false)).bytes }

    /// What a realm's entry in the directory holds: its birth in nanoseconds.
    static func birth(_ birth: Timestamp) -> [UInt8] { Array("\(birth.nanoseconds)".utf8) }
    static func birth(_ bytes: ArraySlice<UInt8>) -> Timestamp {
        Timestamp(nanoseconds: Int64(String(decoding: bytes, as: UTF8.self)) ?? 0)
    }
}

extension ArraySlice<UInt8> {
    fileprivate var bigEndian: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
