import Control
import Documents
import Network

/// Translates between query parameters and values by member names: the query protocol and EC2's form of it.
/// Source: Smithy, AWS query and EC2 query protocols.
struct QueryShapes {
    let model: ServiceModel
    private var ec2: Bool { model.wire == .ec2 }

    init(_ model: ServiceModel) { self.model = model }

    /// What takes the place of a parameter's name in a request.
    func name(of member: Member) -> String {
        guard ec2 else { return member.wire }
        if !member.queryName.isEmpty { return member.queryName }
        guard let first = member.wireName.first else { return member.name }
        return first.uppercased() + member.wireName.dropFirst()
    }

    /// The input that the parameters stand for.
    /// - Throws: `AWSError` for a parameter that is not of its type or, in EC2, not known.
    func read(_ parameters: Parameters, structure index: Int, common: Set<String> = []) throws(AWSError) -> Value {
        var result = Object()
        let members = model.shape(index).members
        for member in members {
            guard let branch = parameters[name(of: member)] else { continue }
            let value = try read(branch, member)
            if value != .null { result.append(Object.Member(member.name, value)) }
        }
        if ec2 {
            let known = Set(members.map(name(of:))).union(common)
            if let stranger = parameters.children.filter({ !known.contains($0.key) }).map(\.value.path).min() {
                throw AWSError("UnknownParameter", "The parameter \(stranger) is not recognized")
            }
        }
        return .object(result)
    }

    private func read(_ branch: Parameters, _ member: Member) throws(AWSError) -> Value {
        let shape = model.shape(member.shape)
        switch shape.form {
        case .structure: return try read(branch, structure: member.shape)
        case .list(let element):
            let flat = ec2 || member.flattened
            let items = (flat ? branch : branch[element.wire])?.numbered ?? []
            if items.isEmpty, branch.value != "" || ec2 { return .null }
            var result: [Value] = []
            for item in items { result.append(try read(item, element)) }
            return .array(result)
        case .map(let key, let element):
            var result = Object()
            for entry in (member.flattened ? branch : branch["entry"])?.numbered ?? [] {
                guard let name = entry[key.wire]?.value, result[name] == nil, let value = entry[element.wire] else { continue }
                result.append(Object.Member(name, try read(value, element)))
            }
            return .object(result)
        default: return try scalar(branch, shape)
        }
    }

    private func scalar(_ branch: Parameters, _ shape: Shape) throws(AWSError) -> Value {
        guard let text = branch.value else { return .null }
        let value: Value?
        switch shape.form {
        case .integer: value = Int32(text).map { .int(Int64($0)) }
        case .long: value = Int64(text).map { .int($0) }
        case .float, .double: value = Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .boolean: value = ["true": Value.bool(true), "false": .bool(false)][text.lowercased()]
        case .timestamp: value = Times.read(.string(text)).map { .string($0.text) }
        default: value = .string(text)
        }
        guard let value else { throw malformed(branch.path, text, shape) }
        return value
    }

    private func malformed(_ path: String, _ text: String, _ shape: Shape) -> AWSError {
        guard ec2 else { return AWSError("MalformedInput", "Value '\(text)' at '\(path)' is not a valid \(shape.name)") }
        switch shape.form {
        case .boolean: return AWSError("InvalidParameterValue", "Invalid value '\(text)' for boolean parameter \(path)")
        case .integer, .long:
            return AWSError("InvalidParameterValue", "Value (\(text)) for parameter \(path) is invalid. Expecting an integer.")
        default: return AWSError("InvalidParameterValue", "Value (\(text)) for parameter \(path) is invalid.")
        }
    }

    /// The parameters of an input, in the model's order.
    func write(_ input: Value, structure index: Int, prefix: String = "") -> [URLTarget.Item] {
        model.shape(index).members.flatMap { member in
            let value = input[member.name]
            return value == .null ? [] : write(value, member, prefix + name(of: member))
        }
    }

    private func write(_ value: Value, _ member: Member, _ name: String) -> [URLTarget.Item] {
        let shape = model.shape(member.shape)
        switch shape.form {
        case .structure: return write(value, structure: member.shape, prefix: name + ".")
        case .list(let element):
            let prefix = ec2 || member.flattened ? name : "\(name).\(element.wire)"
            if value.items.isEmpty { return ec2 ? [] : [URLTarget.Item(name, "")] }
            return value.items.enumerated().flatMap { write($1, element, "\(prefix).\($0 + 1)") }
        case .map(let key, let element):
            let prefix = member.flattened ? name : "\(name).entry"
            return (value.object ?? [:]).enumerated().flatMap { index, entry in
                [URLTarget.Item("\(prefix).\(index + 1).\(key.wire)", entry.key)]
                    + write(entry.value, element, "\(prefix).\(index + 1).\(element.wire)")
            }
        default: return scalarText(value, shape).map { [URLTarget.Item(name, $0)] } ?? []
        }
    }

    /// The text of a scalar in a parameter or element; nil when the value is not one.
    func scalarText(_ value: Value, _ shape: Shape) -> String? {
        if case .timestamp = shape.form { return Times.text(value, milliseconds: ec2) }
        return switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) + ".0" : String(number)
        case .bool(let truth): truth ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
