package import Documents

/// A condition on a few fields of a kind, as `fieldSelector` carries it. Source: apimachinery, fields.ParseSelector.
package struct FieldSelector: Sendable, Hashable {
    /// One requirement: a field is, or is not, that text.
    package struct Requirement: Sendable, Hashable {
        package let field: String
        package let value: String
        package let negated: Bool
    }
    /// All must hold.
    package let requirements: [Requirement]
    /// Selects every document.
    package static let everything = FieldSelector(requirements: [])
    private init(requirements: [Requirement]) { self.requirements = requirements }

    /// Reads the text form and checks that the kind can be selected by these fields. Fields of other versions of a kind are
    /// told by their stored names.
    package init(parsing text: String, for kind: KindInfo) throws(SelectorError) {
        var requirements: [Requirement] = []
        for term in Self.terms(text) where !term.isEmpty {
            guard let parsed = Self.requirement(term) else {
                throw SelectorError("invalid selector: '\(text)'; can't understand '\(term)'")
            }
            let field = try SelectableFields.stored(parsed.field, kind)
            requirements.append(Requirement(field: field, value: parsed.value, negated: parsed.negated))
        }
        self.requirements = requirements
    }

    /// Whether a stored document satisfies the selector.
    package func matches(_ document: Value) -> Bool {
        requirements.allSatisfy { (SelectableFields.text($0.field, document) == $0.value) != $0.negated }
    }
    /// The name that the selector demands, for the quick path of a list of one; nil when it demands none.
    package var name: String? { requirements.first { $0.field == "metadata.name" && !$0.negated }?.value }
    /// Whether every document is selected.
    package var isEverything: Bool { requirements.isEmpty }

    private static func terms(_ text: String) -> [String] {
        var (terms, term, escaped) = ([String](), "", false)
        for character in text {
            if character == ",", !escaped {
                terms.append(term)
                term = ""
            } else {
                term.append(character)
            }
            escaped = character == "\\" && !escaped
        }
        return terms + [term]
    }

    private static func requirement(_ term: String) -> Requirement? {
        for (offset, character) in zip(term.indices, term) where character == "=" || character == "!" {
            let rest = term[offset...]
            guard let symbol = ["!=", "==", "="].first(where: { rest.hasPrefix($0) }) else { continue }
            guard let value = unescaped(rest.dropFirst(symbol.count)) else { return nil }
            return Requirement(field: String(term[..<offset]), value: value, negated: symbol == "!=")
        }
        return nil
    }

    private static func unescaped(_ text: Substring) -> String? {
        var (result, escaped) = ("", false)
        for character in text {
            if escaped {
                guard "\\,=".contains(character) else { return nil }
                result.append(character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "," || character == "=" {
                return nil
            } else {
                result.append(character)
            }
        }
        return escaped ? nil : result
    }
}
extension FieldSelector: CustomStringConvertible {
    package var description: String { requirements.map { "\($0.field)\($0.negated ? "!=" : "=")\($0.value)" }.joined(separator: ",") }
}
