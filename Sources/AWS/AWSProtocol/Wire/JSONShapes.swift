import Control
import Documents

/// Translates between JSON bodies and values by member names, as a service's model says.
///
/// Inside the program a timestamp is a text of RFC 3339 and a blob a text of base 64; a handler may also give seconds since the epoch.
struct JSONShapes {
    let model: ServiceModel

    /// The value that a body's JSON stands for. Members that the model does not know are passed over.
    /// - Throws: `AWSError` SerializationException when a member has another type.
    func read(_ json: Value, _ member: Member) throws(AWSError) -> Value {
        let shape = model.shape(member.shape)
        switch (shape.form, json) {
        case (_, .null): return .null
        case (.structure(let members), .object): return try readStructure(json, members)
        case (.list(let element), .array(let items)):
            var result: [Value] = []
            for item in items { result.append(try read(item, element)) }
            return .array(result)
        case (.map(_, let element), .object(let object)):
            var result = Object()
            for entry in object { result.append(Object.Member(entry.key, try read(entry.value, element))) }
            return .object(result)
        case (.string, .string), (.blob, .string), (.boolean, .bool), (.integer, .int), (.long, .int): return json
        case (.float, .int), (.float, .double), (.double, .int), (.double, .double): return json
        case (.timestamp, .int), (.timestamp, .double), (.timestamp, .string): return try readTime(json)
        default: throw mismatch(json, shape)
        }
    }

    /// The members of a structure that travel in the body.
    func readStructure(_ json: Value, _ members: [Member]) throws(AWSError) -> Value {
        var result = Object()
        for member in members where member.location == .body && !member.payload {
            let value = try read(json[member.wire], member)
            if value != .null { result.append(Object.Member(member.name, value)) }
        }
        return .object(result)
    }

    /// The JSON of a value.
    func write(_ value: Value, _ member: Member) -> Value {
        let shape = model.shape(member.shape)
        switch shape.form {
        case .structure(let members): return writeStructure(value, members)
        case .list(let element): return value.array.map { .array($0.map { write($0, element) }) } ?? .null
        case .map(_, let element):
            guard let object = value.object else { return .null }
            return .object(Object(object.map { Object.Member($0.key, write($0.value, element)) }))
        case .timestamp:
            let format = member.timestampFormat.isEmpty ? shape.timestampFormat : member.timestampFormat
            return Times.json(value, format: format)
        default: return value
        }
    }

    /// The JSON of a structure's body members; absent members stay absent.
    func writeStructure(_ value: Value, _ members: [Member]) -> Value {
        guard value.object != nil else { return .null }
        var result = Object()
        for member in members where member.location == .body && !member.payload {
            let written = write(value[member.name], member)
            if written != .null { result.append(Object.Member(member.wire, written)) }
        }
        return .object(result)
    }

    private func readTime(_ json: Value) throws(AWSError) -> Value {
        guard let time = Times.read(json) else {
            throw AWSError("SerializationException", "Unable to parse date: \(json.string ?? "")")
        }
        return .string(time.text)
    }

    private func mismatch(_ json: Value, _ shape: Shape) -> AWSError {
        let target =
            switch shape.form {
            case .string, .blob: "String"
            case .integer: "Integer"
            case .long: "Long"
            case .float, .double: "Double"
            case .boolean: "Boolean"
            case .timestamp: "Timestamp"
            case .list, .map, .structure: ""
            }
        let message =
            switch json {
            case .object: "Start of structure or map found where not expected."
            case .array: "Start of list found where not expected"
            case .string: target.isEmpty ? "Unexpected field type" : "STRING_VALUE cannot be converted to \(target)"
            case .int: target.isEmpty ? "Unexpected field type" : "NUMBER_VALUE cannot be converted to \(target)"
            case .double: target.isEmpty ? "Unexpected field type" : "DECIMAL_VALUE cannot be converted to \(target)"
            case .bool(let truth):
                target.isEmpty ? "Unexpected field type" : "\(truth ? "TRUE" : "FALSE")_VALUE cannot be converted to \(target)"
            case .null: "Unexpected null"
            }
        return AWSError("SerializationException", message)
    }
}
