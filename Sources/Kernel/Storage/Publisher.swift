/// Calls the sinks of watches, in the order in which events were published, away from the sequencers: a slow sink delays other
/// watchers but no write.
final class Publisher: Sendable {
    enum Delivery: Sendable {
        case events(WatchTable, [Event])
        /// A watch begins with the events of the history that it has not seen.
        case start(Watch, [Event])
        case stop(Watch)
        /// The names of the realms, for those who watch them.
        case realms(RealmsWatch, [String])
    }
    private let worker: Worker<Delivery>

    /// With a thread of its own, or delivering on the thread that flushes, or whenever `begin` lets it.
    init(threaded: Bool, begin: WorkStart? = nil) {
        let deliver: @Sendable ([Delivery]) -> Void = { batch in
            for delivery in batch {
                switch delivery {
                case .events(let table, let events):
                    table.deliver(events)
                    table.finishDelivery()
                case .start(let watch, let events):
                    watch.deliver(events)
                    watch.table.add(watch)
                    watch.table.finishDelivery()
                case .stop(let watch): watch.table.remove(watch)
                case .realms(let watch, let names): watch.deliver(names)
                }
            }
        }
        worker = threaded ? Worker(thread: "store-publish", deliver) : Worker(inline: deliver, begin: begin)
    }

    func append(_ delivery: Delivery) { worker.append(delivery) }
    func flush() { worker.flush() }
    func stop() { worker.stop() }
}
