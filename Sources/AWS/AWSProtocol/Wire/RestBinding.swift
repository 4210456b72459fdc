import Control
import Documents
import Network

/// Binds inputs and outputs of the REST protocols to path, query, header and body. Source: Smithy, HTTP binding traits.
struct RestBinding {
    let model: ServiceModel

    /// The operation of a method and path, with the decoded labels; the one with most literal segments wins.
    func route(_ method: String, _ target: URLTarget) -> (operation: OperationModel, labels: [String: String])? {
        guard let segments = target.segments else { return nil }
        var best: (operation: OperationModel, labels: [String: String])?
        var most = -1
        for operation in model.operations.values where operation.method == method {
            guard let labels = Self.match(operation.segments, segments) else { continue }
            let literals = operation.segments.count { if case .literal = $0 { true } else { false } }
            if literals > most { (best, most) = ((operation, labels), literals) }
        }
        return best
    }

    private static func match(_ template: [URISegment], _ segments: [String]) -> [String: String]? {
        var labels: [String: String] = [:]
        for (index, part) in template.enumerated() {
            guard index < segments.count else { return nil }
            switch part {
            case .literal(let text): if segments[index] != text { return nil }
            case .label(let name): labels[name] = segments[index]
            case .greedy(let name):
                labels[name] = segments[index...].joined(separator: "/")
                return labels
            }
        }
        return template.count == segments.count ? labels : nil
    }

    /// The input that a request carries.
    /// - Throws: `AWSError` SerializationException.
    func read(_ operation: OperationModel, labels: [String: String], call: Call) throws(AWSError) -> Value {
        guard let index = operation.input else { return .object([:]) }
        let members = model.shape(index).members
        var input = Value.object([:])
        let shapes = JSONShapes(model: model)
        if let payload = members.first(where: \.payload) {
            if let json = try json(call.body) { input[payload.name] = try shapes.read(json, payload) }
        } else if members.contains(where: { $0.location == .body }), let json = try json(call.body) {
            guard json.object != nil else { throw AWSError("SerializationException", "Unexpected field type") }
            input = try shapes.readStructure(json, members)
        }
        for member in members {
            switch member.location {
            case .uri: input[member.name] = try scalar(labels[member.wire], member)
            case .query: input[member.name] = try query(call.items, member)
            case .header: input[member.name] = try scalar(call.headers[member.wire], member)
            case .body, .headers, .status: break
            }
        }
        return input
    }

    private func json(_ body: [UInt8]) throws(AWSError) -> Value? {
        if body.allSatisfy({ $0 <= 0x20 }) { return nil }
        do { return try JSON.parse(body) } catch { throw AWSError("SerializationException", error.message) }
    }

    private func query(_ items: [URLTarget.Item], _ member: Member) throws(AWSError) -> Value {
        let found = items.filter { $0.name == member.wire }
        switch model.shape(member.shape).form {
        case .list(let element):
            var values: [Value] = []
            for item in found { values.append(try scalar(item.value, element)) }
            return found.isEmpty ? .null : .array(values)
        case .map:
            let known = Set(items.map(\.name))
            return known.isEmpty ? .null : Value(Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
        default: return try scalar(found.first?.value, member)
        }
    }

    private func scalar(_ text: String?, _ member: Member) throws(AWSError) -> Value {
        guard let text else { return .null }
        let value: Value?
        switch model.shape(member.shape).form {
        case .integer: value = Int32(text).map { .int(Int64($0)) }
        case .long: value = Int64(text).map { .int($0) }
        case .float, .double: value = Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .boolean: value = ["true": Value.bool(true), "false": .bool(false)][text]
        case .timestamp: value = Times.read(.string(text)).map { .string($0.text) }
        default: value = .string(text)
        }
        guard let value else { throw AWSError("SerializationException", "\(text) is not a valid value of \(member.wire)") }
        return value
    }

    /// The request line's target and the body of an input, for a client.
    func write(_ operation: OperationModel, _ input: Value) -> (target: String, body: [UInt8]?) {
        guard let index = operation.input else { return (operation.uri, nil) }
        let members = model.shape(index).members
        let segments = operation.segments.map { segment in
            switch segment {
            case .literal(let text): return Percent.encode(text)
            case .label(let name): return Percent.encode(label(name, members, input))
            case .greedy(let name): return Percent.encode(label(name, members, input), allowed: "/")
            }
        }
        let items = members.filter { $0.location == .query }.flatMap { member in
            let value = input[member.name]
            return (value.array ?? (value == .null ? [] : [value])).map { URLTarget.Item(member.wire, Self.text($0)) }
        }
        var target = URLTarget("/" + segments.joined(separator: "/"))
        target.query = items.map { "\(Percent.encode($0.name))=\(Percent.encode($0.value))" }.joined(separator: "&")
        let shapes = JSONShapes(model: model)
        if let payload = members.first(where: \.payload) { return (target.text, JSON.encode(shapes.write(input[payload.name], payload))) }
        guard members.contains(where: { $0.location == .body }) else { return (target.text, nil) }
        return (target.text, JSON.encode(shapes.writeStructure(input, members)))
    }

    private func label(_ name: String, _ members: [Member], _ input: Value) -> String {
        members.first { $0.location == .uri && $0.wire == name }.map { Self.text(input[$0.name]) } ?? ""
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let truth): String(truth)
        case .null, .array, .object: ""
        }
    }
}
