import Documents
import Glibc

/// What was sent, with blanks: as text by clients, as a tree by controllers in this process.
enum PrototypeSource: Sendable {
    case text(SentText)
    case tree(SentTree)

    /// The paths at which it has blanks.
    var blanks: [Blank] {
        switch self {
        case .text(let text): text.blanks.map(\.blank)
        case .tree(let tree): tree.blanks
        }
    }
}

/// A JSON text with blanks between quotes.
struct SentText: Sendable {
    private let bytes: [UInt8]
    /// In the order of the text.
    let blanks: [(range: Range<Int>, blank: Blank)]

    /// A text with those blanks that it has; `document` is its tape.
    init(_ document: Document, _ blanks: [Blank]) {
        bytes = document.bytes
        self.blanks = Blank.all(blanks, in: document.root).compactMap { blank in
            guard let node = blank.node(in: document.root), node.string != nil else { return nil }
            let range = node.range.lowerBound + 1..<node.range.upperBound - 1
            let isTaken = document.bytes.withUnsafeBufferPointer { blank.takesEscaped(UnsafeBufferPointer(rebasing: $0[range])) }
            guard isTaken else { return nil }
            return (range, blank)
        }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// What a text has in the blanks, as it stands between the quotes, when it is the same but for them. Texts are not read for that:
    /// between two equal pieces there is a string in each, and so the rest means the same in both.
    func match(_ sent: [UInt8]) -> [String]? {
        bytes.withUnsafeBufferPointer { model in sent.withUnsafeBufferPointer { match($0, model) } }
    }
    private func match(_ sent: UnsafeBufferPointer<UInt8>, _ model: UnsafeBufferPointer<UInt8>) -> [String]? {
        guard let sentBase = sent.baseAddress, let modelBase = model.baseAddress else { return nil }
        var texts: [String] = []
        var (at, place) = (0, 0)
        for (range, blank) in blanks {
            let length = range.lowerBound - at
            guard place + length < sent.count, memcmp(sentBase + place, modelBase + at, length) == 0 else { return nil }
            place += length
            let start = place
            place = Blank.end(sent, from: start)
            let text = UnsafeBufferPointer(rebasing: sent[start..<place])
            guard blank.takesEscaped(text) else { return nil }
            texts.append(String(decoding: text, as: UTF8.self))
            at = range.upperBound
        }
        let rest = model.count - at
        guard sent.count - place == rest, memcmp(sentBase + place, modelBase + at, rest) == 0 else { return nil }
        return texts
    }

    /// What all texts that differ in the blanks alone have in common.
    func combine(into hasher: inout Hasher) {
        var at = 0
        bytes.withUnsafeBytes { bytes in
            for (range, _) in blanks {
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<range.lowerBound]))
                at = range.upperBound
            }
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[at...]))
        }
    }
    /// The memory it takes, in bytes.
    var weight: Int { bytes.count }
}

/// A tree with blanks.
struct SentTree: Sendable {
    /// With empty texts in the blanks.
    private let model: Value
    let blanks: [Blank]

    init(_ document: Value, _ blanks: [Blank]) {
        self.blanks = Blank.all(blanks, in: document).filter { Self.text(in: document, $0) != nil }
        var model = document
        for blank in self.blanks { Blank.clear(blank.path[...], of: &model) }
        self.model = model
    }

    private static func text(in document: Value, _ blank: Blank) -> String? {
        guard var text = blank.value(in: document).string, text.withUTF8(blank.takes) else { return nil }
        return text
    }

    /// What a tree has in the blanks, when it is the same but for them.
    func match(_ sent: Value) -> [String]? {
        var (rest, texts) = (sent, [String]())
        for blank in blanks {
            guard let text = Self.text(in: sent, blank) else { return nil }
            texts.append(text)
            Blank.clear(blank.path[...], of: &rest)
        }
        return rest.isSame(as: model) ? texts : nil
    }

    /// Little of what trees that differ in the blanks alone have in common: who owns them, or what they report.
    func combine(into hasher: inout Hasher) {
        hasher.combine(model["metadata"]["ownerReferences"][0]["uid"])
        hasher.combine(model["metadata"]["generateName"])
        hasher.combine(model["reason"])
    }
}
