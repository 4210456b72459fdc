/// The watchers of one prefix: those of everything, and those of topics by text, so that an event costs the same for any number of
/// texts that it does not concern.
struct WatchGroup {
    private struct TopicWatches {
        let topic: Topic
        var watches: [String: [Watch]] = [:]
    }
    private var all: [Watch] = []
    private var topics: [TopicWatches] = []

    var isEmpty: Bool { all.isEmpty && topics.isEmpty }

    mutating func add(_ watch: Watch) {
        guard let topic = watch.topic else { return all.append(watch) }
        let place = topics.firstIndex { $0.topic.name == topic.topic.name } ?? topics.count
        if place == topics.count { topics.append(TopicWatches(topic: topic.topic)) }
        topics[place].watches[topic.text, default: []].append(watch)
    }

    /// Tells whether the watch was there.
    mutating func remove(_ watch: Watch) -> Bool {
        guard let topic = watch.topic else {
            guard let index = all.firstIndex(where: { $0 === watch }) else { return false }
            all.remove(at: index)
            return true
        }
        guard let place = topics.firstIndex(where: { $0.topic.name == topic.topic.name }),
            let index = topics[place].watches[topic.text]?.firstIndex(where: { $0 === watch })
        else { return false }
        topics[place].watches[topic.text]?.remove(at: index)
        if topics[place].watches[topic.text]?.isEmpty == true { topics[place].watches[topic.text] = nil }
        if topics[place].watches.isEmpty { topics.remove(at: place) }
        return true
    }

    /// Gives every watcher the events that concern it, in order and in one batch.
    func deliver(_ events: [Event]) {
        for watch in all { watch.deliver(events) }
        for group in topics {
            var batches: [String: [Event]] = [:]
            var order: [String] = []
            for event in events {
                for text in event.texts(of: group.topic).concerned where group.watches[text] != nil {
                    if batches[text] == nil { order.append(text) }
                    batches[text, default: []].append(event)
                }
            }
            for text in order { for watch in group.watches[text] ?? [] { watch.deliver(batches[text] ?? []) } }
        }
    }
}
