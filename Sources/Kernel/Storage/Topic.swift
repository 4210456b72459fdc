/// A way to find documents of a prefix by a text in them, as pods by their node: for lists and watches of a few among very many.
package struct Topic: Sendable {
    /// Two topics of one name are the same.
    package let name: String
    let prefix: String
    /// What a document is found by; nil for one that nobody looks for.
    let text: @Sendable (Entry) -> String?
    package init(_ name: String, prefix: String, _ text: @escaping @Sendable (Entry) -> String?) {
        (self.name, self.prefix, self.text) = (name, prefix, text)
    }
}

/// What a document has to say to a topic, before an event and after it.
struct TopicTexts: Sendable {
    /// The topic's.
    let name: String
    private(set) var old: String?
    /// Of a deletion the deleted document's.
    private(set) var new: String?

    init(_ name: String) { self.name = name }
    /// Nil when the topic has nothing to do with the key.
    init?(_ topic: Topic, _ entry: Entry, _ previous: Entry?) {
        guard entry.key.begins(with: topic.prefix) else { return nil }
        (name, old, new) = (topic.name, previous.flatMap(topic.text), topic.text(entry))
    }

    /// Those that the event concerns, each once.
    var concerned: [String] { [new, old == new ? nil : old].compactMap { $0 } }
}

/// The part of a topic that somebody asks for.
package struct TopicText: Sendable {
    package let topic: Topic
    package let text: String
    package init(_ topic: Topic, _ text: String) { (self.topic, self.text) = (topic, text) }
}

/// The keys that a topic has under each text.
struct TopicIndex: Sendable {
    let topic: Topic
    private var keys: [String: Set<String>] = [:]

    init(_ topic: Topic, _ index: Index) {
        self.topic = topic
        index.scan(from: topic.prefix) { entry in
            guard entry.key.begins(with: topic.prefix) else { return false }
            if let text = topic.text(entry) { keys[text, default: []].insert(entry.key) }
            return true
        }
    }

    func keys(_ text: String) -> [String] { keys[text, default: []].sorted() }

    mutating func note(_ event: Event) {
        guard event.entry.key.begins(with: topic.prefix) else { return }
        let texts = event.texts(of: topic)
        let (old, new) = (texts.old, event.kind == .put ? texts.new : nil)
        guard old != new else { return }
        if let old {
            keys[old]?.remove(event.entry.key)
            if keys[old]?.isEmpty == true { keys[old] = nil }
        }
        if let new { keys[new, default: []].insert(event.entry.key) }
    }
}
