import AWSProtocol
import Documents

/// The filters of describe operations. Source: EC2 API reference, Filter: values are alternatives, filters add up, `*` and `?` are wildcards.
enum EC2Filter {
    static func matches(_ shape: Value, _ filters: [Value], _ type: EC2Type) throws -> Bool {
        for filter in filters {
            guard let name = filter["Name"].string else { throw AWSError("InvalidParameterValue", "The filter 'null' is invalid") }
            let wanted = filter["Values"].items.compactMap(\.string)
            let found = try texts(shape, name, type)
            guard found.contains(where: { text in wanted.contains { matches(text, $0) } }) else { return false }
        }
        return true
    }
    private static func texts(_ shape: Value, _ name: String, _ type: EC2Type) throws -> [String] {
        let tags = shape["Tags"].items + shape["TagSet"].items
        if name == "tag-key" { return tags.compactMap { $0["Key"].string } }
        if name == "tag-value" { return tags.compactMap { $0["Value"].string } }
        if name.hasPrefix("tag:") { return tags.filter { $0["Key"].string == String(name.dropFirst(4)) }.compactMap { $0["Value"].string } }
        guard let path = type.filters[name] else { throw AWSError("InvalidParameterValue", "The filter '\(name)' is invalid") }
        return leaves(shape, path.split(separator: ".").map(String.init)[...])
    }
    /// The scalars at a path, through lists.
    private static func leaves(_ value: Value, _ path: ArraySlice<String>) -> [String] {
        if let items = value.array { return items.flatMap { leaves($0, path) } }
        if let member = path.first { return leaves(value[member], path.dropFirst()) }
        return (value.string ?? value.bool.map { "\($0)" } ?? value.int.map { "\($0)" }).map { [$0] } ?? []
    }
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard pattern.contains(where: { $0 == "*" || $0 == "?" }) else { return text == pattern }
        return wild(Array(text)[...], Array(pattern)[...])
    }
    private static func wild(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return wild(text, pattern.dropFirst()) || (!text.isEmpty && wild(text.dropFirst(), pattern))
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return wild(text.dropFirst(), pattern.dropFirst())
    }
}
