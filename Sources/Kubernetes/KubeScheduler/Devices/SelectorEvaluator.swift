import KubeModel

/// What expressions over devices deal in.
enum SelectorValue: Sendable, Hashable {
    case truth(Bool)
    case integer(Int)
    case decimal(Double)
    case text(String)
    case quantity(Quantity)
    case version(SelectorVersion)
    case list([SelectorValue])
    case map([String: SelectorValue])
}

/// A version by the rules of semver.org.
struct SelectorVersion: Sendable, Hashable, Comparable {
    private let numbers: [Int]
    private let stage: [Substring]

    init?(_ text: String) {
        let core = text.prefix { $0 != "+" }
        let parts = core.split(separator: "-", maxSplits: 1)
        guard let first = parts.first else { return nil }
        let numbers = first.split(separator: ".", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard numbers.count == 3, first.split(separator: ".", omittingEmptySubsequences: false).count == 3 else { return nil }
        self.numbers = numbers
        stage = parts.count > 1 ? parts[1].split(separator: ".") : []
    }
    static func < (left: SelectorVersion, right: SelectorVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        if left.stage.isEmpty || right.stage.isEmpty { return !left.stage.isEmpty && right.stage.isEmpty }
        for (one, other) in zip(left.stage, right.stage) where one != other {
            switch (Int(one), Int(other)) {
            case (let first?, let second?): return first < second
            case (.some, nil): return true
            case (nil, .some): return false
            default: return one < other
            }
        }
        return left.stage.count < right.stage.count
    }
}

/// Evaluates an expression for one device.
struct SelectorEvaluator {
    let device: SelectorValue

    /// Whether the device is selected.
    func selects(_ expression: SelectorExpression) throws(SelectorFault) -> Bool { try truth(expression) }

    private func truth(_ expression: SelectorExpression) throws(SelectorFault) -> Bool {
        guard case .truth(let truth) = try value(expression) else { throw SelectorFault("no such overload") }
        return truth
    }
    private func value(_ expression: SelectorExpression) throws(SelectorFault) -> SelectorValue {
        switch expression {
        case .literal(let value): return value
        case .device: return device
        case .list(let items):
            var values: [SelectorValue] = []
            for item in items { values.append(try value(item)) }
            return .list(values)
        case .member(let base, let name): return try Self.member(try value(base), name)
        case .index(let base, let key):
            switch (try value(base), try value(key)) {
            case (.map(let members), .text(let name)): return try Self.member(.map(members), name)
            case (.list(let items), .integer(let index)) where items.indices.contains(index): return items[index]
            default: throw SelectorFault("no such overload")
            }
        case .call(let name, let arguments): return try call(name, arguments)
        case .method(let base, let name, let arguments): return try method(try value(base), name, arguments)
        case .not(let inner): return .truth(!(try truth(inner)))
        case .negative(let inner):
            switch try value(inner) {
            case .integer(let number): return .integer(0 &- number)
            case .decimal(let number): return .decimal(-number)
            default: throw SelectorFault("no such overload")
            }
        case .choice(let condition, let first, let second): return try value(try truth(condition) ? first : second)
        case .binary(let symbol, let left, let right): return .truth(try binary(symbol, left, right))
        }
    }

    private static func member(_ base: SelectorValue, _ name: String) throws(SelectorFault) -> SelectorValue {
        guard case .map(let members) = base else { throw SelectorFault("no such overload") }
        guard let value = members[name] else { throw SelectorFault("no such key: \(name)") }
        return value
    }

    /// A fault of one side of `&&` and `||` does not matter when the other decides.
    private func binary(_ symbol: String, _ left: SelectorExpression, _ right: SelectorExpression) throws(SelectorFault) -> Bool {
        switch symbol {
        case "&&", "||":
            let decisive = symbol == "||"
            do throws(SelectorFault) {
                if try truth(left) == decisive { return decisive }
            } catch {
                if try truth(right) == decisive { return decisive }
                throw error
            }
            return try truth(right)
        case "in":
            let item = try value(left)
            switch try value(right) {
            case .list(let items): return items.contains(item)
            case .map(let members):
                guard case .text(let name) = item else { throw SelectorFault("no such overload") }
                // A domain that has nothing is an empty map rather than none.
                if case .map(let inner)? = members[name] { return !inner.isEmpty }
                return members[name] != nil
            default: throw SelectorFault("no such overload")
            }
        case "==": return try Self.compare(try value(left), try value(right)) == 0
        case "!=": return try Self.compare(try value(left), try value(right)) != 0
        default:
            let order = try Self.compare(try value(left), try value(right))
            return symbol == "<" ? order < 0 : symbol == "<=" ? order <= 0 : symbol == ">" ? order > 0 : order >= 0
        }
    }
    private static func compare(_ left: SelectorValue, _ right: SelectorValue) throws(SelectorFault) -> Int {
        func order<T: Comparable>(_ one: T, _ other: T) -> Int { one < other ? -1 : one == other ? 0 : 1 }
        switch (left, right) {
        case (.integer(let one), .integer(let other)): return order(one, other)
        case (.decimal(let one), .decimal(let other)): return order(one, other)
        case (.integer(let one), .decimal(let other)): return order(Double(one), other)
        case (.decimal(let one), .integer(let other)): return order(one, Double(other))
        case (.text(let one), .text(let other)): return order(one, other)
        case (.truth(let one), .truth(let other)): return order(one ? 1 : 0, other ? 1 : 0)
        case (.quantity(let one), .quantity(let other)): return order(one, other)
        case (.version(let one), .version(let other)): return order(one, other)
        case (.list(let one), .list(let other)): return one == other ? 0 : 1
        default: throw SelectorFault("no such overload")
        }
    }

    private func call(_ name: String, _ arguments: [SelectorExpression]) throws(SelectorFault) -> SelectorValue {
        guard arguments.count == 1 else { throw SelectorFault("found no matching overload for '\(name)'") }
        if name == "has" {
            switch arguments[0] {
            case .member(let base, let member), .index(let base, .literal(.text(let member))):
                guard case .map(let members) = try value(base) else { return .truth(false) }
                return .truth(members[member] != nil)
            default: throw SelectorFault("invalid argument to has() macro")
            }
        }
        let argument = try value(arguments[0])
        switch (name, argument) {
        case ("quantity", .text(let text)):
            guard let quantity = Quantity(text) else { throw SelectorFault("quantity: \(text.quoted) is none") }
            return .quantity(quantity)
        case ("isQuantity", .text(let text)): return .truth(Quantity(text) != nil)
        case ("semver", .text(let text)):
            guard let version = SelectorVersion(text) else { throw SelectorFault("semver: \(text.quoted) is none") }
            return .version(version)
        case ("isSemver", .text(let text)): return .truth(SelectorVersion(text) != nil)
        case ("size", .text(let text)): return .integer(text.unicodeScalars.count)
        case ("size", .list(let items)): return .integer(items.count)
        case ("string", .integer(let number)): return .text("\(number)")
        case ("int", .text(let text)):
            guard let number = Int(text) else { throw SelectorFault("int: \(text.quoted) is none") }
            return .integer(number)
        default: throw SelectorFault("undeclared reference to '\(name)'")
        }
    }
    private func method(_ base: SelectorValue, _ name: String, _ arguments: [SelectorExpression]) throws(SelectorFault) -> SelectorValue {
        guard arguments.count <= 1 else { throw SelectorFault("found no matching overload for '\(name)'") }
        guard let first = arguments.first else {
            switch (base, name) {
            case (.text(let text), "lowerAscii"): return .text(text.lowercased())
            case (.text(let text), "upperAscii"): return .text(text.uppercased())
            case (.quantity(let amount), "asInteger"): return .integer(amount.units)
            case (.quantity(let amount), "sign"): return .integer(amount.sign)
            default: throw SelectorFault("undeclared reference to '\(name)'")
            }
        }
        let argument = try value(first)
        switch (name, base, argument) {
        case ("startsWith", .text(let text), .text(let part)): return .truth(text.hasPrefix(part))
        case ("endsWith", .text(let text), .text(let part)): return .truth(text.hasSuffix(part))
        case ("contains", .text(let text), .text(let part)): return .truth(part.isEmpty || text.contains(part))
        case ("compareTo", _, _): return .integer(try Self.compare(base, argument))
        case ("isGreaterThan", _, _): return .truth(try Self.compare(base, argument) > 0)
        case ("isLessThan", _, _): return .truth(try Self.compare(base, argument) < 0)
        default: throw SelectorFault("undeclared reference to '\(name)'")
        }
    }
}
