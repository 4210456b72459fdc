import Documents

extension Constraints {
    /// The error that the service gives for an input that breaks its model.
    func error(_ violations: [Violation], operation: OperationModel) -> AWSError? {
        guard let first = violations.first else { return nil }
        switch model.wire {
        case .ec2: return Self.ec2(first)
        case .query where model.name == "iam" && first.rule.contains(Self.namePattern):
            return AWSError(
                "ValidationError",
                "The specified value for \(first.path) is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
        case .query, .restXML: return AWSError("ValidationError", Self.text(violations))
        case .restJSON, .json:
            let declared = operation.errors.contains("InvalidParameterException")
            return AWSError(declared ? "InvalidParameterException" : "ValidationException", Self.text(violations))
        }
    }

    /// The pattern of IAM's names, for whose breach it has words of its own.
    private static let namePattern = #"pattern: [\w+=,.@-]+"#

    private static func ec2(_ violation: Violation) -> AWSError {
        if violation.missing { return AWSError("MissingParameter", "The request must contain the parameter \(violation.wire)") }
        return AWSError(
            "InvalidParameterValue", "Value (\(text(violation.value))) for parameter \(violation.wire) is invalid. \(violation.rule)")
    }

    /// `2 validation errors detected: Value '…' at 'userName' failed to satisfy constraint: …; Value …`
    private static func text(_ violations: [Violation]) -> String {
        let parts = violations.map { violation in
            let value = violation.missing ? "null" : "'\(text(violation.value))'"
            return "Value \(value) at '\(violation.path)' failed to satisfy constraint: \(violation.rule)"
        }
        return "\(parts.count) validation error\(parts.count == 1 ? "" : "s") detected: \(parts.joined(separator: "; "))"
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let truth): String(truth)
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): text
        case .array(let items): "[\(items.map(text).joined(separator: ", "))]"
        case .object(let object): "{\(object.map { "\($0.key)=\(text($0.value))" }.joined(separator: ", "))}"
        }
    }
}
