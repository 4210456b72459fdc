import Documents
import _StringProcessing

/// One way in which an input breaks its model.
struct Violation: Hashable {
    /// `tags.1.member.key`, each part beginning in lower case.
    let path: String
    /// The member's name on the wire.
    let wire: String
    let value: Value
    /// What AWS says, as `Member must not be null`.
    let rule: String
    /// The member is required and absent.
    let missing: Bool
}

/// Checks inputs against the constraints of a service's model.
struct Constraints {
    let model: ServiceModel
    private static let mostViolations = 10

    /// All violations of a structure, in the model's order, ten at most.
    func check(_ input: Value, structure index: Int) -> [Violation] {
        var violations: [Violation] = []
        check(input, structure: index, path: "", into: &violations)
        return Array(violations.prefix(Self.mostViolations))
    }

    private func check(_ input: Value, structure index: Int, path: String, into violations: inout [Violation]) {
        for member in model.shape(index).members {
            let name = member.name.prefix(1).lowercased() + member.name.dropFirst()
            let value = input[member.name]
            let place = path.isEmpty ? name : "\(path).\(name)"
            if value == .null {
                guard member.required else { continue }
                violations.append(
                    Violation(path: place, wire: wire(member), value: .null, rule: "Member must not be null", missing: true))
            } else {
                check(value, member, path: place, into: &violations)
            }
        }
    }

    private func wire(_ member: Member) -> String { model.wire == .ec2 ? QueryShapes(model).name(of: member) : member.wire }

    private func check(_ value: Value, _ member: Member, path: String, into violations: inout [Violation]) {
        guard violations.count < Self.mostViolations else { return }
        let shape = model.shape(member.shape)
        func violation(_ rule: String) {
            violations.append(Violation(path: path, wire: wire(member), value: value, rule: rule, missing: false))
        }
        switch shape.form {
        case .structure: check(value, structure: member.shape, path: path, into: &violations)
        case .list(let element):
            bounds(Double(value.items.count), shape, "length", violation)
            for (index, item) in value.items.enumerated() {
                check(item, element, path: "\(path).\(index + 1).member", into: &violations)
            }
        case .map(let key, let element):
            let object = value.object ?? [:]
            bounds(Double(object.count), shape, "length", violation)
            for entry in object {
                check(.string(entry.key), key, path: "\(path).key", into: &violations)
                check(entry.value, element, path: "\(path).\(entry.key).member", into: &violations)
            }
        case .string:
            guard let text = value.string else { return }
            bounds(Double(text.unicodeScalars.count), shape, "length", violation)
            if !shape.enumeration.isEmpty, !shape.enumeration.contains(text) {
                violation("Member must satisfy enum value set: [\(shape.enumeration.joined(separator: ", "))]")
            }
            if !shape.pattern.isEmpty, !Self.matches(text, shape.pattern) {
                violation("Member must satisfy regular expression pattern: \(shape.pattern)")
            }
        case .integer, .long, .float, .double: bounds(value.double ?? 0, shape, "value", violation)
        case .boolean, .blob, .timestamp: break
        }
    }

    private func bounds(_ number: Double, _ shape: Shape, _ what: String, _ violation: (String) -> Void) {
        if let minimum = shape.minimum, number < minimum {
            violation("Member must have \(what) greater than or equal to \(Self.text(minimum))")
        }
        if let maximum = shape.maximum, number > maximum {
            violation("Member must have \(what) less than or equal to \(Self.text(maximum))")
        }
    }
    private static func text(_ bound: Double) -> String {
        bound == bound.rounded() && abs(bound) < 1e18 ? String(Int64(bound)) : String(bound)
    }

    /// The pattern for this platform, whose regular expressions have scalars where Java's have surrogate pairs; nil when it cannot be read.
    static func regex(_ pattern: String) -> Regex<AnyRegexOutput>? {
        try? Regex(pattern.replacing(#"\uD800\uDC00-\uDBFF\uDFFF"#, with: #"\u{10000}-\u{10FFFF}"#)).matchingSemantics(.unicodeScalar)
    }

    /// Whether the whole text matches; a pattern that cannot be read is taken as matched.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let regex = regex(pattern) else { return true }
        return (try? regex.wholeMatch(in: text)) ?? nil != nil
    }
}
