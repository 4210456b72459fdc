import Control
import Documents
import KubeModel
import Storage
import Synchronization

/// What the keeper of definitions remembers of each, so that a change of one does not mean to read them all.
final class DefinitionLedger: Sendable {
    struct Row {
        let revision: Revision
        let group: String
        let acceptedNames: Value
        let leaves: Bool
        /// Whether its names are accepted as it wants them and it is served.
        let isSettled: Bool
    }
    private struct State {
        var rows: [String: Row] = [:]
        /// The watches of the documents that definitions on their way out still have.
        var vigils: [String: WatchHandle] = [:]
        var signal: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())
    /// By the definitions' keys.
    var rows: [String: Row] { state.withLock { $0.rows } }

    /// Whom to call when the documents of a leaving definition change.
    func notify(_ signal: (@Sendable () -> Void)?) { state.withLock { $0.signal = signal } }

    /// Calls when the documents of a leaving definition change: finalizers may hold some for long.
    func watchDocuments(of key: String, prefix: String, _ realm: Realm) {
        guard state.withLock({ $0.vigils[key] == nil && $0.signal != nil }) else { return }
        let watch = try? realm.watch(prefix: prefix, after: realm.head) { [weak self] _ in self?.state.withLock { $0.signal }?() }
        state.withLock { $0.vigils[key] = watch }
    }

    /// Takes over what has changed.
    func read(_ snapshot: Snapshot) {
        let entries = snapshot.range(prefix: CustomDefinition.prefix)
        state.withLock { state in
            var rows: [String: Row] = [:]
            for entry in entries {
                if let row = state.rows[entry.key], row.revision == entry.revision {
                    rows[entry.key] = row
                } else {
                    rows[entry.key] = Row(entry)
                }
            }
            state.rows = rows
            state.vigils = state.vigils.filter { rows[$0.key]?.leaves == true }
        }
    }
}

extension DefinitionLedger.Row {
    init(_ entry: Entry) {
        let definition = entry.value
        revision = entry.revision
        group = definition["spec"]["group"].string ?? ""
        acceptedNames = definition["status"]["acceptedNames"]
        leaves = !definition["metadata"]["deletionTimestamp"].isNull
        isSettled =
            acceptedNames == definition["spec"]["names"] && CustomDefinition.holds("NamesAccepted", definition)
            && CustomDefinition.holds("Established", definition)
    }
}

/// Looks after the definitions: accepts their names, establishes them, and empties those that are being deleted.
///
/// Every process that serves the realm does so; writes are guarded, so that all may.
extension APIServer {
    /// Runs until cancelled.
    func keepDefinitions() async throws {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = try realm.watch(prefix: CustomDefinition.prefix, after: realm.head) { _ in continuation.yield() }
        defer { watch.cancel() }
        ledger.notify { continuation.yield() }
        defer { ledger.notify(nil) }
        continuation.yield()
        for await _ in signals {
            await reconcileDefinitions()
            await registerLocalServices()
        }
        try Task.checkCancellation()
    }

    /// Ends the watches of custom kinds whose definition, or its version, is gone.
    private func endOrphanedWatches() {
        catalogue.refresh()
        let table = catalogue.table
        watches.endThose(realm) { info in info.custom != nil && table.find(apiVersion: info.apiVersion, plural: info.plural) == nil }
    }

    /// Brings every definition one step on. May be repeated.
    package func reconcileDefinitions() async {
        guard let info = kinds.find(apiVersion: "apiextensions.k8s.io/v1", plural: "customresourcedefinitions") else { return }
        ledger.read(realm.snapshot())
        for (key, row) in ledger.rows.sorted(by: { $0.key < $1.key }) where row.leaves || !row.isSettled {
            guard let definition = realm.snapshot().get(key)?.value else { continue }
            let target = Target(info, name: definition["metadata"]["name"].string ?? "")
            if definition["metadata"]["deletionTimestamp"].isNull {
                await judge(definition, target)
            } else if definition["metadata"]["finalizers"].items.contains(.string(CustomDefinition.finalizer)) {
                await empty(definition, target)
            }
        }
        endOrphanedWatches()
    }

    /// What the server itself writes as.
    static let keeper = WriteOptions(
        user: UserInfo("system:apiserver", groups: ["system:masters", "system:authenticated"]), fieldManager: "kube-apiserver")

    private func judge(_ definition: Value, _ target: Target) async {
        let group = definition["spec"]["group"].string ?? ""
        let rivals = ledger.rows.filter { $0.key != target.key && $0.value.group == group }.map(\.value.acceptedNames)
        let wanted = DefinitionStatus(definition, rivals: rivals, now: clock.now).definition
        guard wanted != definition else { return }
        let part = Target(target.info, name: target.name, subresource: "status")
        guard (try? await update(part, Self.keeper, Warnings(), retries: 0, transform: { _ in wanted })) != nil else { return }
        // What was accepted a moment ago counts for the next one.
        ledger.read(realm.snapshot())
    }

    /// Deletes the documents of a definition, and lets it go when there are none. Source: apiextensions-apiserver, crd_finalizer.
    private func empty(_ definition: Value, _ target: Target) async {
        let names = definition["status"]["acceptedNames"]
        let prefix = "\(definition["spec"]["group"].string ?? "")/\(names["plural"].string ?? "")/"
        let established = CustomDefinition.holds("Established", definition)
        let left = established ? realm.snapshot().range(prefix: prefix) : []
        guard !left.isEmpty else { return await letGo(target) }
        await mark(target, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
        guard let info = catalogue.table.find(prefix: prefix) ?? definitionInfo(definition) else { return }
        // Many at once, so that they share the store's commits.
        for start in stride(from: 0, to: left.count, by: 64) {
            await withTaskGroup(of: Void.self) { group in
                for entry in left[start..<min(start + 64, left.count)] { group.addTask { await self.delete(entry, info) } }
            }
        }
        ledger.watchDocuments(of: target.key, prefix: prefix, realm)
        if realm.snapshot().count(prefix: prefix) == 0 { await letGo(target) }
    }

    private func delete(_ entry: Entry, _ info: KindInfo) async {
        let metadata = entry.value["metadata"]
        guard metadata["deletionTimestamp"].isNull else { return }
        let target = Target(info, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
        var options = DeleteOptions()
        options.cascadesByDefault = true
        _ = try? await delete(target, options, user: Self.keeper.user, Warnings())
    }

    /// What a definition that serves nothing still has documents of.
    private func definitionInfo(_ definition: Value) -> KindInfo? {
        var served = definition
        served["spec"]["versions"] = .array(
            definition["spec"]["versions"].items.map { version in
                var version = version
                version["served"] = true
                return version
            })
        return CustomDefinition.kinds(served, since: 0).first
    }

    private func letGo(_ target: Target) async {
        await mark(target, "False", "InstanceDeletionCompleted", "removed all instances")
        _ = try? await update(target, Self.keeper, Warnings(), retries: Self.updateAttempts) { old in
            var new = old
            let rest = old["metadata"]["finalizers"].items.filter { $0.string != CustomDefinition.finalizer }
            new["metadata"]["finalizers"] = rest.isEmpty ? .null : .array(rest)
            new["metadata"]["resourceVersion"] = .null
            return new
        }
    }

    private func mark(_ target: Target, _ status: String, _ reason: String, _ message: String) async {
        let part = Target(target.info, name: target.name, subresource: "status")
        _ = try? await update(part, Self.keeper, Warnings(), retries: Self.updateAttempts) { [clock] old in
            var new = old
            DefinitionStatus.set("Terminating", status, reason, message, in: &new, now: clock.now)
            new["metadata"]["resourceVersion"] = .null
            return new
        }
    }
}
