/// The kept events of a topic by its texts: who resumes a watch of one text finds its own events without looking at those of others, and
/// is told to list again only when one of his own is gone.
struct TopicTrails: Sendable {
    let topic: Topic
    private var trails: [String: EventRing] = [:]
    /// The newest event that is gone, by text.
    private var gone: [String: Revision] = [:]
    /// For texts that are in neither: nothing after this revision is gone.
    private var floor: Revision
    /// Most texts whose newest gone event is remembered.
    private let mostGone: Int

    /// The trails that these events leave, behind which all up to `floor` may be gone.
    init(_ topic: Topic, _ events: some Sequence<Event>, floor: Revision, mostGone: Int = 200_000) {
        (self.topic, self.floor, self.mostGone) = (topic, floor, mostGone)
        for event in events { note(event) }
    }

    /// Adds the next event.
    mutating func note(_ event: Event) {
        guard event.entry.key.begins(with: topic.prefix) else { return }
        for text in event.texts(of: topic).concerned { trails[text, default: EventRing()].append(event) }
    }

    /// Lets go of the oldest event.
    mutating func drop(_ event: Event) {
        guard event.entry.key.begins(with: topic.prefix) else { return }
        for text in event.texts(of: topic).concerned {
            while let first = trails[text]?.first, first.revision <= event.revision { trails[text]?.removeFirst() }
            if trails[text]?.isEmpty == true { trails[text] = nil }
            gone[text] = max(event.revision, gone[text] ?? 0)
        }
        guard gone.count > mostGone else { return }
        floor = gone.values.max() ?? floor
        gone = [:]
    }

    /// The events of a text after the revision, oldest first.
    /// - Throws: `StorageError.compacted` when some of them are gone.
    func events(after revision: Revision, text: String) throws(StorageError) -> [Event] {
        let oldest = max(floor, gone[text] ?? 0)
        guard revision >= oldest else { throw .compacted(oldest: oldest) }
        return trails[text].map { Array($0.events(after: revision)) } ?? []
    }
}
