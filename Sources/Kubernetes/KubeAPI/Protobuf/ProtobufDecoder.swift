package import Documents
package import KubeModel

/// Reads documents in Kubernetes' protobuf form, which its Go clients send. Source: Kubernetes documentation, "Kubernetes Protobuf encoding".
package final class ProtobufDecoder: Sendable {
    /// Reads the documents of Kubernetes 1.36.
    package static let kubernetes = ProtobufDecoder(.kubernetes, .kubernetes)
    private let schema: Schema
    private let table: ProtobufTable
    /// The type of each kind, by `apiVersion/kind`.
    private let types: [String: String]
    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1"
    private static let depthLimit = 100

    /// A decoder of the kinds of a table.
    package init(_ schema: Schema, _ kinds: KindTable) {
        self.schema = schema
        table = ProtobufTable(schema)
        var types = ["meta.k8s.io/v1/DeleteOptions": "\(Self.meta).DeleteOptions"]
        for row in kinds {
            types["\(row.apiVersion)/\(row.kind)"] = row.typeName
            types["\(row.apiVersion)/DeleteOptions"] = "\(Self.meta).DeleteOptions"
            for part in row.subresources where !part.typeName.isEmpty {
                types["\(part.group.isEmpty ? "" : "\(part.group)/")\(part.version)/\(part.kind)"] = part.typeName
            }
        }
        self.types = types
    }

    /// Reads one document with its envelope.
    /// - Throws: `DocumentError` for anything else, or a kind that is not known.
    package func decode(_ bytes: [UInt8]) throws(DocumentError) -> Value {
        guard bytes.starts(with: [0x6b, 0x38, 0x73, 0]) else {
            throw DocumentError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        var envelope = ProtobufReader(bytes.dropFirst(4))
        var (apiVersion, kind) = ("", "")
        var raw: ArraySlice<UInt8> = []
        while let (number, value) = try envelope.next() {
            guard case .bytes(let content) = value else { continue }
            if number == 1 {
                var typeMeta = ProtobufReader(content)
                while let (number, value) = try typeMeta.next() {
                    if number == 1 { apiVersion = try text(value) }
                    if number == 2 { kind = try text(value) }
                }
            } else if number == 2 {
                raw = content
            }
        }
        guard let type = types["\(apiVersion)/\(kind)"], let message = table.message(type) else {
            throw DocumentError("no kind \(kind.quoted) is registered for version \(apiVersion.quoted)")
        }
        var document: Value = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        try read(raw, message, into: &document, depth: 0)
        return document
    }

    private func read(_ bytes: ArraySlice<UInt8>, _ message: ProtobufTable.Message, into document: inout Value, depth: Int)
        throws(DocumentError)
    {
        guard depth < Self.depthLimit else { throw DocumentError("proto: exceeded max depth", at: bytes.startIndex) }
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.next() {
            switch message.members[number] {
            case nil: continue
            case .embedded(let inner):
                guard case .bytes(let content) = wire else { throw mismatch(bytes) }
                try read(content, inner, into: &document, depth: depth + 1)
            case .field(let field, let keepsEmpty):
                try add(wire, field, keepsEmpty: keepsEmpty, to: &document, depth: depth + 1)
            }
        }
    }

    private func add(_ wire: ProtobufReader.Wire, _ field: SchemaField, keepsEmpty: Bool, to document: inout Value, depth: Int)
        throws(DocumentError)
    {
        switch field.type {
        case .list(let element):
            var items = document[field.name].items
            if case .bytes(let content) = wire, [.int32, .int64, .bool].contains(element) {
                var packed = ProtobufReader(content)
                while let number = try packed.nextPacked() { items.append(try value(.varint(number), element, depth)) }
            } else {
                items.append(try value(wire, element, depth))
            }
            document[field.name] = .array(items)
        case .map(let element):
            guard case .bytes(let content) = wire else { throw DocumentError("proto: wrong wireType for field \(field.name)") }
            var entry = ProtobufReader(content)
            var key = ""
            var found = empty(element)
            while let (number, wire) = try entry.next() {
                if number == 1 { key = try text(wire) }
                if number == 2 { found = try value(wire, element, depth) }
            }
            var map = document[field.name].object ?? [:]
            map[key] = found
            document[field.name] = .object(map)
        default:
            let found = try value(wire, field.type, depth)
            if keepsEmpty || !isEmpty(found) { document[field.name] = found }
        }
    }

    private func value(_ wire: ProtobufReader.Wire, _ type: FieldType, _ depth: Int) throws(DocumentError) -> Value {
        switch (type, wire) {
        case (.string, .bytes): return .string(try text(wire))
        case (.bool, .varint(let number)): return .bool(number != 0)
        case (.int32, .varint(let number)): return .int(Int64(Int32(truncatingIfNeeded: number)))
        case (.int64, .varint(let number)): return .int(Int64(bitPattern: number))
        case (.double, .fixed64(let bits)): return .double(Double(bitPattern: bits))
        case (.bytes, .bytes(let content)): return .string(ProtobufScalar.base64(content))
        case (.quantity, .bytes(let content)):
            guard let wire = try ProtobufScalar.fields(content)[1] else { return "0" }
            return .string(try text(wire))
        case (.time, .bytes(let content)): return try ProtobufScalar.time(content, micro: false)
        case (.microTime, .bytes(let content)): return try ProtobufScalar.time(content, micro: true)
        case (.intOrString, .bytes(let content)): return try ProtobufScalar.intOrString(content)
        case (.any, .bytes(let content)), (.anyObject, .bytes(let content)):
            guard case .bytes(let json)? = try ProtobufScalar.fields(content)[1] else { return .null }
            return try JSON.parse(Array(json))
        case (.object(let id), .bytes(let content)):
            guard let message = table.message(schema[id].name) else { return .object([:]) }
            var document: Value = .object([:])
            try read(content, message, into: &document, depth: depth)
            return document
        case (.list(let element), .bytes(let content)):
            // A list within a map is a message of its own.
            var items: [Value] = []
            var reader = ProtobufReader(content)
            while let (number, wire) = try reader.next() { if number == 1 { items.append(try value(wire, element, depth)) } }
            return .array(items)
        default: throw DocumentError("proto: wrong wireType for a field")
        }
    }

    private func text(_ wire: ProtobufReader.Wire) throws(DocumentError) -> String {
        guard case .bytes(let content) = wire, let text = String(validating: content, as: UTF8.self) else {
            throw DocumentError("proto: a text is not UTF-8")
        }
        return text
    }
    private func mismatch(_ bytes: ArraySlice<UInt8>) -> DocumentError { DocumentError("proto: wrong wireType", at: bytes.startIndex) }

    private func isEmpty(_ value: Value) -> Bool {
        switch value {
        case .null, .bool(false), .int(0), .double(0), .string(""): true
        case .object(let object): object.isEmpty
        case .array(let items): items.isEmpty
        default: false
        }
    }
    private func empty(_ type: FieldType) -> Value {
        switch type {
        case .object, .map, .anyObject: .object([:])
        case .list: .array([])
        case .quantity: "0"
        case .bool: false
        case .int32, .int64, .intOrString: 0
        default: ""
        }
    }
}
