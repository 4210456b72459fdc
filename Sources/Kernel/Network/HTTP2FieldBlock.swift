import CNGHTTP2

/// Names and values one after the other, with nghttp2's view of each.
struct HTTP2FieldBlock {
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let entries: UnsafeMutableBufferPointer<nghttp2_nv>
    private(set) var count = 0
    private var used = 0

    init(text: UnsafeMutableBufferPointer<UInt8>, entries: UnsafeMutableBufferPointer<nghttp2_nv>) {
        (self.text, self.entries) = (text, entries)
    }

    /// Calls `body` with a block that has room for the fields, and for `count` others of `room` bytes together.
    static func with<Outcome>(_ fields: HTTPFields, room: Int, fields count: Int, _ body: (inout HTTP2FieldBlock) -> Outcome) -> Outcome {
        var bytes = room
        for (name, value) in fields { bytes += name.utf8.count + value.utf8.count }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes) { text in
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count + count) { entries in
                var block = HTTP2FieldBlock(text: text, entries: entries)
                return body(&block)
            }
        }
    }

    /// What nghttp2 takes; valid within `with`.
    var fields: UnsafePointer<nghttp2_nv>? { UnsafePointer(entries.baseAddress) }

    /// Adds a field; one whose name is no token is left out, and control characters in a value become spaces.
    mutating func add(_ name: String, _ value: String) {
        let (nameStart, nameLength) = (used, copy(name))
        let isName = text[nameStart..<used].allSatisfy { isTokenByte($0) || $0 == UInt8(ascii: ":") }
        guard isName, nameLength > 0 else {
            used = nameStart
            return
        }
        let (valueStart, valueLength) = (used, copy(value))
        for index in valueStart..<used where text[index] < 0x20 { text[index] = 0x20 }
        entries.initializeElement(
            at: count,
            to: nghttp2_nv(
                name: text.baseAddress.map { $0 + nameStart }, value: text.baseAddress.map { $0 + valueStart }, namelen: nameLength,
                valuelen: valueLength, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
        count += 1
    }

    /// Adds a field of ours, of which the name is known to be one.
    mutating func add(own name: StaticString, _ value: String) {
        let (valueStart, valueLength) = (used, copy(value))
        entries.initializeElement(
            at: count,
            to: nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start), value: text.baseAddress.map { $0 + valueStart },
                namelen: name.utf8CodeUnitCount, valuelen: valueLength, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
        count += 1
    }

    /// Adds fields that were laid out before.
    mutating func add(_ prepared: PreparedFields) {
        for entry in prepared.entries {
            entries.initializeElement(at: count, to: entry)
            count += 1
        }
    }

    private mutating func copy(_ string: String) -> Int {
        var string = string
        let room = UnsafeMutableBufferPointer(rebasing: text[used...])
        let length = string.withUTF8 { bytes in
            _ = room.update(fromContentsOf: bytes)
            return bytes.count
        }
        used += length
        return length
    }
}
