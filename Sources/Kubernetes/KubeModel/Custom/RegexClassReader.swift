/// Reads classes of characters: `[a-z]`, `\d`, `\pL`, `[[:alpha:]]`, and single escaped characters.
enum RegexClassReader {
    typealias Fault = RegularExpression.Fault

    private static let perlClasses: [Unicode.Scalar: [ClosedRange<UInt32>]] = [
        "d": [48...57], "s": [9...10, 12...13, 32...32], "w": [48...57, 65...90, 95...95, 97...122],
    ]
    private static let posix: [String: [ClosedRange<UInt32>]] = [
        "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127], "blank": [9...9, 32...32],
        "cntrl": [0...31, 127...127], "digit": [48...57], "graph": [33...126], "lower": [97...122], "print": [32...126],
        "punct": [33...47, 58...64, 91...96, 123...126], "space": [9...13, 32...32], "upper": [65...90],
        "word": [48...57, 65...90, 95...95, 97...122], "xdigit": [48...57, 65...70, 97...102],
    ]

    private static func text(_ scalars: some Collection<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }
    private static func fault(_ kind: String, _ scalars: some Collection<Unicode.Scalar>) -> Fault {
        Fault(message: "error parsing regexp: \(kind): `\(text(scalars))`")
    }

    /// Everything outside sorted or unsorted ranges.
    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var (result, next): ([ClosedRange<UInt32>], UInt32) = ([], 0)
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// Reads `\d`, `\W`, `\pL`, `\P{Lu}`; nil (and nothing read) for any other escape.
    static func perl(_ pattern: [Unicode.Scalar], _ position: inout Int) throws(Fault) -> RegexSet? {
        guard position + 1 < pattern.count else { return nil }
        let letter = pattern[position + 1]
        let lower = Unicode.Scalar(letter.value | 32) ?? letter
        if let ranges = perlClasses[lower], letter.isASCII {
            position += 2
            return RegexSet(ranges: letter == lower ? ranges : complement(ranges))
        }
        guard lower == "p", letter.isASCII else { return nil }
        let start = position
        position += 2
        guard position < pattern.count else { throw fault("invalid character class range", pattern[start...]) }
        var name = text(pattern[position...position])
        position += 1
        if name == "{" {
            guard let end = pattern[position...].firstIndex(of: "}") else {
                throw fault("invalid character class range", pattern[start...])
            }
            name = text(pattern[position..<end])
            position = end + 1
        }
        var negated = letter == "P"
        if name.hasPrefix("^") { (name, negated) = (String(name.dropFirst()), !negated) }
        let category = RegexCategory(name: name, negated: negated)
        guard category.isKnown else { throw fault("invalid character class range", pattern[start..<position]) }
        return RegexSet(categories: [category])
    }

    /// Reads one escaped character, the backslash included.
    static func escaped(_ pattern: [Unicode.Scalar], _ position: inout Int, from start: Int) throws(Fault) -> Unicode.Scalar {
        guard position + 1 < pattern.count else {
            throw Fault(message: "error parsing regexp: trailing backslash at end of expression: ``")
        }
        let letter = pattern[position + 1]
        position += 2
        let controls: [Unicode.Scalar: UInt8] = ["a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11]
        if let control = controls[letter] { return Unicode.Scalar(control) }
        switch letter {
        case "x":
            var digits: ArraySlice<Unicode.Scalar> = []
            if position < pattern.count, pattern[position] == "{", let end = pattern[position...].firstIndex(of: "}") {
                digits = pattern[(position + 1)..<end]
                position = end + 1
            } else {
                digits = pattern[position..<min(position + 2, pattern.count)]
                position += digits.count
            }
            guard let number = UInt32(text(digits), radix: 16), let scalar = Unicode.Scalar(number) else { break }
            return scalar
        case "0"..."7":
            var end = position
            while end < pattern.count, end < position + 2, ("0"..."7").contains(pattern[end]) { end += 1 }
            guard letter == "0" || end > position else { break }
            let digits = text(pattern[(position - 1)..<end])
            guard let number = UInt32(digits, radix: 8), let scalar = Unicode.Scalar(number) else { break }
            position = end
            return scalar
        case "a"..."z", "A"..."Z", "8"..."9": break
        default: if letter.isASCII { return letter }
        }
        throw fault("invalid escape sequence", pattern[start..<min(position, pattern.count)])
    }

    /// Reads a bracketed class.
    static func read(_ pattern: [Unicode.Scalar], _ position: inout Int, foldsCase: Bool) throws(Fault) -> RegexSet {
        let start = position
        position += 1
        var set = RegexSet(foldsCase: foldsCase)
        if position < pattern.count, pattern[position] == "^" { (set.negated, position) = (true, position + 1) }
        var first = true
        while position < pattern.count, pattern[position] != "]" || first {
            first = false
            if pattern[position] == "[", position + 1 < pattern.count, pattern[position + 1] == ":",
                try named(pattern, &position, into: &set)
            {
                continue
            }
            if pattern[position] == "\\", let inner = try perl(pattern, &position) {
                set.ranges += inner.ranges
                set.categories += inner.categories
                continue
            }
            let begin = position
            let low = try single(pattern, &position)
            var high = low
            if position + 1 < pattern.count, pattern[position] == "-", pattern[position + 1] != "]" {
                position += 1
                high = try single(pattern, &position)
                guard high >= low else { throw fault("invalid character class range", pattern[begin..<position]) }
            }
            set.ranges.append(low.value...high.value)
        }
        guard position < pattern.count else { throw fault("missing closing ]", pattern[start...]) }
        position += 1
        return set
    }

    private static func single(_ pattern: [Unicode.Scalar], _ position: inout Int) throws(Fault) -> Unicode.Scalar {
        guard position < pattern.count else { throw fault("missing closing ]", pattern[pattern.count...]) }
        if pattern[position] == "\\" { return try escaped(pattern, &position, from: position) }
        position += 1
        return pattern[position - 1]
    }

    /// Reads `[:alpha:]`; false when it is none.
    private static func named(
        _ pattern: [Unicode.Scalar], _ position: inout Int, into set: inout RegexSet
    ) throws(Fault) -> Bool {
        guard let end = pattern[position...].dropFirst(2).firstIndex(of: ":"), end + 1 < pattern.count, pattern[end + 1] == "]" else {
            return false
        }
        var name = text(pattern[(position + 2)..<end])
        let negated = name.hasPrefix("^")
        if negated { name.removeFirst() }
        guard let ranges = posix[name] else { throw fault("invalid character class range", pattern[position...(end + 1)]) }
        set.ranges += negated ? complement(ranges) : ranges
        position = end + 2
        return true
    }
}
