/// A JSON-shaped document: the one editable representation that every API object has in this program.
///
/// Integers stay 64-bit integers; a number with a fraction or exponent, or beyond 64 bits, is a double. Members keep their order.
package enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([Value])
    case object(Object)

    /// The member `key` of an object; null when absent or not an object. Setting null removes the member; setting makes an object of null.
    package subscript(key: String) -> Value {
        @inlinable get {
            guard case .object(let object) = self, let place = object.place(of: key) else { return .null }
            return object[place].value
        }
        set {
            switch self {
            case .object(var object):
                self = .null
                object[key] = newValue.isNull ? Optional.none : newValue
                self = .object(object)
            default: self = newValue.isNull ? .object([:]) : .object([key: newValue])
            }
        }
        _modify {
            var object = Object()
            if case .object(let present) = self { object = present }
            self = .null
            let place = object.place(of: key)
            var value = place.map { object.take(at: $0) } ?? .null
            defer {
                object.put(value.isNull ? Optional.none : value, at: place, key)
                self = .object(object)
            }
            yield &value
        }
    }

    /// The element at `index` of an array; null when out of range or not an array.
    package subscript(index: Int) -> Value {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .null }
    }

    /// The value at a path of member names.
    package subscript(path path: [String]) -> Value {
        get { path.reduce(self) { $0[$1] } }
        set {
            guard let first = path.first else {
                self = newValue
                return
            }
            self[first][path: Array(path.dropFirst())] = newValue
        }
    }

    /// Whether both are equal with all members in the same order: quicker to say no than `==`, which looks for members elsewhere.
    package func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)): left.isSame(as: right)
        case (.array(let left), .array(let right)):
            left.count == right.count && left.indices.allSatisfy { left[$0].isSame(as: right[$0]) }
        default: self == other
        }
    }

    /// The text, when this is a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The number, when this is an integer.
    package var int: Int? { if case .int(let number) = self { Int(number) } else { nil } }
    /// The truth value, when this is a boolean.
    package var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    /// The number, when this is an integer or a double.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
    /// The elements, when this is an array; else nil.
    package var array: [Value]? { if case .array(let items) = self { items } else { nil } }
    /// The elements of an array; empty for anything else.
    package var items: [Value] { array ?? [] }
    /// The members, when this is an object; else nil.
    package var object: Object? { if case .object(let object) = self { object } else { nil } }
    /// Whether this is null.
    package var isNull: Bool { if case .null = self { true } else { false } }
    /// The string members of an object, as labels and annotations are; other members are left out.
    package var strings: [String: String] {
        var result: [String: String] = [:]
        for member in object ?? [:] { if let text = member.value.string { result[member.key] = text } }
        return result
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: Value...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, Value)...) { self = .object(Object(elements.map { Object.Member($0.0, $0.1) })) }
    /// An object of string members, sorted by key.
    package init(_ strings: [String: String]) {
        self = .object(Object(strings.sorted { $0.key < $1.key }.map { Object.Member($0.key, .string($0.value)) }))
    }
}
