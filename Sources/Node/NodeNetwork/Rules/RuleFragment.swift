/// What one owner (a service, a pod) contributes to an nftables table. Texts are in nft's own syntax.
package struct RuleFragment: Sendable, Hashable {
    /// Rules by chain. A chain belongs to one owner.
    package var chains: [String: [String]] = [:]
    /// Declarations of sets by name; a set whose declaration changes needs another name.
    package var sets: [String: String] = [:]
    /// Data (a verdict, or "" in a plain set) by set or map and key. Several owners may contribute the same key.
    package var elements: [String: [String: String]] = [:]
    package init() {}

    /// Adds an element; the first contribution of a key stands.
    package mutating func add(_ set: String, _ key: String, _ data: String = "") {
        if elements[set, default: [:]][key] == nil { elements[set, default: [:]][key] = data }
    }
    /// Whether it contributes nothing.
    package var isEmpty: Bool { chains.isEmpty && sets.isEmpty && elements.isEmpty }
}
