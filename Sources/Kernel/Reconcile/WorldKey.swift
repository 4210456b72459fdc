/// A document's key with its hash: sets of keys are asked for every change of every document, and to tell keys apart by their texts
/// would be a look into cold memory for each neighbour in a set.
struct WorldKey: Sendable, Hashable {
    let text: String
    private let number: Int

    init(_ text: String) { (self.text, number) = (text, text.hashValue) }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }
    static func == (left: WorldKey, right: WorldKey) -> Bool { left.number == right.number && left.text == right.text }
}

extension Set<WorldKey> {
    /// The keys' texts in order.
    var sortedTexts: [String] { map(\.text).sorted() }
}
