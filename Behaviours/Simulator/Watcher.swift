import Control
import Documents
import KubeClient
import KubeModel
import Synchronization

/// A client that follows one kind as informers do, over the network, and checks what a watch promises: every change once, in order, none
/// left out, and never back in time.
final class Watcher: Sendable {
    fileprivate struct State {
        /// The revision of each object, by namespace and name.
        var known: [String: Int] = [:]
        /// The revision up to which everything was told; nil asks for a list.
        var revision: Int?
        /// The highest revision that was ever told.
        var highest = 0
        var violation: Violation?
        var (events, lists) = (0, 0)
    }
    private let kind: Kind
    private let kubernetes: KubeClient
    private let clock: any WallClock
    private let state = Mutex(State())

    init(kind: Kind, kubernetes: KubeClient, clock: any WallClock) {
        (self.kind, self.kubernetes, self.clock) = (kind, kubernetes, clock)
    }

    var violation: Violation? { state.withLock { $0.violation } }
    var summary: String { state.withLock { "\(kind.name) \($0.events) events, \($0.lists) lists" } }

    /// Follows until cancelled.
    func run() async throws {
        while true {
            do throws(KubeClientError) { try await follow() } catch {
                if error == .cancelled { throw CancellationError() }
                if error.isExpired { state.withLock { $0.revision = nil } }
            }
            try await clock.sleep(for: .milliseconds(500))
        }
    }
    private func follow() async throws(KubeClientError) {
        if state.withLock({ $0.revision }) == nil {
            let list = try await kubernetes.all(kind)
            state.withLock { state in
                do throws(Violation) { try state.take(list) } catch { state.note(error, kind) }
            }
        }
        let revision = state.withLock { $0.revision ?? 0 }
        var stream = try await kubernetes.watch(kind, ListOptions(resourceVersion: String(revision)), timeoutSeconds: 60)
        defer { stream.cancel() }
        while let event = try await stream.next() {
            state.withLock { state in
                do throws(Violation) { try state.take(event) } catch { state.note(error, kind) }
            }
        }
    }

    /// Compares what the watch told with a list, once it has caught up with it.
    /// - Throws: `Violation`; what the client throws.
    func check(_ calm: KubeClient) async throws {
        for _ in 0..<60 {
            let list = try await calm.all(kind)
            let listed = Dictionary(uniqueKeysWithValues: list.items.map { ($0.place, $0.revision) })
            let (known, violation) = state.withLock { ($0.known, $0.violation) }
            if let violation { throw violation }
            if known == listed { return }
            try await clock.sleep(for: .seconds(2))
        }
        throw Violation("a watch of \(kind.name) does not come to what a list says")
    }
}

extension Watcher.State {
    mutating func note(_ violation: Violation, _ kind: Kind) {
        self.violation = self.violation ?? Violation("a watch of \(kind.name): \(violation)")
    }
    mutating func take(_ list: KubeList) throws(Violation) {
        let revision = Int(list.resourceVersion) ?? 0
        guard revision >= highest else { throw Violation("a list is at revision \(revision), \(highest) was told before") }
        known = [:]
        for item in list.items { known[item.place] = item.revision }
        (self.revision, highest, lists) = (revision, max(highest, revision), lists + 1)
    }
    mutating func take(_ event: WatchEvent) throws(Violation) {
        switch event {
        case .added(let value):
            if let there = known[value.place] { throw Violation("\(value.place) was added at \(value.revision) and known at \(there)") }
            try move(to: value.revision, value.place)
            known[value.place] = value.revision
        case .modified(let value):
            guard known[value.place] != nil else { throw Violation("\(value.place) was modified at \(value.revision) and not known") }
            try move(to: value.revision, value.place)
            known[value.place] = value.revision
        case .deleted(let value):
            guard known.removeValue(forKey: value.place) != nil else {
                throw Violation("\(value.place) was deleted at \(value.revision) and not known")
            }
            try move(to: value.revision, value.place)
        case .bookmark(let text):
            let bookmark = Int(text) ?? 0
            guard bookmark >= revision ?? 0 else { throw Violation("a bookmark of \(bookmark) after \(revision ?? 0)") }
            (revision, highest) = (bookmark, max(highest, bookmark))
        }
    }
    private mutating func move(to next: Int, _ place: String) throws(Violation) {
        guard next > revision ?? 0 else { throw Violation("\(place) at \(next) was told after revision \(revision ?? 0)") }
        (revision, highest, events) = (next, max(highest, next), events + 1)
    }
}

extension Value {
    /// Namespace and name.
    fileprivate var place: String { "\(self["metadata"]["namespace"].string ?? "")/\(name)" }
    fileprivate var revision: Int { self["metadata"]["resourceVersion"].string.flatMap { Int($0) } ?? 0 }
}
