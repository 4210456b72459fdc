import Synchronization

/// One change of one key, built once for all watchers.
package final class Event: Sendable {
    package enum Kind: Sendable, Hashable { case put, delete }
    package let kind: Kind
    /// The document after a put; for a deletion the deleted document at the revision of the deletion.
    package let entry: Entry
    /// The document before, nil when a put created it.
    package let previous: Entry?
    /// Its texts by the topics that the realm knew of.
    private let texts: [TopicTexts]
    private let cached = Mutex<[UInt8]?>(nil)

    init(_ kind: Kind, _ entry: Entry, previous: Entry?, topics: some Sequence<Topic> = []) {
        (self.kind, self.entry, self.previous) = (kind, entry, previous)
        texts = topics.compactMap { TopicTexts($0, Self.newest(kind, entry, previous), previous) }
    }
    /// What to look for texts in: a deleted document has those of its last version, which may have been read already.
    private static func newest(_ kind: Kind, _ entry: Entry, _ previous: Entry?) -> Entry { kind == .delete ? previous ?? entry : entry }

    /// The texts of a document of the topic's prefix, before and after; found once for all who ask.
    func texts(of topic: Topic) -> TopicTexts {
        texts.first { $0.name == topic.name } ?? TopicTexts(topic, Self.newest(kind, entry, previous), previous) ?? TopicTexts(topic.name)
    }

    /// The revision of the change.
    package var revision: Revision { entry.revision }

    /// The encoded form that most watchers send: made by the first caller's `build`, then shared by all.
    package func frame(_ build: () -> [UInt8]) -> [UInt8] {
        cached.withLock { cached in
            if let cached { return cached }
            let frame = build()
            cached = frame
            return frame
        }
    }

    /// Forgets the encoded form: the history, which keeps the event, would be twice as large with it.
    func forgetFrame() { cached.withLock { $0 = nil } }

    /// What the event weighs in the history, in bytes.
    var weight: Int { entry.weight + 128 }
}
