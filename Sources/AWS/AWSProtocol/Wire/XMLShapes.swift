import Control
import Documents

/// Translates between XML answers and values by member names: the query protocol and EC2's form of it.
struct XMLShapes {
    let model: ServiceModel
    private let parameters: QueryShapes

    init(_ model: ServiceModel) { (self.model, parameters) = (model, QueryShapes(model)) }

    /// The elements of a structure's members, in the model's order; absent members stay absent.
    func write(_ value: Value, structure index: Int) -> [XMLElement] {
        model.shape(index).members.flatMap { member in
            let part = value[member.name]
            return part == .null ? [] : write(part, member, named: member.wire)
        }
    }

    private func write(_ value: Value, _ member: Member, named name: String) -> [XMLElement] {
        let shape = model.shape(member.shape)
        switch shape.form {
        case .structure: return [XMLElement(name, children: write(value, structure: member.shape))]
        case .list(let element):
            let flat = member.flattened
            let items = value.items.flatMap { write($0, element, named: flat ? name : element.wire) }
            return flat ? items : [XMLElement(name, children: items)]
        case .map(let key, let element):
            let entries = (value.object ?? [:]).map { entry in
                XMLElement(
                    member.flattened ? name : "entry",
                    children: [XMLElement(key.wire, text: entry.key)] + write(entry.value, element, named: element.wire))
            }
            return member.flattened ? entries : [XMLElement(name, children: entries)]
        default: return parameters.scalarText(value, shape).map { [XMLElement(name, text: $0)] } ?? []
        }
    }

    /// The value of a structure's element.
    func read(_ element: XMLElement, structure index: Int) -> Value {
        var result = Object()
        for member in model.shape(index).members {
            let value = read(element.children.filter { $0.name == member.wire }, member)
            if value != .null { result.append(Object.Member(member.name, value)) }
        }
        return .object(result)
    }

    private func read(_ found: [XMLElement], _ member: Member) -> Value {
        let shape = model.shape(member.shape)
        guard let first = found.first else { return .null }
        switch shape.form {
        case .structure: return read(first, structure: member.shape)
        case .list(let element):
            let items = member.flattened ? found : first.children.filter { $0.name == element.wire }
            return .array(items.map { read([$0], element) })
        case .map(let key, let element):
            var result = Object()
            for entry in member.flattened ? found : first.children {
                guard let name = entry[key.wire]?.text, result[name] == nil else { continue }
                result.append(Object.Member(name, read(entry.children.filter { $0.name == element.wire }, element)))
            }
            return .object(result)
        case .integer, .long: return Int64(first.text).map { .int($0) } ?? .null
        case .float, .double: return Double(first.text).map { .double($0) } ?? .null
        case .boolean: return .bool(first.text == "true")
        case .timestamp: return Times.read(.string(first.text)).map { .string($0.text) } ?? .null
        case .string, .blob: return .string(first.text)
        }
    }
}
