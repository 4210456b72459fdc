import Control
import Documents
import KubeClient
import KubeModel
import Kubelet
import Synchronization

/// Config maps and secrets of the pods that are here: each is watched for as long as a pod names it; immutable ones are read once.
/// Source: kubelet/util/manager/watch_based_manager.go.
final class ObjectCache: Service {
    /// A config map or secret.
    struct Key: Hashable, Sendable {
        let kind: Kind
        let namespace: String, name: String
    }
    private struct Entry {
        var users: Set<String> = []
        /// What a running watch says; nil while none runs.
        var watched: Fetched?
        var isImmutable = false
        /// Ends the watch.
        var stop: AsyncStream<Void>.Continuation?
    }
    private struct State {
        var entries: [Key: Entry] = [:]
        var wanted: [String: Set<Key>] = [:]
    }
    private let client: KubeClient
    private let clock: any WallClock
    private let random: RandomSource
    private let changed: @Sendable (Key, Set<String>) async -> Void
    private let state = Mutex(State())
    private let (orders, order) = AsyncStream.makeStream(of: Key.self)

    /// - Parameter changed: told of a change and of the pods that name the object.
    init(
        client: KubeClient, clock: any WallClock, random: RandomSource, changed: @escaping @Sendable (Key, Set<String>) async -> Void
    ) {
        (self.client, self.clock, self.random, self.changed) = (client, clock, random, changed)
    }

    static func keys(of objects: PodReferencedObjects, namespace: String) -> Set<Key> {
        Set(objects.configMaps.map { Key(kind: ConfigMapFields.kind, namespace: namespace, name: $0) })
            .union(objects.secrets.map { Key(kind: SecretFields.kind, namespace: namespace, name: $0) })
    }

    /// Sets what a pod names; nothing at all when it is gone.
    func register(_ uid: String, _ keys: Set<Key>) {
        let (started, stopped) = state.withLock { state -> ([Key], [AsyncStream<Void>.Continuation]) in
            let old = state.wanted[uid] ?? []
            if old == keys { return ([], []) }
            state.wanted[uid] = keys.isEmpty ? nil : keys
            var (started, stopped) = ([Key](), [AsyncStream<Void>.Continuation]())
            for key in keys.subtracting(old) {
                if state.entries[key] == nil { started.append(key) }
                state.entries[key, default: Entry()].users.insert(uid)
            }
            for key in old.subtracting(keys) {
                state.entries[key]?.users.remove(uid)
                guard state.entries[key]?.users.isEmpty ?? false else { continue }
                if let stop = state.entries.removeValue(forKey: key)?.stop { stopped.append(stop) }
            }
            return (started, stopped)
        }
        for stop in stopped { stop.finish() }
        for key in started { order.yield(key) }
    }

    /// The objects that something of a namespace names.
    func sources(for objects: PodReferencedObjects, namespace: String) async -> PodSources {
        var sources = PodSources()
        for name in objects.configMaps { sources.configMaps[name] = await get(ConfigMapFields.kind, namespace, name) }
        for name in objects.secrets { sources.secrets[name] = await get(SecretFields.kind, namespace, name) }
        return sources
    }

    func get(_ kind: Kind, _ namespace: String, _ name: String) async -> Fetched {
        let key = Key(kind: kind, namespace: namespace, name: name)
        if let known = state.withLock({ $0.entries[key]?.watched }) { return known }
        do throws(KubeClientError) {
            let value = try await client.get(kind, namespace: namespace, name)
            noteImmutable(key, value)
            return .found(value)
        } catch {
            if error.isNotFound { return .missing }
            return .failed("\(error)")
        }
    }

    private func noteImmutable(_ key: Key, _ value: Value) {
        guard value["immutable"].bool ?? false else { return }
        let stop = state.withLock { state -> AsyncStream<Void>.Continuation? in
            guard var entry = state.entries[key] else { return nil }
            (entry.watched, entry.isImmutable) = (.found(value), true)
            defer { state.entries[key] = entry }
            defer { entry.stop = nil }
            return entry.stop
        }
        stop?.finish()
    }

    // MARK: Watching

    /// Keeps the watches until cancelled.
    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await key in orders { group.addTask { await self.follow(key) } }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func follow(_ key: Key) async {
        let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
        let isWanted = state.withLock { state in
            guard let entry = state.entries[key], !entry.isImmutable, entry.stop == nil else { return false }
            state.entries[key]?.stop = stop
            return true
        }
        guard isWanted else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stopped {} }
            group.addTask { await self.watch(key) }
            await group.next()
            group.cancelAll()
        }
    }

    private func watch(_ key: Key) async {
        let selection = ListOptions(fieldSelector: "metadata.name=\(key.name)")
        let informer = Informer(
            client: client, kind: key.kind, namespace: key.namespace, selection: selection, clock: clock, random: random
        ) { event in
            switch event {
            case .listed(let items): await self.take(key, items.first.map(Fetched.found) ?? .missing)
            case .applied(let value): await self.take(key, .found(value))
            case .deleted: await self.take(key, .missing)
            }
        }
        do { try await informer.run() } catch {}
        // Without a watch nothing is known any more, but for what never changes.
        state.withLock { state in
            if state.entries[key]?.isImmutable == false { state.entries[key]?.watched = nil }
        }
    }

    private func take(_ key: Key, _ fetched: Fetched) async {
        let users = state.withLock { state -> Set<String> in
            guard let entry = state.entries[key] else { return [] }
            state.entries[key]?.watched = fetched
            return entry.watched == fetched ? [] : entry.users
        }
        if case .found(let value) = fetched { noteImmutable(key, value) }
        if !users.isEmpty { await changed(key, users) }
    }
}
