/// The latest events of a realm, for watches that resume; bounded by number and bytes.
///
/// Each kind of key has a part of its own, so that what changes all the time (leases, events) drives out no history of what does not.
struct History: Sendable {
    private struct Part {
        var events = EventRing()
        var weight = 0
        /// Every event after this revision is here.
        var compacted: Revision
    }
    private let limits: StoreLimits
    private let compacted: Revision
    private var parts: [Substring: Part] = [:]
    private var weight = 0
    private var topics: [TopicTrails] = []

    /// A history without events: all after `compacted` are there, for none came, and of some kinds all after a later revision.
    init(limits: StoreLimits, compacted: Revision, settled: [Substring: Revision] = [:]) {
        (self.limits, self.compacted) = (limits, compacted)
        parts = settled.mapValues { Part(compacted: max($0, compacted)) }
    }

    /// Adds the next event and drops old ones that exceed the limits.
    mutating func append(_ event: Event) {
        let name = event.entry.key.keyPart ?? ""
        parts[name, default: Part(compacted: compacted)].events.append(event)
        parts[name]?.weight += event.weight
        weight += event.weight
        for place in topics.indices { topics[place].note(event) }
        while parts[name]?.events.count ?? 0 > limits.historyEvents { drop(name) }
        while weight > limits.historyBytes, let heaviest = parts.max(by: { $0.value.weight < $1.value.weight })?.key { drop(heaviest) }
    }

    private mutating func drop(_ name: Substring) {
        guard let event = parts[name]?.events.first else { return }
        parts[name]?.events.removeFirst()
        parts[name]?.weight -= event.weight
        parts[name]?.compacted = event.revision
        weight -= event.weight
        for place in topics.indices { topics[place].drop(event) }
    }

    /// Finds the events of a topic by their texts from now on.
    mutating func follow(_ topic: Topic) {
        guard !topics.contains(where: { $0.topic.name == topic.name }) else { return }
        topics.append(TopicTrails(topic, events(of: topic.prefix, after: 0), floor: compacted(topic.prefix)))
    }

    /// The events after the revision whose key begins with the prefix, oldest first.
    /// - Throws: `StorageError.compacted` when some of them are gone.
    func events(after revision: Revision, prefix: String) throws(StorageError) -> [Event] {
        let compacted = compacted(prefix)
        guard revision >= compacted else { throw .compacted(oldest: compacted) }
        return events(of: prefix, after: revision)
    }

    /// The same for a part of a topic that is followed.
    /// - Throws: `StorageError.compacted` when some of them are gone.
    func events(after revision: Revision, topic: TopicText) throws(StorageError) -> [Event] {
        guard let trails = topics.first(where: { $0.topic.name == topic.topic.name }) else {
            return try events(after: revision, prefix: topic.topic.prefix).filter {
                $0.texts(of: topic.topic).concerned.contains(topic.text)
            }
        }
        return try trails.events(after: revision, text: topic.text)
    }

    private func events(of prefix: String, after revision: Revision) -> [Event] {
        let found = concerned(prefix).map { $0.events.events(after: revision) }
        let events = found.flatMap { $0 }.filter { $0.entry.key.begins(with: prefix) }
        return found.count == 1 ? events : events.sorted { $0.revision < $1.revision }
    }
    private func compacted(_ prefix: String) -> Revision { concerned(prefix).map(\.compacted).max() ?? compacted }
    private func concerned(_ prefix: String) -> [Part] {
        if let name = prefix.keyPart { return parts[name].map { [$0] } ?? [] }
        return parts.filter { $0.key.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: $0.key.utf8) }.map(\.value)
    }
}
