package import Control
package import Documents
import KubeModel

/// What an informer tells.
package enum InformerEvent: Sendable, Hashable {
    /// All documents there are now; what was told before and is not among them is gone.
    case listed([Value])
    /// A document is new or has changed.
    case applied(Value)
    /// A document is gone; this is its last form.
    case deleted(Value)
}

/// Follows the documents of a kind: lists them, watches from there, and lists again when it has fallen too far behind.
package struct Informer: Service {
    private let client: KubeClient
    private let kind: Kind
    private let namespace: String?
    private let selection: ListOptions
    private let clock: any WallClock
    private let random: RandomSource
    private let sink: @Sendable (InformerEvent) async -> Void

    /// - Parameters:
    ///   - namespace: nil follows all namespaces.
    ///   - selection: only its selectors count.
    ///   - sink: called in order, never concurrently; the informer waits for it.
    package init(
        client: KubeClient, kind: Kind, namespace: String? = nil, selection: ListOptions = ListOptions(), clock: any WallClock,
        random: RandomSource, sink: @escaping @Sendable (InformerEvent) async -> Void
    ) {
        (self.client, self.kind, self.namespace, self.selection) = (client, kind, namespace, selection)
        (self.clock, self.random, self.sink) = (clock, random, sink)
    }

    /// Runs until cancelled; failures are tried again after a growing pause.
    package func run() async throws {
        var backoff = Backoff(random: random)
        var version: String?
        while true {
            try Task.checkCancellation()
            let begun = clock.now
            do throws(KubeClientError) {
                if version == nil {
                    async let listed = listing()
                    version = try await listed.get()
                }
                try await watch(&version)
                if clock.now - begun >= .seconds(1) {
                    backoff.reset()
                    continue
                }
            } catch {
                if error == .cancelled { throw CancellationError() }
                if error.isExpired { version = nil }
                if clock.now - begun > Backoff.quiet { backoff.reset() }
            }
            try await clock.sleep(for: backoff.next())
        }
    }

    // A task keeps the memory of its deepest call for as long as it lives, and this one rests most of the time: requests have tasks of
    // their own.
    private func listing() async -> Result<String, KubeClientError> {
        do throws(KubeClientError) { return .success(try await list()) } catch { return .failure(error) }
    }
    private func opening(_ version: String) async -> Result<WatchStream, KubeClientError> {
        var options = ListOptions(labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector)
        options.resourceVersion = version
        do throws(KubeClientError) {
            return .success(
                try await client.watch(kind, namespace: namespace, options, timeoutSeconds: 300 + random.int(in: 0..<300)))
        } catch { return .failure(error) }
    }

    private func list() async throws(KubeClientError) -> String {
        var options = ListOptions(labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector, limit: 500)
        options.resourceVersion = ""
        let list = try await client.all(kind, namespace: namespace, options)
        await sink(.listed(list.items))
        return list.resourceVersion
    }

    /// Follows one watch to its end, moving `version` along.
    private func watch(_ version: inout String?) async throws(KubeClientError) {
        let start = version ?? ""
        async let opened = opening(start)
        var stream = try await opened.get()
        defer { stream.cancel() }
        while let event = try await stream.next() {
            switch event {
            case .added(let value), .modified(let value):
                await sink(.applied(value))
                version = value["metadata"]["resourceVersion"].string ?? version
            case .deleted(let value):
                await sink(.deleted(value))
                version = value["metadata"]["resourceVersion"].string ?? version
            case .bookmark(let revision): if !revision.isEmpty { version = revision }
            }
        }
    }
}

/// Pauses that double from 0.8 s to 30 s, each lengthened by up to as much again. Source: client-go's reflector.
package struct Backoff: Sendable {
    /// After this long without failure the pauses begin anew.
    package static let quiet = Duration.seconds(120)
    private static let first = Duration.milliseconds(800), longest = Duration.seconds(30)
    private let random: RandomSource
    private var pause = Backoff.first
    package init(random: RandomSource) { self.random = random }
    /// The next pause.
    package mutating func next() -> Duration {
        defer { pause = min(pause * 2, Self.longest) }
        return pause + pause * random.fraction()
    }
    /// Begins anew.
    package mutating func reset() { pause = Self.first }
}
