/// An nft table as values: named sets and maps with their elements, and chains with their rules.
struct Firewall: Sendable, Hashable {
    struct NamedSet: Sendable, Hashable {
        /// `type ipv4_addr;` and whatever flags.
        var type: String
        var isMap: Bool
        var elements: Set<String> = []
    }
    struct Chain: Sendable, Hashable {
        /// `type filter hook forward priority 0; policy drop;`; nil for a chain that others jump to.
        var hook: String?
        var rules: [String] = []
    }
    var sets: [String: NamedSet] = [:]
    var chains: [String: Chain] = [:]
}

extension Firewall {
    /// The script that puts this table in the place of whatever has its name, in one transaction.
    func script(table: String) -> String {
        Self.lines(["table ip \(table)", "delete table ip \(table)", "add table ip \(table)"] + changes(table, from: Firewall()))
    }

    /// The script that makes the old table this one, in one transaction; nil when they are the same.
    func script(table: String, from old: Firewall) -> String? {
        let lines = changes(table, from: old)
        return lines.isEmpty ? nil : Self.lines(lines)
    }

    /// Nothing is referred to before it is there, and nothing goes while it is referred to. A set or chain never changes its type or hook.
    private func changes(_ table: String, from old: Firewall) -> [String] {
        let setNames = sets.keys.sorted()
        let chainNames = chains.keys.sorted()
        let changed = chainNames.filter { chains[$0]?.rules != old.chains[$0]?.rules }
        let gone = old.chains.keys.filter { chains[$0] == nil }.sorted()
        var lines: [String] = []
        for name in setNames where old.sets[name] == nil {
            guard let set = sets[name] else { continue }
            lines.append("add \(set.isMap ? "map" : "set") ip \(table) \(name) { \(set.type) }")
        }
        for name in chainNames where old.chains[name] == nil {
            lines.append("add chain ip \(table) \(name)" + (chains[name]?.hook.map { " { \($0) }" } ?? ""))
        }
        for name in changed where old.chains[name] != nil { lines.append("flush chain ip \(table) \(name)") }
        for name in gone { lines.append("flush chain ip \(table) \(name)") }
        for name in setNames {
            let stale = (old.sets[name]?.elements ?? []).subtracting(sets[name]?.elements ?? [])
            lines += Self.elements("delete", table, name, stale)
        }
        for name in setNames {
            let missing = (sets[name]?.elements ?? []).subtracting(old.sets[name]?.elements ?? [])
            lines += Self.elements("add", table, name, missing)
        }
        for name in changed { lines += (chains[name]?.rules ?? []).map { "add rule ip \(table) \(name) \($0)" } }
        for name in gone { lines.append("delete chain ip \(table) \(name)") }
        for name in old.sets.keys.sorted() where sets[name] == nil {
            lines.append("delete \(old.sets[name]?.isMap == true ? "map" : "set") ip \(table) \(name)")
        }
        return lines
    }

    private static func elements(_ verb: String, _ table: String, _ set: String, _ elements: Set<String>) -> [String] {
        elements.isEmpty ? [] : ["\(verb) element ip \(table) \(set) { \(elements.sorted().joined(separator: ", ")) }"]
    }

    private static func lines(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}
