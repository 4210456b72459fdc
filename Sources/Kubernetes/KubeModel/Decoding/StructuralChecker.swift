import Control
import Documents

/// Walks a document along its type. Source: the behaviour of upstream's JSON decoder.
struct StructuralChecker {
    struct Mismatch: Error {
        let message: String
    }
    private enum Step {
        case name(String)
        case key(String)
        case index(Int)
    }
    let schema: Schema
    /// Whether the way to a fault is noted. Faults are rare, so a document is walked without, and once more when it has any.
    private let tracing: Bool
    /// The paths of fields that the types do not have; only their number means something unless traced.
    private(set) var unknown: [String] = []
    private var path: [Step] = []

    init(schema: Schema, tracing: Bool) { (self.schema, self.tracing) = (schema, tracing) }

    /// The document in the shape of the type.
    mutating func shape(_ value: Value, _ type: ObjectType) throws(Mismatch) -> Value {
        guard case .object(let object) = value else {
            throw Mismatch(message: "json: cannot unmarshal \(Self.name(of: value)) into Go value of type \(Self.goName(type))")
        }
        return try members(object, type.id.index).map { .object($0) } ?? value
    }

    private mutating func enter(_ step: @autoclosure () -> Step) { if tracing { path.append(step()) } }
    private mutating func leave() { if tracing { path.removeLast() } }

    // What follows returns nil for what has its shape already, so that it need not be copied.

    private mutating func members(_ object: Object, _ type: Int) throws(Mismatch) -> Object? {
        var result: Object?
        for index in object.indices {
            let member = object[index]
            enter(.name(member.key))
            if let row = schema.fields.find(member.key, in: type), !member.value.isNull {
                let shaped = try shape(member.value, row, type)
                if shaped != nil, result == nil { result = object.prefix(index) }
                result?.append(shaped.map { Object.Member(member.key, $0) } ?? member)
            } else {
                if schema.fields.find(member.key, in: type) == nil, unknown.count < 100 { unknown.append(strictPath) }
                result = result ?? object.prefix(index)
            }
            leave()
        }
        return result
    }

    private mutating func shape(_ value: Value, _ row: FieldIndex.Row, _ owner: Int) throws(Mismatch) -> Value? {
        switch (row.nesting, value) {
        case (.object, .object(let object)): return try members(object, Int(row.target)).map { .object($0) }
        case (.list, .array(let items)):
            return try elements(items) { (checker, item) throws(Mismatch) in
                guard case .object(let object) = item else { return try checker.shape(item, .object(TypeID(Int(row.target))), in: owner) }
                return try checker.members(object, Int(row.target)).map { .object($0) }
            }
        default:
            if Self.fits(value, row.scalar) { return nil }
            return try shape(value, schema.types[owner].fields[Int(row.field)].type, in: owner)
        }
    }
    /// Whether a value is good as it is, as far as that shows without a look at the shared types.
    private static func fits(_ value: Value, _ scalar: FieldIndex.Scalar) -> Bool {
        switch (scalar, value) {
        case (.string, .string), (.bool, .bool), (.int64, .int), (.double, .int), (.double, .double), (.any, _), (.anyObject, .object): true
        case (.int32, .int(let number)): Int32(exactly: number) != nil
        case (.strings, .array(let items)): items.allSatisfy { if case .string = $0 { true } else { false } }
        case (.stringMap, .object(let object)): object.allSatisfy { if case .string = $0.value { true } else { false } }
        default: false
        }
    }

    private mutating func shape(_ value: Value, _ type: FieldType, in owner: Int) throws(Mismatch) -> Value? {
        if value.isNull, type != .any { return Self.zero(type) }
        switch (type, value) {
        case (.any, _), (.anyObject, .object), (.string, .string), (.bool, .bool), (.int64, .int), (.double, .int), (.double, .double):
            return nil
        case (.int32, .int(let number)) where Int32(exactly: number) != nil: return nil
        case (.intOrString, .string): return nil
        case (.intOrString, .int(let number)) where Int32(exactly: number) != nil: return nil
        case (.intOrString, _): throw Mismatch(message: "json: cannot unmarshal \(Self.text(of: value)) into Go value of type int32")
        case (.quantity, .string(let text)) where PlainQuantity(text)?.isCanonical == true: return nil
        case (.quantity, _): return Self.change(value, try quantity(value))
        case (.time, _): return Self.change(value, try time(value, micro: false))
        case (.microTime, _): return Self.change(value, try time(value, micro: true))
        case (.bytes, .string(let text)):
            try bytes(text)
            return nil
        case (.object(let id), .object(let object)): return try members(object, id.index).map { .object($0) }
        case (.list(let element), .array(let items)):
            return try elements(items) { (checker, item) throws(Mismatch) in try checker.shape(item, element, in: owner) }
        case (.map(let element), .object(let object)): return try entries(object, element, owner).map { .object($0) }
        default: throw mismatch(value, type, schema.types[owner])
        }
    }
    private static func change(_ value: Value, _ shaped: Value) -> Value? { shaped == value ? .none : .some(shaped) }

    private mutating func elements(
        _ items: [Value], _ shape: (inout StructuralChecker, Value) throws(Mismatch) -> Value?
    ) throws(Mismatch) -> Value? {
        var result: [Value]?
        for index in items.indices {
            enter(.index(index))
            if let shaped = try shape(&self, items[index]) {
                if result == nil { result = items }
                result?[index] = shaped
            }
            leave()
        }
        return result.map { .array($0) }
    }

    private mutating func entries(_ object: Object, _ type: FieldType, _ owner: Int) throws(Mismatch) -> Object? {
        var result: Object?
        for index in object.indices {
            enter(.key(object[index].key))
            if let shaped = try shape(object[index].value, type, in: owner) {
                if result == nil { result = object }
                result?[index].value = shaped
            }
            leave()
        }
        return result
    }

    private func quantity(_ value: Value) throws(Mismatch) -> Value {
        switch value {
        case .string(let text):
            do { return try Quantity(parsing: text.trimmingSpaces).value } catch { throw Mismatch(message: error.description) }
        case .int, .double: if let quantity = Quantity(value) { return quantity.value }
        default: break
        }
        throw Mismatch(message: Quantity.ParseError.wrongFormat.description)
    }

    private func time(_ value: Value, micro: Bool) throws(Mismatch) -> Value {
        guard let text = value.string else {
            throw Mismatch(message: "json: cannot unmarshal \(Self.name(of: value)) into Go value of type string")
        }
        guard let time = Timestamp(text) else {
            let layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
            throw Mismatch(message: "parsing time \(text.quoted) as \(layout.quoted): cannot parse \(text.quoted) as \"2006\"")
        }
        return .string(micro ? time.microText : time.text)
    }

    private func bytes(_ text: String) throws(Mismatch) {
        let utf8 = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let padding = utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let digits = utf8.dropLast(min(padding, 2))
        if let bad = digits.firstIndex(where: { !Self.isBase64($0) }) {
            throw Mismatch(message: "illegal base64 data at input byte \(bad)")
        }
        if utf8.count % 4 != 0 { throw Mismatch(message: "illegal base64 data at input byte \(utf8.count / 4 * 4)") }
    }
    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
        }
    }

    /// What a null in a list or map stands for.
    private static func zero(_ type: FieldType) -> Value {
        switch type {
        case .string, .bytes: ""
        case .bool: false
        case .int32, .int64, .double, .intOrString: 0
        case .quantity: "0"
        case .object, .map, .anyObject: .object([:])
        case .list: .array([])
        case .any, .time, .microTime: .null
        }
    }
}

// The words of upstream's decoder.
extension StructuralChecker {
    private var strictPath: String {
        path.reduce("") { text, step in
            switch step {
            case .name(let name), .key(let name): text.isEmpty ? name : "\(text).\(name)"
            case .index(let index): "\(text)[\(index)]"
            }
        }
    }

    private func mismatch(_ value: Value, _ type: FieldType, _ owner: ObjectType) -> Mismatch {
        let names = path.compactMap { step in if case .name(let name) = step { name } else { nil } }
        let found =
            switch type {
            case .int32, .int64, .double: Self.text(of: value)
            default: Self.name(of: value)
            }
        let place = "\(owner.shortName).\(names.joined(separator: "."))"
        return Mismatch(message: "json: cannot unmarshal \(found) into Go struct field \(place) of type \(goName(type))")
    }

    private static func name(of value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
    private static func text(of value: Value) -> String {
        switch value {
        case .int, .double: "number \(JSON.text(value, pretty: false))"
        default: name(of: value)
        }
    }
    private static func goName(_ type: ObjectType) -> String {
        let parts = type.name.split(separator: ".")
        return parts.suffix(2).joined(separator: ".")
    }
    private func goName(_ type: FieldType) -> String {
        switch type {
        case .string, .time, .microTime, .quantity: "string"
        case .bool: "bool"
        case .int32, .intOrString: "int32"
        case .int64: "int64"
        case .double: "float64"
        case .bytes: "[]uint8"
        case .any: "interface {}"
        case .anyObject: "map[string]interface {}"
        case .object(let id): Self.goName(schema[id])
        case .list(let element): "[]\(goName(element))"
        case .map(let element): "map[string]\(goName(element))"
        }
    }
}

extension String {
    var trimmingSpaces: String {
        let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard utf8.first.map(blank) ?? false || utf8.last.map(blank) ?? false else { return self }
        var rest = utf8[...].drop(while: blank)
        while let last = rest.last, blank(last) { rest.removeLast() }
        return String(Substring(rest))
    }
}
