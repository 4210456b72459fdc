import Documents
import Network

/// The parameters of a query request as a tree: `Filter.1.Name` is a branch of `Filter`.
struct Parameters {
    private(set) var value: String?
    private(set) var children: [String: Parameters] = [:]
    /// The whole name of this branch, as the client wrote it.
    private(set) var path = ""

    init() {}
    /// The tree of decoded items.
    init(_ items: [URLTarget.Item]) {
        for item in items { insert(item.name.split(separator: ".", omittingEmptySubsequences: false).prefix(64)[...], item.value) }
    }

    private mutating func insert(_ names: ArraySlice<Substring>, _ text: String) {
        guard let first = names.first else {
            value = text
            return
        }
        let key = String(first)
        if children[key] == nil {
            var child = Parameters()
            child.path = path.isEmpty ? key : "\(path).\(key)"
            children[key] = child
        }
        children[key]?.insert(names.dropFirst(), text)
    }

    /// The branch of that name.
    subscript(name: String) -> Parameters? { children[name] }

    /// The numbered branches in the order of their numbers.
    var numbered: [Parameters] {
        children.compactMap { key, child in Int(key).map { ($0, child) } }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
