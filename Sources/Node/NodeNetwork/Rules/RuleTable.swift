/// An nftables table as a value: a fixed skeleton and the fragments of many owners. Changes come out as scripts of one transaction
/// each, which touch only what differs.
package struct RuleTable: Sendable {
    /// Family and name, as in `ip kube-proxy`.
    package let name: String
    /// Commands that make the table's own chains, sets and rules, without the table itself; `@T` stands for the name.
    private let skeleton: String
    private var fragments: [String: RuleFragment] = [:]
    /// Who contributes an element, with what, by set and key.
    private var contributions: [String: [String: [String: String]]] = [:]

    /// - Parameter skeleton: one nft command a line, `@T` in the place of the table's name.
    package init(_ name: String, skeleton: String) { (self.name, self.skeleton) = (name, skeleton) }

    /// The owners of fragments.
    package var owners: Dictionary<String, RuleFragment>.Keys { fragments.keys }
    /// What an owner contributes now.
    package func fragment(of owner: String) -> RuleFragment? { fragments[owner] }

    /// Takes new fragments (nil removes an owner's) and returns the script that brings the kernel there; "" when nothing differs.
    package mutating func update(_ changes: [String: RuleFragment?]) -> String {
        var script = RuleScript(table: name)
        var touched: Set<ElementKey> = []
        var before: [ElementKey: String] = [:]
        for (owner, change) in changes.sorted(by: { $0.key < $1.key }) {
            let old = fragments[owner] ?? RuleFragment()
            let new = change ?? RuleFragment()
            guard old != new else { continue }
            script.replaceChains(old.chains, new.chains)
            script.replaceSets(old.sets, new.sets)
            for (set, elements) in old.elements {
                for (key, data) in elements where new.elements[set]?[key] != data {
                    note(ElementKey(set: set, key: key), &touched, &before)
                    contributions[set]?[key]?[owner] = nil
                    if contributions[set]?[key]?.isEmpty == true { contributions[set]?[key] = nil }
                }
            }
            for (set, elements) in new.elements {
                for (key, data) in elements where old.elements[set]?[key] != data {
                    note(ElementKey(set: set, key: key), &touched, &before)
                    contributions[set, default: [:]][key, default: [:]][owner] = data
                }
            }
            fragments[owner] = new.isEmpty ? nil : new
        }
        for element in touched { script.replaceElement(element.set, element.key, before[element], effective(element)) }
        return script.text
    }

    /// The script that makes the table from nothing, and takes away whatever was there under its name, at once.
    package func full() -> String {
        var script = RuleScript(table: name)
        for fragment in fragments.values {
            script.replaceChains([:], fragment.chains)
            script.replaceSets([:], fragment.sets)
        }
        for (set, keys) in contributions {
            for key in keys.keys { script.replaceElement(set, key, nil, effective(ElementKey(set: set, key: key))) }
        }
        let own = skeleton.replacing("@T", with: name)
        return "add table \(name)\ndelete table \(name)\nadd table \(name)\n\(own)\n\(script.text)"
    }

    private struct ElementKey: Hashable { let set: String, key: String }
    /// The first owner by name decides where several contribute a key.
    private func effective(_ element: ElementKey) -> String? {
        contributions[element.set]?[element.key]?.min { $0.key < $1.key }?.value
    }
    private func note(_ element: ElementKey, _ touched: inout Set<ElementKey>, _ before: inout [ElementKey: String]) {
        if touched.insert(element).inserted { before[element] = effective(element) }
    }
}
