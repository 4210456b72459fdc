/// The parts of a regular expression.
indirect enum RegexNode {
    case empty
    case set(RegexSet)
    case assertion(RegexAssertion)
    case sequence([RegexNode])
    case choice([RegexNode])
    /// At least `least` times, at most `most` (nil for any number).
    case repeated(RegexNode, least: Int, most: Int?)
}

/// Reads RE2's syntax. Source: the RE2 syntax page; errors in Go's words (regexp/syntax).
struct RegexParser {
    typealias Fault = RegularExpression.Fault
    private let pattern: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private struct Flags {
        var foldsCase = false
        var multiline = false
        var dotAll = false
    }
    private var flags = Flags()

    init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

    private var peek: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }
    private func ahead(_ text: String) -> Bool { pattern[position...].starts(with: text.unicodeScalars) }
    private func text(_ range: Range<Int>) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: pattern[range])
        return String(result)
    }
    private func fault(_ kind: String, _ range: Range<Int>) -> Fault {
        Fault(message: "error parsing regexp: \(kind): `\(text(range))`")
    }

    mutating func parse() throws(Fault) -> RegexNode {
        let node = try alternatives()
        if peek != nil { throw fault("unexpected )", 0..<pattern.count) }
        return node
    }

    private mutating func alternatives() throws(Fault) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw Fault(message: "error parsing regexp: expression nests too deeply") }
        let outer = flags
        var choices = [try sequence()]
        while peek == "|" {
            position += 1
            choices.append(try sequence())
        }
        flags = outer
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(Fault) -> RegexNode {
        var parts: [RegexNode] = []
        while let next = peek, next != "|", next != ")" {
            let start = position
            guard let atom = try atom() else { continue }
            parts.append(try repetitions(of: atom, from: start))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repetitions(of atom: RegexNode, from start: Int) throws(Fault) -> RegexNode {
        var node = atom
        var last: Int?
        while let next = peek {
            let begin = position
            let bounds: (Int, Int?)
            switch next {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try counts() else { return node }
                bounds = counted
            default: return node
            }
            if next != "{" { position += 1 }
            if peek == "?" { position += 1 }
            if let last { throw fault("invalid nested repetition operator", last..<position) }
            last = begin
            node = .repeated(node, least: bounds.0, most: bounds.1)
        }
        return node
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; nil when the brace is meant as itself.
    private mutating func counts() throws(Fault) -> (Int, Int?)? {
        var index = position + 1
        func number() -> Int? {
            let start = index
            while index < pattern.count, ("0"..."9").contains(pattern[index]) { index += 1 }
            return index == start ? nil : Int(text(start..<index)) ?? Int.max
        }
        guard let least = number(), index < pattern.count else { return nil }
        var most: Int? = least
        if pattern[index] == "," {
            index += 1
            most = number()
        }
        guard index < pattern.count, pattern[index] == "}" else { return nil }
        let range = position..<(index + 1)
        if least > 1000 || (most ?? 0) > 1000 || (most.map { $0 < least } ?? false) { throw fault("invalid repeat count", range) }
        position = index + 1
        return (least, most)
    }

    private mutating func atom() throws(Fault) -> RegexNode? {
        guard let next = peek else { return nil }
        switch next {
        case "(": return try group()
        case "[": return .set(try RegexClassReader.read(pattern, &position, foldsCase: flags.foldsCase))
        case "\\": return try escape()
        case "*", "+", "?": throw fault("missing argument to repetition operator", position..<(position + 1))
        default: break
        }
        position += 1
        switch next {
        case ".": return .set(RegexSet(ranges: flags.dotAll ? [] : [10...10], negated: true))
        case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.multiline ? .lineEnd : .textEnd)
        default: return literal(next)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> RegexNode {
        .set(RegexSet(ranges: [scalar.value...scalar.value], foldsCase: flags.foldsCase))
    }

    private mutating func group() throws(Fault) -> RegexNode? {
        let start = position
        position += 1
        if ahead("?P<") || (ahead("?<") && !ahead("?<=") && !ahead("?<!")) {
            guard let end = pattern[position...].firstIndex(of: ">") else {
                throw fault("invalid named capture", start..<pattern.count)
            }
            position = end + 1
        } else if ahead("?") {
            return try flagged(start)
        }
        return try closed(start)
    }

    private mutating func closed(_ start: Int) throws(Fault) -> RegexNode {
        let node = try alternatives()
        guard peek == ")" else { throw fault("missing closing )", 0..<pattern.count) }
        position += 1
        return node
    }

    /// Reads `(?flags)` and `(?flags:…)`.
    private mutating func flagged(_ start: Int) throws(Fault) -> RegexNode? {
        position += 1
        let outer = flags
        var (changed, value) = (flags, true)
        while let next = peek {
            position += 1
            switch next {
            case "i": changed.foldsCase = value
            case "m": changed.multiline = value
            case "s": changed.dotAll = value
            case "U": break
            case "-": value = false
            case ")":
                flags = changed
                return nil
            case ":":
                flags = changed
                let node = try closed(start)
                flags = outer
                return node
            default: throw fault("invalid or unsupported Perl syntax", start..<position)
            }
        }
        throw fault("missing closing )", 0..<pattern.count)
    }

    private mutating func escape() throws(Fault) -> RegexNode {
        let start = position
        guard position + 1 < pattern.count else {
            throw Fault(message: "error parsing regexp: trailing backslash at end of expression: ``")
        }
        let next = pattern[position + 1]
        let assertions: [Unicode.Scalar: RegexAssertion] = ["A": .textStart, "z": .textEnd, "b": .wordBoundary, "B": .noWordBoundary]
        if let assertion = assertions[next] {
            position += 2
            return .assertion(assertion)
        }
        if next == "Q" { return quotation() }
        if let set = try RegexClassReader.perl(pattern, &position) { return .set(set) }
        let scalar = try RegexClassReader.escaped(pattern, &position, from: start)
        return literal(scalar)
    }

    /// `\Q…\E`: a text as it is.
    private mutating func quotation() -> RegexNode {
        position += 2
        var parts: [RegexNode] = []
        while let next = peek, !ahead("\\E") {
            parts.append(literal(next))
            position += 1
        }
        if peek != nil { position += 2 }
        return .sequence(parts)
    }
}

/// Turns a tree into the automaton.
struct RegexCompiler {
    private var program: [RegexInstruction] = [.match]
    private var visits = 0
    /// Source: Go's limit on the size of an expression, in runes.
    private static let most = 40_000

    mutating func compile(_ node: RegexNode) throws(RegularExpression.Fault) -> ([RegexInstruction], Int) {
        let start = try add(node, before: 0)
        return (program, start)
    }

    private mutating func emit(_ instruction: RegexInstruction) throws(RegularExpression.Fault) -> Int {
        guard program.count < Self.most else {
            throw RegularExpression.Fault(message: "error parsing regexp: expression too large")
        }
        program.append(instruction)
        return program.count - 1
    }

    /// Adds what leads through a node to the next state; returns where it begins.
    private mutating func add(_ node: RegexNode, before next: Int) throws(RegularExpression.Fault) -> Int {
        visits += 1
        guard visits < 4 * Self.most else { throw RegularExpression.Fault(message: "error parsing regexp: expression too large") }
        switch node {
        case .empty: return next
        case .set(let set): return try emit(.scalar(set, next: next))
        case .assertion(let assertion): return try emit(.assert(assertion, next: next))
        case .sequence(let parts):
            var after = next
            for part in parts.reversed() { after = try add(part, before: after) }
            return after
        case .choice(let parts):
            var start = try add(parts[parts.count - 1], before: next)
            for part in parts.dropLast().reversed() { start = try emit(.split(try add(part, before: next), start)) }
            return start
        case .repeated(let inner, let least, let most):
            var after = next
            if let most {
                for _ in least..<max(least, most) { after = try emit(.split(try add(inner, before: after), next)) }
            } else {
                let loop = try emit(.split(next, next))
                program[loop] = .split(try add(inner, before: loop), next)
                after = loop
            }
            for _ in 0..<least { after = try add(inner, before: after) }
            return after
        }
    }
}
