import Control
import Documents

extension PrinterColumn {
    /// A column that a definition adds. Source: apiextensions-apiserver, tableconvertor.
    init(_ column: Value) {
        let path = column["jsonPath"].string ?? ""
        let text = column["description"].string ?? ""
        self.init(
            name: column["name"].string ?? "", type: column["type"].string ?? "string", format: column["format"].string ?? "",
            priority: column["priority"].int ?? 0, source: (try? JSONPath(path)).map { .path($0) } ?? .member([], absent: nil),
            description: text.isEmpty ? "Custom resource definition column (in JSONPath format): \(path)" : text)
    }

    /// The content of a cell that a path leads to; null for what is not there or has another type.
    static func cell(_ value: Value?, type: String, now: Timestamp) -> Value {
        guard let value, !value.isNull else { return .null }
        switch type {
        case "integer":
            if case .double(let number) = value { return Int64(exactly: number.rounded(.towardZero)).map { .int($0) } ?? .null }
            return value.int == nil ? .null : value
        case "number": return value.double == nil ? .null : value
        case "boolean": return value.bool == nil ? .null : value
        case "date":
            guard let text = value.string else { return .null }
            return .string(HumanDuration.since(text, now: now) ?? "<invalid>")
        default: return .string(value.string ?? JSON.text(value, pretty: false))
        }
    }
}

extension PrinterColumns {
    /// The columns of a custom kind: its name and those that the definition adds, else its age.
    static func custom(_ added: [Value]) -> [PrinterColumn] {
        let age: Value = [
            "name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp",
            "description": .string(
                "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be "
                    + "set in happens-before order across separate operations. Clients may not set this value. It is represented in "
                    + "RFC3339 form and is in UTC."),
        ]
        return [name] + (added.isEmpty ? [age] : added).map { PrinterColumn($0) }
    }
}
