/// The place of a value in a document, as messages write it: `spec.containers[0].name`. Source: apimachinery, field.Path.
///
/// Walking a document makes many places and shows few, so the text is put together only when it is asked for.
package struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    private indirect enum Step: Sendable {
        case root
        /// A place that nobody will ask for.
        case unnamed
        case child(Step, String)
        case index(Step, Int)
        case key(Step, String)
    }
    private let step: Step
    private init(_ step: Step) { self.step = step }
    /// The document itself.
    package static let root = FieldPath(.root)
    /// Stands for every place in a walk that only wants to know whether there is a fault: making others from it costs nothing.
    static let unnamed = FieldPath(.unnamed)
    /// Whether this is such a place.
    var isUnnamed: Bool { if case .unnamed = step { true } else { false } }
    /// The place of names from the top.
    package init(_ first: String, _ rest: String...) { step = rest.reduce(.child(.root, first)) { .child($0, $1) } }
    /// A member.
    package func child(_ name: String) -> FieldPath { isUnnamed ? self : FieldPath(.child(step, name)) }
    /// An element of a list.
    package func index(_ index: Int) -> FieldPath { isUnnamed ? self : FieldPath(.index(step, index)) }
    /// A member with a key of the user's choice.
    package func key(_ key: String) -> FieldPath { isUnnamed ? self : FieldPath(.key(step, key)) }

    package var description: String {
        var parts: [String] = []
        var current = step
        while true {
            switch current {
            case .root, .unnamed:
                let text = parts.reversed().joined()
                return text.hasPrefix(".") ? String(text.dropFirst()) : text
            case .child(let parent, let name):
                parts.append(".\(name)")
                current = parent
            case .index(let parent, let index):
                parts.append("[\(index)]")
                current = parent
            case .key(let parent, let key):
                parts.append("[\(key)]")
                current = parent
            }
        }
    }
    package static func == (left: FieldPath, right: FieldPath) -> Bool { left.description == right.description }
    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
