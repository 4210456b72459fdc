/// Reads the schema text.
///
/// `@ core.v1 io.k8s.api.core.v1` opens a package: its short name and the prefix of its types. Every other line is a type:
/// its name (with `=` when it is atomic) and its fields, `name:type` with these marks behind the type:
/// `#set` or `#key,key` the list type, `=` an atomic map, `@key` merged in patches by that key (`@-` by value),
/// `~` retains keys in patches, `!` required.
/// Types: `s` string, `b` bool, `i` `l` integers, `d` double, `y` bytes, `t` `u` times, `q` quantity, `x` int or string,
/// `*` anything, `o` any object, `[T]` list, `{T}` map, `Name` of this package, `core.v1.Name` of another.
struct SchemaParser {
    private struct Line {
        let name: Substring
        let package: Substring
        let prefix: Substring
        let fields: Substring
    }
    private let lines: [Line]
    private let ids: [Substring: Int]

    /// The types of the texts, in order.
    static func parse(_ texts: [StaticString]) -> [ObjectType] {
        let parser = SchemaParser(
            texts.map { text in String(decoding: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), as: UTF8.self) }
        )
        return parser.lines.enumerated().map { parser.type($1, at: $0) }
    }

    private init(_ texts: [String]) {
        var lines: [Line] = []
        var package: Substring = ""
        var prefix: Substring = ""
        for text in texts {
            for line in text.utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) {
                let words = line.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2).map(Substring.init)
                if words[0] == "@" {
                    (package, prefix) = (words[1], words[2])
                } else {
                    let start = line.utf8.index(line.startIndex, offsetBy: words[0].utf8.count)
                    lines.append(Line(name: words[0], package: package, prefix: prefix, fields: line[start...]))
                }
            }
        }
        self.lines = lines
        let names = lines.enumerated().map { (Substring("\($1.package).\($1.name.last == "=" ? $1.name.dropLast() : $1.name)"), $0) }
        ids = Dictionary(names, uniquingKeysWith: { first, _ in first })
    }

    private func type(_ line: Line, at index: Int) -> ObjectType {
        let atomic = line.name.utf8.last == UInt8(ascii: "=")
        let fields = line.fields.utf8.split(separator: UInt8(ascii: " ")).map { field(Substring($0), line.package) }
        return ObjectType(
            id: TypeID(index), name: "\(line.prefix).\(atomic ? line.name.dropLast() : line.name)", atomic: atomic, fields: fields)
    }

    private func field(_ text: Substring, _ package: Substring) -> SchemaField {
        let bytes = text.utf8
        let colon = bytes.lastIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        var rest = bytes[bytes.index(after: colon)...]
        let end = rest.firstIndex { Self.marks.contains($0) } ?? rest.endIndex
        var field = SchemaField(String(text[..<colon]), fieldType(Substring(rest[..<end]), package))
        rest = rest[end...]
        while let mark = rest.popFirst() {
            let end = rest.firstIndex { Self.marks.contains($0) } ?? rest.endIndex
            let word = Substring(rest[..<end])
            rest = rest[end...]
            switch mark {
            case UInt8(ascii: "!"): field.required = true
            case UInt8(ascii: "="): field.atomic = true
            case UInt8(ascii: "~"): field.patch.retainsKeys = true
            case UInt8(ascii: "@"): (field.patch.merges, field.patch.mergeKey) = (true, word == "-" ? nil : String(word))
            default: field.list = word == "set" ? .set : .map(keys: word.split(separator: ",").map(String.init))
            }
        }
        return field
    }
    private static let marks = Array("!=~@#".utf8)

    private func fieldType(_ text: Substring, _ package: Substring) -> FieldType {
        switch text {
        case "s": return .string
        case "b": return .bool
        case "i": return .int32
        case "l": return .int64
        case "d": return .double
        case "y": return .bytes
        case "t": return .time
        case "u": return .microTime
        case "q": return .quantity
        case "x": return .intOrString
        case "o": return .anyObject
        default: break
        }
        if text.utf8.first == UInt8(ascii: "[") { return .list(fieldType(text.dropFirst().dropLast(), package)) }
        if text.utf8.first == UInt8(ascii: "{") { return .map(fieldType(text.dropFirst().dropLast(), package)) }
        let name = text.utf8.contains(UInt8(ascii: ".")) ? text : Substring("\(package).\(text)")
        return ids[name].map { .object(TypeID($0)) } ?? .any
    }
}
