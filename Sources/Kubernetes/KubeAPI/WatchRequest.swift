import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers GET of a collection (or of one document) with `watch=true`.
    func watch(_ context: RequestContext, _ target: Target) throws(KubeStatus) -> HTTPResponse {
        let options = try ListOptions(context.query, target: target, watching: true)
        let encoder = WatchEncoder(
            info: target.info, form: context.accepted.form, filter: options.filter, includeObject: context.query["includeObject"])
        let start: (revision: Revision, entries: [Entry])
        if let revision = options.revision, revision > 0, !options.initialEvents {
            start = (revision, [])
        } else {
            let (snapshot, entries) = state(target, options)
            if let revision = options.revision, revision > snapshot.revision {
                throw .tooLargeResourceVersion(revision, current: snapshot.revision)
            }
            let wantsState = options.initialEvents || context.query["sendInitialEvents"] == nil
            start = (snapshot.revision, wantsState ? entries() : [])
        }
        let lifetime = options.timeoutSeconds.map { Duration.seconds(max(1, $0)) } ?? configuration.watchLifetime * (1 + random.fraction())
        return context.respond(
            200,
            writer: { [self] writer in
                let stream = WatchStream(
                    writer: writer, encoder: encoder, revision: start.revision, deadline: clock.now + lifetime,
                    bookmarkInterval: options.bookmarks ? configuration.bookmarkInterval : nil, backlog: configuration.watchBacklogBytes,
                    clock: clock, registry: watches)
                stream.begin(with: start.entries, endBookmark: options.initialEvents && options.bookmarks)
                do throws(StorageError) {
                    stream.attach(
                        try realm.watch(prefix: watchPrefix(target, options), topic: options.topic(of: target), after: start.revision) {
                            stream.deliver($0)
                        })
                } catch {
                    guard case .compacted(let oldest) = error else { return stream.fail(.internalError("\(error)")) }
                    return stream.fail(.expired("too old resource version: \(start.revision) (\(oldest))"))
                }
                let number = watches.add(stream)
                writer.onClose { [watches] in
                    stream.detach()
                    watches.remove(number)
                }
            })
    }

    /// The realm, and what of it a watch selects.
    private func state(_ target: Target, _ options: ListOptions) -> (Snapshot, () -> [Entry]) {
        if let topic = options.topic(of: target) {
            let (snapshot, entries) = realm.snapshot(of: topic)
            return (snapshot, { entries.filter(options.filter.selects) })
        }
        let snapshot = realm.snapshot()
        return (snapshot, { snapshot.range(prefix: self.watchPrefix(target, options)).filter(options.filter.selects) })
    }

    private func watchPrefix(_ target: Target, _ options: ListOptions) -> String {
        guard let name = options.filter.name, !target.namespace.isEmpty || !target.info.namespaced else { return target.prefix }
        return target.named(name).key
    }
}
