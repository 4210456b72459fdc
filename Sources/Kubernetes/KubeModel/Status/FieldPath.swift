/// The place of a value in a document, as messages write it: `spec.containers[0].name`. Source: apimachinery, field.Path.
package struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private init(_ description: String) { self.description = description }
    /// The document itself.
    package static let root = FieldPath("")
    /// The place of names from the top.
    package init(_ first: String, _ rest: String...) { description = ([first] + rest).joined(separator: ".") }
    /// A member.
    package func child(_ name: String) -> FieldPath { FieldPath(description.isEmpty ? name : "\(description).\(name)") }
    /// An element of a list.
    package func index(_ index: Int) -> FieldPath { FieldPath("\(description)[\(index)]") }
    /// A member with a key of the user's choice.
    package func key(_ key: String) -> FieldPath { FieldPath("\(description)[\(key)]") }
}
