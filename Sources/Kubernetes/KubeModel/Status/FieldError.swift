package import Documents

/// What is wrong with one field of a document. Source: apimachinery, field.Error.
package struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed set of faults; the raw value is what the message says.
    package enum Fault: String, Sendable, Hashable {
        case notFound = "Not found"
        case required = "Required value"
        case duplicate = "Duplicate value"
        case invalid = "Invalid value"
        case notSupported = "Unsupported value"
        case forbidden = "Forbidden"
        case tooLong = "Too long"
        case tooMany = "Too many"
        case internalError = "Internal error"
    }
    /// What is wrong, where, with which value, and the rest of the sentence.
    package let fault: Fault
    package let path: FieldPath
    package let value: Value
    package let detail: String
    private init(_ fault: Fault, _ path: FieldPath, _ value: Value, _ detail: String) {
        (self.fault, self.path, self.value, self.detail) = (fault, path, value, detail)
    }

    /// A value that must be there.
    package static func required(_ path: FieldPath, _ detail: String = "") -> FieldError { FieldError(.required, path, .null, detail) }
    /// A value that is wrong.
    package static func invalid(_ path: FieldPath, _ value: Value, _ detail: String) -> FieldError {
        FieldError(.invalid, path, value, detail)
    }
    /// A value that is there twice.
    package static func duplicate(_ path: FieldPath, _ value: Value) -> FieldError { FieldError(.duplicate, path, value, "") }
    /// A value that may not be there.
    package static func forbidden(_ path: FieldPath, _ detail: String) -> FieldError { FieldError(.forbidden, path, .null, detail) }
    /// A value that refers to nothing.
    package static func notFound(_ path: FieldPath, _ value: Value) -> FieldError { FieldError(.notFound, path, value, "") }
    /// A value of more than `limit` bytes.
    package static func tooLong(_ path: FieldPath, limit: Int) -> FieldError {
        FieldError(.tooLong, path, .null, "may not be more than \(limit) bytes")
    }
    /// A list or map of more than `limit` members.
    package static func tooMany(_ path: FieldPath, count: Int, limit: Int) -> FieldError {
        FieldError(.tooMany, path, .int(Int64(count)), "must have at most \(limit) items")
    }
    /// A value outside a closed set.
    package static func notSupported(_ path: FieldPath, _ value: Value, _ supported: [String]) -> FieldError {
        FieldError(.notSupported, path, value, "supported values: " + supported.map(\.quoted).joined(separator: ", "))
    }

    /// The reason in a Status cause, as in `FieldValueInvalid`.
    package var reason: String {
        switch fault {
        case .notFound: "FieldValueNotFound"
        case .required: "FieldValueRequired"
        case .duplicate: "FieldValueDuplicate"
        case .invalid: "FieldValueInvalid"
        case .notSupported: "FieldValueNotSupported"
        case .forbidden: "FieldValueForbidden"
        case .tooLong: "FieldValueTooLong"
        case .tooMany: "FieldValueTooMany"
        case .internalError: "InternalError"
        }
    }
    /// The message without the path.
    package var body: String {
        var text = fault.rawValue
        switch fault {
        case .required, .forbidden, .tooLong, .internalError: break
        default: text += ": " + (value.string?.quoted ?? JSON.text(value, pretty: false))
        }
        return detail.isEmpty ? text : "\(text): \(detail)"
    }
    package var description: String { "\(path): \(body)" }
}

extension String {
    /// The text in double quotes, escaped as Go's `%q` does.
    package var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
