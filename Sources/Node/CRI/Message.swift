/// The fields of one kind of message: constants of `WireField`.
package protocol MessageFields: Sendable {
    init()
}

/// The number under which a message carries a value.
package struct WireField<Value: WireValue>: Sendable {
    /// Source: the message's definition.
    let number: Int
    init(_ number: Int) { self.number = number }
}

/// A protobuf message as its bytes on the wire. Reading a field looks it up there, writing one puts it behind the others; an absent field
/// reads as its empty value, and fields that are not known here survive.
@dynamicMemberLookup
package struct Message<Fields: MessageFields>: Sendable, Hashable {
    /// As on the wire.
    package private(set) var bytes: ArraySlice<UInt8>

    /// An empty message.
    package init() { bytes = [] }
    /// A message that came over the wire.
    package init(_ bytes: [UInt8]) { self.bytes = bytes[...] }
    init(slice: ArraySlice<UInt8>) { bytes = slice }

    /// A field by its name.
    package subscript<Value>(dynamicMember path: KeyPath<Fields, WireField<Value>>) -> Value {
        get { Value(read: contents(of: Fields()[keyPath: path].number)) }
        set {
            let number = Fields()[keyPath: path].number
            remove(number)
            newValue.write(number, to: &bytes)
        }
    }

    /// Whether a field was sent, which tells an empty message from none.
    package func has<Value>(_ path: KeyPath<Fields, WireField<Value>>) -> Bool { !contents(of: Fields()[keyPath: path].number).isEmpty }

    private func contents(of number: Int) -> [WireContent] {
        var found: [WireContent] = []
        var reader = WireReader(bytes)
        while let field = reader.next() { if field.number == number { found.append(field.content) } }
        return found
    }

    private mutating func remove(_ number: Int) {
        guard !contents(of: number).isEmpty else { return }
        var kept: ArraySlice<UInt8> = []
        var reader = WireReader(bytes)
        while let field = reader.next() { if field.number != number { kept += field.whole } }
        bytes = kept
    }
}
