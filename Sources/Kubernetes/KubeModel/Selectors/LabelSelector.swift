package import Documents

/// A condition on labels, all requirements of which must hold. Source: apimachinery, labels.Selector.
package struct LabelSelector: Sendable, Hashable {
    package enum Operator: String, Sendable, Hashable {
        case `in`
        case notIn = "notin"
        case exists
        case doesNotExist = "!"
        case equals = "="
        case doubleEquals = "=="
        case notEquals = "!="
        case greaterThan = "gt"
        case lessThan = "lt"
    }
    /// One requirement.
    package struct Requirement: Sendable, Hashable {
        package let key: String
        package let `operator`: Operator
        package let values: [String]
        package init(_ key: String, _ operator: Operator, _ values: [String] = []) {
            (self.key, self.operator, self.values) = (key, `operator`, values)
        }
        /// Whether it holds for the value that the key has; nil when the label is absent.
        package func holds(for value: String?) -> Bool {
            switch `operator` {
            case .in, .equals, .doubleEquals: value.map(values.contains) ?? false
            case .notIn, .notEquals: !(value.map(values.contains) ?? false)
            case .exists: value != nil
            case .doesNotExist: value == nil
            case .greaterThan: compare(value) { $0 > $1 }
            case .lessThan: compare(value) { $0 < $1 }
            }
        }
        private func compare(_ value: String?, _ order: (Int64, Int64) -> Bool) -> Bool {
            guard let left = value.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else { return false }
            return order(left, right)
        }
    }
    /// The requirements; none means everything, nil means nothing.
    package let requirements: [Requirement]?
    /// A selector of these requirements.
    package init(requirements: [Requirement]?) { self.requirements = requirements }
    /// Selects every document.
    package static let everything = LabelSelector(requirements: [])
    /// Selects no document.
    package static let nothing = LabelSelector(requirements: nil)

    /// The documents with these labels, as services and ReplicationControllers select.
    package init(labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { Requirement($0.key, .equals, [$0.value]) }
    }
    /// A selector as documents hold it (`matchLabels`, `matchExpressions`). Null selects nothing, an empty object everything;
    /// an operator that does not exist selects nothing.
    package init(_ selector: Value) {
        guard let object = selector.object else {
            self = .nothing
            return
        }
        var requirements = LabelSelector(labels: (object["matchLabels"] ?? .null).strings).requirements ?? []
        for expression in object["matchExpressions"]?.items ?? [] {
            let values = expression["values"].items.compactMap(\.string)
            guard let key = expression["key"].string, let `operator` = Self.operators[expression["operator"].string ?? ""] else {
                self = .nothing
                return
            }
            requirements.append(Requirement(key, `operator`, values))
        }
        self.requirements = requirements
    }
    private static let operators: [String: Operator] = ["In": .in, "NotIn": .notIn, "Exists": .exists, "DoesNotExist": .doesNotExist]

    /// Whether labels satisfy the selector.
    package func matches(_ labels: [String: String]) -> Bool { requirements?.allSatisfy { $0.holds(for: labels[$0.key]) } ?? false }
    /// Whether an object of labels satisfies the selector; null has no labels.
    package func matches(labels: Value) -> Bool { requirements?.allSatisfy { $0.holds(for: labels[$0.key].string) } ?? false }
    /// The same for a tape's object of labels, or none.
    package func matches(labels: Node?) -> Bool { requirements?.allSatisfy { $0.holds(for: labels?[name: $0.key]?.string) } ?? false }
    /// Whether a document's labels satisfy the selector.
    package func matches(document: Value) -> Bool { matches(labels: document["metadata"]["labels"]) }
    /// Whether every document is selected.
    package var isEverything: Bool { requirements?.isEmpty ?? false }
}

extension LabelSelector: CustomStringConvertible {
    /// The text form, as `status.selector` of Scale carries it. Source: labels.Requirement.String.
    package var description: String {
        (requirements ?? []).sorted { $0.key < $1.key }.map { requirement in
            let (key, values) = (requirement.key, requirement.values.sorted())
            return switch requirement.operator {
            case .exists: key
            case .doesNotExist: "!\(key)"
            case .equals, .doubleEquals: "\(key)=\(values.first ?? "")"
            case .in: "\(key) in (\(values.joined(separator: ",")))"
            case .notIn: "\(key) notin (\(values.joined(separator: ",")))"
            case .notEquals: "\(key)!=\(values.first ?? "")"
            case .greaterThan: "\(key)>\(values.first ?? "")"
            case .lessThan: "\(key)<\(values.first ?? "")"
            }
        }.joined(separator: ",")
    }
}
