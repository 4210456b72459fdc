import Control
import Documents
import KubeModel
import Network
import Storage

/// One page of a collection.
struct Page: Sendable {
    var entries: [Entry]
    /// The revision that the list stands for.
    var revision: Revision
    var token: ContinueToken?
    var remaining: Int?
}

extension APIServer {
    /// The page of a collection that the options ask for.
    /// - Throws: `KubeStatus`: Expired for a snapshot that is gone, Timeout for a revision that is not there yet.
    func page(_ target: Target, _ options: ListOptions) async throws(KubeStatus) -> Page {
        let (snapshot, isPast) = try await snapshot(for: options, target: target)
        if let topic = options.topic(of: target), options.token == nil, options.match != .exact {
            let (newest, found) = realm.snapshot(of: topic)
            let entries = found.filter(options.filter.selects)
            if options.limit == 0 || entries.count <= options.limit { return Page(entries: entries, revision: newest.revision) }
        }
        if let name = options.filter.name, !target.namespace.isEmpty || !target.info.namespaced {
            let entry = snapshot.get(target.named(name).key)
            return Page(entries: entry.map { options.filter.selects($0) ? [$0] : [] } ?? [], revision: snapshot.revision)
        }
        let prefix = target.prefix
        let start = options.token.map { prefix + $0.after }
        guard options.limit > 0 else {
            var entries = snapshot.range(prefix: prefix, after: start)
            if !options.filter.everything { entries.removeAll { !options.filter.selects($0) } }
            return Page(entries: entries, revision: snapshot.revision)
        }
        var entries: [Entry] = []
        var cursor = start
        while entries.count <= options.limit {
            let chunk = snapshot.range(prefix: prefix, after: cursor, limit: max(options.limit + 1 - entries.count, 64))
            entries += options.filter.everything ? chunk : chunk.filter(options.filter.selects)
            guard let last = chunk.last else { break }
            cursor = last.key
        }
        guard entries.count > options.limit, let last = entries.prefix(options.limit).last else {
            return Page(entries: entries, revision: snapshot.revision)
        }
        entries.removeLast(entries.count - options.limit)
        snapshots.keep(snapshot, below: isPast ? prefix : "")
        return Page(
            entries: entries, revision: snapshot.revision,
            token: ContinueToken(revision: snapshot.revision, after: String(last.key.dropFirst(prefix.count)), given: clock.now),
            remaining: options.filter.everything ? snapshot.count(prefix: prefix, after: last.key) : nil)
    }

    /// What a list is made of, and whether that is of the past and true below the collection's prefix only.
    private func snapshot(for options: ListOptions, target: Target) async throws(KubeStatus) -> (Snapshot, isPast: Bool) {
        let newest = realm.snapshot()
        if let token = options.token {
            guard let revision = token.revision else { return (newest, false) }
            guard !token.isOlder(than: configuration.continueLifetime, now: clock.now),
                let found = try await past(at: revision, newest, target)
            else { throw expired(token) }
            return found
        }
        guard let revision = options.revision, revision > 0 else { return (newest, false) }
        guard revision <= newest.revision else { throw .tooLargeResourceVersion(revision, current: newest.revision) }
        guard options.match == .exact else { return (newest, false) }
        guard let found = try await past(at: revision, newest, target) else {
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        return found
    }

    /// The collection at a revision: kept here since its first page, or put together from the history; nil when that does not reach.
    private func past(at revision: Revision, _ newest: Snapshot, _ target: Target) async throws(KubeStatus) -> (Snapshot, isPast: Bool)? {
        if revision == newest.revision { return (newest, false) }
        if let kept = snapshots.snapshot(at: revision, below: target.prefix) { return (kept, true) }
        do throws(StorageError) { return (try await realm.snapshot(at: revision, prefix: target.prefix), true) } catch {
            if case .compacted = error { return nil }
            throw .serviceUnavailable("the store cannot be reached: \(error)")
        }
    }

    /// Source: upstream's handling of compacted continue tokens.
    private func expired(_ token: ContinueToken) -> KubeStatus {
        var status = KubeStatus.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
                + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, "
                + "or deleted between the time the first chunk was returned and now may show up in the list.")
        status.continueToken = ContinueToken(revision: nil, after: token.after).text
        return status
    }

    /// Answers GET of a collection.
    func list(_ context: RequestContext, _ target: Target) async throws(KubeStatus) -> HTTPResponse {
        let options = try ListOptions(context.query, target: target, watching: false)
        let page = try await page(target, options)
        return context.respond(200, slices: render(page, target, context))
    }

    /// The pieces of a list's text: the stored bytes of each document, and what stands between them.
    private func render(_ page: Page, _ target: Target, _ context: RequestContext) -> [[UInt8]] {
        var metadata: Value = ["resourceVersion": .string("\(page.revision)")]
        if let token = page.token { metadata["continue"] = .string(token.text) }
        if let remaining = page.remaining { metadata["remainingItemCount"] = .int(Int64(remaining)) }
        switch context.accepted.form {
        case .table:
            let table = TableRenderer(target.info, include: context.query["includeObject"], now: clock.now)
            return [JSON.encode(table.table(page.entries.map { target.info.served($0) }, metadata: metadata, columns: true))]
        case .partialMetadata:
            let items = page.entries.map { PartialMetadata.document($0.whole) }
            return [
                JSON.encode([
                    "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "items": .array(items),
                ])
            ]
        case .object:
            var slices: [[UInt8]] = []
            slices.reserveCapacity(page.entries.count * 2 + 2)
            let head = "{\"kind\":\"\(target.info.kind)List\",\"apiVersion\":\"\(target.info.apiVersion)\",\"metadata\":"
            slices.append(Array(head.utf8) + JSON.encode(metadata) + Array(",\"items\":[".utf8))
            for (position, entry) in page.entries.enumerated() {
                if position > 0 { slices.append(Self.comma) }
                slices.append(target.info.servedBytes(entry))
            }
            slices.append(Self.end)
            return slices
        }
    }
    private static let comma: [UInt8] = [UInt8(ascii: ",")]
    private static let end: [UInt8] = Array("]}\n".utf8)
}
