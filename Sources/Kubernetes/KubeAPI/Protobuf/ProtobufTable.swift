import KubeModel

/// The numbers under which protobuf knows the fields of Kubernetes' types.
///
/// Text: `@ package` opens a package; every other line is a type and its fields, `name=number`, with `*` where an empty value counts
/// as given. A number `2.3` is number 3 within the embedded message number 2, whose fields JSON shows among the outer ones.
struct ProtobufTable: Sendable {
    /// A message's fields by number.
    final class Message: Sendable {
        /// What a number stands for.
        enum Member: Sendable {
            /// A field, and whether an empty value counts as given.
            case field(SchemaField, keepsEmpty: Bool)
            /// An embedded message.
            case embedded(Message)
        }
        let members: [Int: Member]
        init(_ members: [Int: Member]) { self.members = members }
    }
    private let messages: [String: Message]

    /// The messages of the types that both the schema and the numbers know.
    init(_ schema: Schema) {
        let texts = [Self.coreNumbers, Self.otherNumbers].map { text in
            String(decoding: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), as: UTF8.self)
        }
        var messages: [String: Message] = [:]
        var package = ""
        for line in texts.flatMap({ $0.split(separator: "\n") }) {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "@" {
                package = words[1]
            } else if let type = schema.type("\(package).\(words[0])") {
                messages[type.name] = Self.message(words.dropFirst().compactMap { Entry($0, type) })
            }
        }
        self.messages = messages
    }

    /// The message of the type of that OpenAPI name.
    func message(_ name: String) -> Message? { messages[name] }

    private struct Entry {
        var path: ArraySlice<Int>
        let field: SchemaField
        let keepsEmpty: Bool

        init?(_ word: String, _ type: ObjectType) {
            let halves = word.split(separator: "=")
            guard halves.count == 2, let field = type.field(String(halves[0])) else { return nil }
            self.field = field
            keepsEmpty = halves[1].hasSuffix("*") || field.required
            path = halves[1].split(whereSeparator: { $0 == "." || $0 == "*" }).compactMap { Int($0) }[...]
        }
    }

    private static func message(_ entries: [Entry]) -> Message {
        var members: [Int: Message.Member] = [:]
        for (number, group) in Dictionary(grouping: entries, by: { $0.path.first ?? 0 }) {
            if group.count == 1, group[0].path.count == 1 {
                members[number] = .field(group[0].field, keepsEmpty: group[0].keepsEmpty)
            } else {
                let inner = group.map { entry in
                    var entry = entry
                    entry.path = entry.path.dropFirst()
                    return entry
                }
                members[number] = .embedded(message(inner))
            }
        }
        return Message(members)
    }
}
