import Control
import Documents
import KubeModel
import Network
import Storage

/// What a deletion came to.
struct Deleted: Sendable {
    /// The document as it is now, or was last.
    let document: Written
    let uid: String
    /// Whether it is gone; else it waits for its grace period or finalizers.
    let gone: Bool
}

extension APIServer {
    /// Answers DELETE of a document.
    func delete(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let options = try await decodeDeletion(context)
        let deleted = try await delete(target, options, user: context.user, context.warnings)
        return present(context, deleted, options, target)
    }

    /// The document while it lingers, or a Status. Source: upstream's delete handler.
    func present(_ context: RequestContext, _ deleted: Deleted, _ options: DeleteOptions, _ target: Target) -> HTTPResponse {
        guard deleted.gone, !KindRules.of(target.info).returnsDeleted else {
            let cascades = options.orphanDependents == false || options.propagation == .foreground
            return present(context, !deleted.gone && cascades ? 202 : 200, deleted.document, target.info)
        }
        let status = KubeStatus.success(
            name: target.name, group: target.info.group, kind: target.info.plural, uid: deleted.uid)
        return context.respond(200, status)
    }

    /// Deletes a document, or marks it when something has to happen first. Tried again when somebody changes it meanwhile.
    /// - Throws: `KubeStatus`.
    func delete(_ target: Target, _ options: DeleteOptions, user: UserInfo, _ warnings: Warnings) async throws -> Deleted {
        var write = WriteOptions(user: user, fieldManager: "")
        write.dryRun = options.dryRun
        for attempt in 0... {
            guard let entry = realm.get(target.key) else { throw KubeStatus.notFound(target.info, target.name) }
            do {
                if let deleted = try await deleteAtOnce(entry, target, options, user: user, warnings) { return deleted }
                let parts = entry.parts
                let document = parts.value
                try options.check(document, target)
                _ = try await admit(
                    .delete, target, new: .null, old: document, options: write, warnings: warnings)
                let decision = try deletion(of: document, target, options)
                let written = try await carryOut(decision, entry, parts, target, options)
                let uid = document["metadata"]["uid"].string ?? ""
                if case .remove = decision { return Deleted(document: written, uid: uid, gone: true) }
                return Deleted(document: written, uid: uid, gone: false)
            } catch let status as KubeStatus where status.reason == .conflict && attempt < Self.updateAttempts {
                // The other's write may not be durable yet, and so not be in a snapshot.
                await realm.settled()
                guard realm.get(target.key)?.revision != entry.revision else { throw status }
            }
        }
        throw KubeStatus.conflict(target.info, target.name)
    }

    private enum Deletion {
        case remove
        case mark(Value)
        /// It is being deleted already, and this request changes nothing.
        case pending
    }

    private func carryOut(
        _ decision: Deletion, _ entry: Entry, _ parts: (value: Value, owners: [UInt8]?), _ target: Target, _ options: DeleteOptions
    ) async throws -> Written {
        switch decision {
        case .pending: return .stored(entry)
        case .remove: return .stored(options.dryRun ? entry : try await remove(target, at: entry.revision))
        case .mark(let document):
            guard document != parts.value else { return .stored(entry) }
            guard !options.dryRun else { return .draft(Owners.join(document, parts.owners)) }
            let marked = Encoded(document: document, owners: parts.owners)
            return .stored(try await commit(target, .put(marked), if: .revision(entry.revision)))
        }
    }

    private func deletion(of document: Value, _ target: Target, _ options: DeleteOptions) throws(KubeStatus) -> Deletion {
        if target.info.resource == "namespaces" { return try namespaceDeletion(of: document, target, options) }
        let rules = KindRules.of(target.info)
        var new = document
        rules.prepareDelete?(&new, clock.now)
        let finalizers = Self.finalizers(of: new, options, rules)
        new["metadata"]["finalizers"] = finalizers.isEmpty ? .null : .array(finalizers.map(Value.string))
        let marked = !document["metadata"]["deletionTimestamp"].isNull
        let grace = target.info.resource == "pods" ? PodRules.grace(document, options.gracePeriodSeconds) : 0
        if marked {
            let left = document["metadata"]["deletionGracePeriodSeconds"].int ?? 0
            if grace < left {
                Self.mark(&new, at: clock.now, grace: grace, sooner: left - grace)
            } else if new == document, left > 0 || !finalizers.isEmpty {
                return .pending
            }
        } else if grace > 0 || !finalizers.isEmpty {
            Self.mark(&new, at: clock.now, grace: grace, sooner: nil)
        }
        if finalizers.isEmpty, grace == 0 { return .remove }
        return .mark(new)
    }

    /// Writes down when a document is to go; a shorter grace than before brings the moment forward.
    private static func mark(_ document: inout Value, at now: Timestamp, grace: Int, sooner: Int?) {
        let metadata = document["metadata"]
        if let sooner, let before = metadata["deletionTimestamp"].string.flatMap(Timestamp.init) {
            document["metadata"]["deletionTimestamp"] = .string((before - .seconds(sooner)).text)
        } else {
            document["metadata"]["deletionTimestamp"] = .string((now + .seconds(grace)).text)
            if let generation = metadata["generation"].int { document["metadata"]["generation"] = KindRules.generation(after: generation) }
        }
        document["metadata"]["deletionGracePeriodSeconds"] = .int(Int64(grace))
    }

    /// The finalizers of a document that is to be deleted, with those that hold it for the garbage collector.
    /// Source: upstream's deletionFinalizersForGarbageCollection.
    static func finalizers(of document: Value, _ options: DeleteOptions, _ rules: KindRules) -> [String] {
        let there = document["metadata"]["finalizers"].items.compactMap(\.string)
        let (orphan, foreground) = ("orphan", "foregroundDeletion")
        var result = there.filter { $0 != orphan && $0 != foreground }
        switch (options.propagation, options.orphanDependents) {
        case (.orphan, _), (nil, true?): result.append(orphan)
        case (.foreground, _): result.append(foreground)
        case (.background, _), (nil, false?): break
        case (nil, nil):
            if there.contains(orphan) {
                result.append(orphan)
            } else if there.contains(foreground) {
                result.append(foreground)
            } else if rules.orphansByDefault, !options.cascadesByDefault {
                result.append(orphan)
            }
        }
        return result
    }

    /// A namespace goes when its contents are gone. Source: upstream's namespace storage.
    private func namespaceDeletion(of document: Value, _ target: Target, _ options: DeleteOptions) throws(KubeStatus) -> Deletion {
        if Bootstrap.immortal.contains(target.name) {
            throw .forbidden(target.info, name: target.name, "this namespace may not be deleted")
        }
        let held = !document["spec"]["finalizers"].items.isEmpty
        guard document["metadata"]["deletionTimestamp"].isNull else {
            if held {
                throw .conflict(
                    target.info, target.name,
                    "The system is ensuring all content is removed from this namespace.  Upon completion, "
                        + "this namespace will automatically be purged by the system.")
            }
            return document["metadata"]["finalizers"].items.isEmpty ? .remove : .pending
        }
        var new = document
        let finalizers = Self.finalizers(of: document, options, KindRules.of(target.info))
        new["metadata"]["finalizers"] = finalizers.isEmpty ? .null : .array(finalizers.map(Value.string))
        guard held || !finalizers.isEmpty else { return .remove }
        new["metadata"]["deletionTimestamp"] = .string(clock.now.text)
        new["status"]["phase"] = "Terminating"
        return .mark(new)
    }

    /// Answers DELETE of a collection: every document that is selected, one after the other. Source: upstream's DeleteCollection.
    func deleteCollection(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let selection = try ListOptions(context.query, target: target, watching: false)
        let options = try await decodeDeletion(context)
        let page = try await page(target, selection)
        var items: [Value] = []
        for entry in page.entries {
            let metadata = entry.value["metadata"]
            let item = target.named(metadata["name"].string ?? "", namespace: metadata["namespace"].string)
            do {
                let deleted = try await delete(item, options, user: context.user, context.warnings)
                items.append(target.info.served(deleted.document.value))
            } catch let status as KubeStatus where status.reason == .notFound {
                continue
            }
        }
        return context.respond(
            200,
            [
                "kind": .string(target.info.listKind), "apiVersion": .string(target.info.apiVersion),
                "metadata": ["resourceVersion": .string("\(page.revision)")], "items": .array(items),
            ])
    }
}
