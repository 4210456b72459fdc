package import Documents

/// A path into a document in kubectl's dialect: `.spec.hosts[*]`, `.status.conditions[?(@.type=="Ready")].status`.
/// Source: client-go, util/jsonpath.
package struct JSONPath: Sendable, Hashable {
    /// Why a path cannot be read.
    package struct Fault: Error, Sendable {
        package let message: String
    }
    enum Step: Sendable, Hashable {
        case member(String)
        case members([String])
        case every
        /// Every member of that name at any depth.
        case descend(String)
        case slice(from: Int?, to: Int?, by: Int)
        case element(Int)
        case filter([Step], comparison: String, with: Value)
    }
    let steps: [Step]

    /// The longest path that is read, and the most values that any step finds: paths of definitions come from anybody.
    private static let (longest, most) = (1024, 10_000)

    /// - Throws: `Fault`.
    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.longest else { throw Fault(message: "the path is longer than \(Self.longest) bytes") }
        var reader = JSONPathReader(text)
        steps = try reader.steps(until: nil)
    }

    /// What the path leads to, in order; members that are not there lead nowhere.
    package func find(in document: Value) -> [Value] { Self.find(steps[...], [document]) }

    private static func find(_ steps: ArraySlice<Step>, _ values: [Value]) -> [Value] {
        guard let step = steps.first else { return values }
        var found: [Value] = []
        for value in values where found.count < most { found += apply(step, to: value) }
        return find(steps.dropFirst(), Array(found.prefix(most)))
    }

    private static func apply(_ step: Step, to value: Value) -> [Value] {
        switch step {
        case .member(let name): return value.object?[name].map { [$0] } ?? []
        case .members(let names): return names.compactMap { value.object?[$0] }
        case .every: return value.array ?? value.object?.map(\.value) ?? []
        case .descend(let name): return descend(name, value)
        case .element(let index):
            let items = value.items
            let place = index < 0 ? items.count + index : index
            return items.indices.contains(place) ? [items[place]] : []
        case .slice(let from, let to, let by):
            let items = value.items
            let bound = { (number: Int) in min(max(number < 0 ? items.count + number : number, 0), items.count) }
            let (low, high) = (bound(from ?? 0), bound(to ?? items.count))
            return low < high ? stride(from: low, to: high, by: max(by, 1)).map { items[$0] } : []
        case .filter(let path, let comparison, let wanted):
            return value.items.filter { item in
                let found = find(path[...], [item])
                guard !comparison.isEmpty else { return !found.isEmpty }
                return found.first.map { compare($0, comparison, wanted) } ?? false
            }
        }
    }

    private static func descend(_ name: String, _ value: Value) -> [Value] {
        let own = value.object?[name].map { [$0] } ?? []
        let below = value.array ?? value.object?.map(\.value) ?? []
        return own + below.flatMap { descend(name, $0) }
    }

    private static func compare(_ left: Value, _ comparison: String, _ right: Value) -> Bool {
        switch comparison {
        case "==": return left == right || (left.double != nil && left.double == right.double)
        case "!=": return left != right
        default: break
        }
        if let left = left.double, let right = right.double { return ordered(left, comparison, right) }
        if let left = left.string, let right = right.string { return ordered(left, comparison, right) }
        return false
    }
    private static func ordered<T: Comparable>(_ left: T, _ comparison: String, _ right: T) -> Bool {
        switch comparison {
        case "<": left < right
        case "<=": left <= right
        case ">": left > right
        default: left >= right
        }
    }
}

/// Reads the text of a path.
private struct JSONPathReader {
    typealias Fault = JSONPath.Fault
    private let text: [Character]
    private var position = 0

    init(_ text: String) { self.text = Array(text) }

    private var next: Character? { position < text.count ? text[position] : nil }

    /// The steps up to a character, or to the end.
    mutating func steps(until ends: [Character]?) throws(Fault) -> [JSONPath.Step] {
        var steps: [JSONPath.Step] = []
        while let character = next, !(ends?.contains(character) ?? false) {
            switch character {
            case "$", "@": position += 1
            case ".":
                position += 1
                if next == "." {
                    position += 1
                    steps.append(.descend(name()))
                } else if next == "*" {
                    position += 1
                    steps.append(.every)
                } else if next != "[", next != nil {
                    steps.append(.member(name()))
                }
            case "[": steps.append(try bracket())
            default:
                let word = name()
                guard !word.isEmpty else { throw Fault(message: "unrecognized character in action: U+\(hex(character)) '\(character)'") }
                steps.append(.member(word))
            }
        }
        return steps
    }
    private func hex(_ character: Character) -> String {
        let digits = String(character.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// A member's name; a backslash takes the next character as it is.
    private mutating func name() -> String {
        var result = ""
        while let character = next, !".[]{}()=!<> ,'\"".contains(character) || character == "\\" {
            position += 1
            if character == "\\", let escaped = next {
                result.append(escaped)
                position += 1
            } else {
                result.append(character)
            }
        }
        return result
    }

    private mutating func bracket() throws(Fault) -> JSONPath.Step {
        position += 1
        if next == "?" { return try filter() }
        guard let end = closing() else { throw Fault(message: "unterminated array") }
        let inside = String(text[position..<end])
        position = end + 1
        if inside == "*" { return .every }
        let parts = inside.split(separator: ",").map { $0.filter { $0 != " " } }
        if parts.allSatisfy({ $0.count > 1 && ($0.first == "'" || $0.first == "\"") && $0.first == $0.last }) {
            let names = parts.map { String($0.dropFirst().dropLast()) }
            return names.count == 1 ? .member(names[0]) : .members(names)
        }
        if let index = Int(inside) { return .element(index) }
        let bounds = inside.split(separator: ":", omittingEmptySubsequences: false)
        guard bounds.count == 2 || bounds.count == 3, bounds.allSatisfy({ $0.isEmpty || Int($0) != nil }) else {
            throw Fault(message: "invalid array index \(inside)")
        }
        return .slice(from: Int(bounds[0]), to: Int(bounds[1]), by: bounds.count == 3 ? Int(bounds[2]) ?? 1 : 1)
    }

    /// The place of the bracket that closes this one, outside quotes.
    private func closing() -> Int? {
        var quote: Character?
        for index in position..<text.count {
            if let open = quote {
                if text[index] == open { quote = nil }
            } else if text[index] == "'" || text[index] == "\"" {
                quote = text[index]
            } else if text[index] == "]" {
                return index
            }
        }
        return nil
    }

    private mutating func filter() throws(Fault) -> JSONPath.Step {
        position += 1
        guard next == "(" else { throw Fault(message: "unterminated filter") }
        position += 1
        skipSpaces()
        let path = try steps(until: ["=", "!", "<", ">", ")", " "])
        skipSpaces()
        var comparison = ""
        while let character = next, "=!<>".contains(character) {
            comparison.append(character)
            position += 1
        }
        guard ["", "==", "!=", "<", "<=", ">", ">="].contains(comparison) else {
            throw Fault(message: "unrecognized filter operator \(comparison)")
        }
        skipSpaces()
        let wanted = comparison.isEmpty ? Value.null : try literal()
        skipSpaces()
        guard next == ")", position + 1 < text.count, text[position + 1] == "]" else { throw Fault(message: "unterminated filter") }
        position += 2
        return .filter(path, comparison: comparison, with: wanted)
    }

    private mutating func skipSpaces() { while next == " " { position += 1 } }

    private mutating func literal() throws(Fault) -> Value {
        if let quote = next, quote == "'" || quote == "\"" {
            guard let end = text[(position + 1)...].firstIndex(of: quote) else { throw Fault(message: "unterminated quoted string") }
            defer { position = end + 1 }
            return .string(String(text[(position + 1)..<end]))
        }
        var word = ""
        while let character = next, !") ]".contains(character) {
            word.append(character)
            position += 1
        }
        if word == "true" || word == "false" { return .bool(word == "true") }
        if let number = Int64(word) { return .int(number) }
        if let number = Double(word) { return .double(number) }
        throw Fault(message: "unrecognized character in action: \(word)")
    }
}
