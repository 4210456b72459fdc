import Control
import Documents

/// Translates between XML answers and values by member names: the query protocol and EC2's form of it.
struct XMLShapes {
    let model: ServiceModel
    private let parameters: QueryShapes

    init(_ model: ServiceModel) { (self.model, parameters) = (model, QueryShapes(model)) }

    /// Writes the elements of a structure's members, in the model's order; absent members stay absent.
    func write(_ value: Value, structure index: Int, to writer: inout XMLWriter) {
        for member in model.shape(index).members {
            let part = value[member.name]
            if part != .null { write(part, member, named: member.wire, to: &writer) }
        }
    }

    private func write(_ value: Value, _ member: Member, named name: String, to writer: inout XMLWriter) {
        let shape = model.shape(member.shape)
        switch shape.form {
        case .structure: writer.element(name) { write(value, structure: member.shape, to: &$0) }
        case .list(let element):
            func items(_ name: String, _ writer: inout XMLWriter) {
                for item in value.items { write(item, element, named: name, to: &writer) }
            }
            if member.flattened { items(name, &writer) } else { writer.element(name) { items(element.wire, &$0) } }
        case .map(let key, let element):
            func entries(_ name: String, _ writer: inout XMLWriter) {
                for entry in value.object ?? [:] {
                    writer.element(name) { writer in
                        writer.element(key.wire, entry.key)
                        write(entry.value, element, named: element.wire, to: &writer)
                    }
                }
            }
            if member.flattened { entries(name, &writer) } else { writer.element(name) { entries("entry", &$0) } }
        default: if let text = parameters.scalarText(value, shape) { writer.element(name, text) }
        }
    }

    /// The value of a structure's element.
    func read(_ element: XMLElement, structure index: Int) -> Value {
        var result = Object()
        for member in model.shape(index).members {
            let value = read(element.all(member.wire), member)
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
            let items = member.flattened ? found : first.all(element.wire)
            return .array(items.map { read([$0], element) })
        case .map(let key, let element):
            var result = Object()
            for entry in member.flattened ? found : first.children {
                guard let name = entry[key.wire]?.text, result[name] == nil else { continue }
                result.append(Object.Member(name, read(entry.all(element.wire), element)))
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
