/// Reads the compact text of a service model.
///
/// One record a line, columns separated by tabs, the first column naming the record:
/// - `service name protocol version json-version target-prefix namespace signing-name`
/// - `op name method uri status input output result-wrapper auth errors`
/// - `other names`: operations known by name alone
/// - `page operation input-tokens output-tokens limit result-keys more`
/// - `struct name member…`, `error name code status member…`
/// - `list name min max member`, `map name min max key value`, `timestamp name format`
/// - `string|integer|… name min max enumeration pattern`
///
/// A member is `name:type` and words: `!` required, `~` idempotency token, `flat`, `payload`, `uri=`, `query=`, `header=`, `headers=`,
/// `status=` (where it travels), `wire=` and `name=` (wire names), `time=` (timestamp format). An element has a type only.
struct ModelText {
    private static let primitives: [(String, Shape.Form)] = [
        ("string", .string), ("integer", .integer), ("long", .long), ("float", .float), ("double", .double), ("boolean", .boolean),
        ("blob", .blob), ("timestamp", .timestamp), ("character", .string),
    ]
    private static let scalars: [String: Shape.Form] = Dictionary(primitives, uniquingKeysWith: { first, _ in first })

    private var indices: [String: Int] = [:]
    private let records: [[Substring]]

    /// The model in the text; nil when the text is not one.
    static func parse(_ text: String) -> ServiceModel? { ModelText(text).model() }

    private init(_ text: String) {
        records = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        for (index, primitive) in Self.primitives.enumerated() { indices[primitive.0] = index }
        for record in records where Self.isShape(record) { indices[String(record[1])] = indices.count }
    }

    private static func isShape(_ record: [Substring]) -> Bool {
        guard record.count > 1, let first = record.first else { return false }
        return ["struct", "error", "list", "map"].contains(first) || scalars[String(first)] != nil
    }

    private func model() -> ServiceModel? {
        guard let head = records.first, head.first == "service", let wire = WireProtocol(rawValue: column(head, 2)) else { return nil }
        var operations: [String: OperationModel] = [:]
        var others: Set<String> = []
        var paginators: [String: Paginator] = [:]
        var shapes = Self.primitives.map { Shape(name: $0.0, form: $0.1) }
        var errors: [String: Int] = [:]
        for record in records.dropFirst() {
            switch record.first {
            case "op": operations[column(record, 1)] = operation(record)
            case "other": others.formUnion(column(record, 1).split(separator: " ").map(String.init))
            case "page": paginators[column(record, 1)] = paginator(record)
            default:
                let shape = shape(record)
                if let error = shape.error { errors[error.code] = shapes.count }
                shapes.append(shape)
            }
        }
        return ServiceModel(
            name: column(head, 1), wire: wire, apiVersion: column(head, 3), jsonVersion: column(head, 4), targetPrefix: column(head, 5),
            namespace: column(head, 6), signingName: column(head, 7), operations: operations, otherOperations: others,
            paginators: paginators, shapes: shapes, errors: errors)
    }

    private func column(_ record: [Substring], _ index: Int) -> String { record.indices.contains(index) ? String(record[index]) : "" }

    private func operation(_ record: [Substring]) -> OperationModel {
        OperationModel(
            name: column(record, 1), method: column(record, 2), uri: column(record, 3),
            segments: URISegment.parse(column(record, 3)), status: Int(column(record, 4)) ?? 200,
            input: indices[column(record, 5)], output: indices[column(record, 6)], resultWrapper: column(record, 7),
            unsigned: column(record, 8) == "none", errors: column(record, 9).split(separator: " ").map(String.init))
    }

    private func paginator(_ record: [Substring]) -> Paginator {
        func list(_ index: Int) -> [String] { column(record, index).split(separator: ",").map(String.init) }
        return Paginator(
            inputTokens: list(2), outputTokens: list(3), limit: column(record, 4), resultKeys: list(5), more: column(record, 6))
    }

    private func shape(_ record: [Substring]) -> Shape {
        let name = column(record, 1)
        var shape: Shape
        switch record[0] {
        case "struct": shape = Shape(name: name, form: .structure(record.dropFirst(2).map { member($0) }))
        case "error":
            shape = Shape(name: name, form: .structure(record.dropFirst(4).map { member($0) }))
            shape.error = ErrorTrait(code: column(record, 2), status: Int(column(record, 3)) ?? 400)
        case "list": shape = Shape(name: name, form: .list(member("member:\(column(record, 4))")))
        case "map":
            shape = Shape(name: name, form: .map(key: member("key:\(column(record, 4))"), value: member("value:\(column(record, 5))")))
        case "timestamp":
            shape = Shape(name: name, form: .timestamp)
            shape.timestampFormat = column(record, 2)
            return shape
        default:
            shape = Shape(name: name, form: Self.scalars[String(record[0])] ?? .string)
            shape.enumeration = column(record, 4).split(separator: "|").map(String.init)
            shape.pattern = column(record, 5)
        }
        if record[0] != "struct", record[0] != "error" {
            (shape.minimum, shape.maximum) = (Double(column(record, 2)), Double(column(record, 3)))
        }
        return shape
    }

    private func member(_ text: some StringProtocol) -> Member {
        let words = text.split(separator: " ")
        let head = words.first?.split(separator: ":", maxSplits: 1) ?? []
        var member = Member(name: head.first.map { String($0) } ?? "", shape: head.last.flatMap { indices[String($0)] } ?? 0)
        func place(_ location: Member.Location, _ wire: String) {
            member.location = location
            member.wireName = wire
        }
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            switch parts.first {
            case "!": member.required = true
            case "~": member.idempotencyToken = true
            case "flat": member.flattened = true
            case "payload": member.payload = true
            case "wire": member.wireName = value
            case "name": member.queryName = value
            case "time": member.timestampFormat = value
            case "uri": place(.uri, value)
            case "query": place(.query, value)
            case "header": place(.header, value.lowercased())
            case "headers": place(.headers, value.lowercased())
            case "status": member.location = Member.Location.status
            default: break
            }
        }
        return member
    }
}
