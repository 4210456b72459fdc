/// A type that a message's field can hold.
package protocol WireValue: Sendable {
    /// From everything that the message holds under the field's number, in order.
    init(read contents: [WireContent])
    /// Puts the value behind what a message holds already; an empty value takes no place.
    func write(_ number: Int, to bytes: inout ArraySlice<UInt8>)
}

/// A type of which a field can hold a list.
package protocol WireElement: WireValue {
    /// Every element, in order.
    static func list(_ contents: [WireContent]) -> [Self]
    /// Puts every element behind what a message holds; an empty element takes its place too.
    static func write(_ list: [Self], _ number: Int, to bytes: inout ArraySlice<UInt8>)
}

/// A number of the wire with names.
package protocol WireEnumeration: WireValue, RawRepresentable where RawValue == Int {}

extension Int: WireElement {
    package init(read contents: [WireContent]) { self = Int(truncatingIfNeeded: contents.number) }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) {
        if self != 0 { bytes.appendVarint(UInt64(truncatingIfNeeded: self), field: number) }
    }
    /// Numbers one by one or packed.
    package static func list(_ contents: [WireContent]) -> [Int] {
        contents.flatMap { content -> [Int] in
            switch content {
            case .varint(let value): return [Int(truncatingIfNeeded: value)]
            case .bytes(let packed):
                var values: [Int] = []
                var reader = WireReader(packed)
                while let value = reader.varint() { values.append(Int(truncatingIfNeeded: value)) }
                return values
            }
        }
    }
    package static func write(_ list: [Int], _ number: Int, to bytes: inout ArraySlice<UInt8>) {
        for value in list { bytes.appendVarint(UInt64(truncatingIfNeeded: value), field: number) }
    }
}

extension Bool: WireValue {
    package init(read contents: [WireContent]) { self = contents.number != 0 }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { if self { bytes.appendVarint(1, field: number) } }
}

extension WireEnumeration {
    /// A number without a name reads as the first value.
    package init(read contents: [WireContent]) {
        guard let value = Self(rawValue: Int(read: contents)) ?? Self(rawValue: 0) else {
            preconditionFailure("an enumeration of the wire has a value 0")
        }
        self = value
    }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { rawValue.write(number, to: &bytes) }
}

extension String: WireElement {
    package init(read contents: [WireContent]) { self = String(decoding: contents.bytes, as: UTF8.self) }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { if !isEmpty { bytes.appendBytes(utf8, field: number) } }
    package static func list(_ contents: [WireContent]) -> [String] { contents.map { String(read: [$0]) } }
    package static func write(_ list: [String], _ number: Int, to bytes: inout ArraySlice<UInt8>) {
        for text in list { bytes.appendBytes(text.utf8, field: number) }
    }
}

extension Message: WireElement {
    package init(read contents: [WireContent]) { self.init(slice: contents.bytes) }
    /// A message takes its place even when it is empty: it is there.
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { bytes.appendBytes(self.bytes, field: number) }
    package static func list(_ contents: [WireContent]) -> [Self] { contents.map { Self(read: [$0]) } }
    package static func write(_ list: [Self], _ number: Int, to bytes: inout ArraySlice<UInt8>) {
        for message in list { message.write(number, to: &bytes) }
    }
}

/// Octets: a list of them is one run of bytes.
extension UInt8: WireElement {
    package init(read contents: [WireContent]) { self = UInt8(truncatingIfNeeded: contents.number) }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { Int(self).write(number, to: &bytes) }
    package static func list(_ contents: [WireContent]) -> [UInt8] { Array(contents.bytes) }
    package static func write(_ list: [UInt8], _ number: Int, to bytes: inout ArraySlice<UInt8>) {
        if !list.isEmpty { bytes.appendBytes(list, field: number) }
    }
}

extension Array: WireValue where Element: WireElement {
    package init(read contents: [WireContent]) { self = Element.list(contents) }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) { Element.write(self, number, to: &bytes) }
}

/// A map travels as a list of messages with key and value; here in the order of the keys.
extension Dictionary: WireValue where Key == String, Value == String {
    package init(read contents: [WireContent]) {
        let entries = Message<MapEntryFields>.list(contents)
        self.init(entries.map { ($0.key, $0.value) }) { $1 }
    }
    package func write(_ number: Int, to bytes: inout ArraySlice<UInt8>) {
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            var entry = Message<MapEntryFields>()
            entry.key = key
            entry.value = value
            entry.write(number, to: &bytes)
        }
    }
}

private struct MapEntryFields: MessageFields {
    let key = WireField<String>(1)
    let value = WireField<String>(2)
}
