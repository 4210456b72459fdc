/// Collects changes of a table and puts them into the order in which nftables takes them.
struct RuleScript {
    let table: String
    private var newChains: [String] = []
    private var flushedChains: [String] = []
    private var rules: [(chain: String, rule: String)] = []
    private var goneChains: [String] = []
    private var newSets: [(name: String, declaration: String)] = []
    private var goneSets: [String] = []
    private var goneElements: [String: [String]] = [:]
    private var newElements: [String: [String]] = [:]
    /// Elements in one command; longer ones make the parser slow.
    private static let batch = 500

    init(table: String) { self.table = table }

    mutating func replaceChains(_ old: [String: [String]], _ new: [String: [String]]) {
        for (chain, content) in new where old[chain] != content {
            if old[chain] == nil { newChains.append(chain) } else { flushedChains.append(chain) }
            rules += content.map { (chain, $0) }
        }
        goneChains += old.keys.filter { new[$0] == nil }
    }
    mutating func replaceSets(_ old: [String: String], _ new: [String: String]) {
        newSets += new.filter { old[$0.key] == nil }.map { ($0.key, $0.value) }
        goneSets += old.keys.filter { new[$0] == nil }
    }
    mutating func replaceElement(_ set: String, _ key: String, _ old: String?, _ new: String?) {
        guard old != new else { return }
        if old != nil { goneElements[set, default: []].append(key) }
        if let new { newElements[set, default: []].append(new.isEmpty ? key : "\(key) : \(new)") }
    }

    /// One command a line; "" when nothing changes.
    var text: String {
        var lines: [String] = []
        lines += newSets.sorted { $0.name < $1.name }.map { "add set \(table) \($0.name) { \($0.declaration) }" }
        lines += newChains.sorted().map { "add chain \(table) \($0)" }
        lines += flushedChains.sorted().map { "flush chain \(table) \($0)" }
        lines += rules.enumerated().sorted { ($0.element.chain, $0.offset) < ($1.element.chain, $1.offset) }.map {
            "add rule \(table) \($0.element.chain) \($0.element.rule)"
        }
        lines += elementLines("delete", goneElements) + elementLines("add", newElements)
        lines += goneChains.sorted().map { "flush chain \(table) \($0)" } + goneChains.sorted().map { "delete chain \(table) \($0)" }
        lines += goneSets.sorted().map { "delete set \(table) \($0)" }
        return lines.joined(separator: "\n")
    }

    private func elementLines(_ verb: String, _ elements: [String: [String]]) -> [String] {
        elements.sorted { $0.key < $1.key }.flatMap { set, keys in
            let keys = keys.sorted()
            return stride(from: 0, to: keys.count, by: Self.batch).map { start in
                let part = keys[start..<min(start + Self.batch, keys.count)]
                return "\(verb) element \(table) \(set) { \(part.joined(separator: ", ")) }"
            }
        }
    }
}
