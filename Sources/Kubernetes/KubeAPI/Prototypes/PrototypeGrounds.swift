import Storage
import Synchronization

/// Documents of the realm that a plugin's outcome rests on.
package enum AdmissionGround: Sendable, Hashable {
    /// The document of a key, or that there is none.
    case key(String)
    /// The documents whose keys begin with a text.
    case prefix(String)
}

/// Follows changes of the collections that creations rest on, so that in most cases nothing has to be looked up.
struct GroundMarks: Sendable {
    private static let collections = [
        "core/namespaces/", "core/limitranges/", "core/resourcequotas/", "core/serviceaccounts/", "scheduling.k8s.io/priorityclasses/",
        "node.k8s.io/runtimeclasses/",
    ]
    private let marks: [ChangeMark]
    init(_ realm: Realm) { marks = Self.collections.map(realm.mark) }

    /// Grows with every change of one of them.
    var stamp: Revision { marks.reduce(0) { $0 &+ $1.revision } }
    /// Whether changes of a ground are followed.
    static func follow(_ ground: AdmissionGround) -> Bool {
        switch ground {
        case .key(let text), .prefix(let text): collections.contains { text.hasPrefix($0) }
        }
    }
}

/// The documents that a prototype rests on, at the revisions at which it was made.
final class PrototypeGrounds: Sendable {
    private let grounds: [AdmissionGround]
    private let revisions: [[Revision]]
    /// The stamp at which the revisions were seen last.
    private let seen: Atomic<Revision>

    /// Nil when something has changed since the stamp, or would not be noticed.
    init?(_ grounds: Set<AdmissionGround>, since stamp: Revision, _ realm: Realm, _ marks: GroundMarks) {
        guard grounds.allSatisfy(GroundMarks.follow) else { return nil }
        self.grounds = Array(grounds)
        let snapshot = realm.snapshot()
        revisions = self.grounds.map { Self.revisions($0, snapshot) }
        seen = Atomic(stamp)
        guard marks.stamp == stamp else { return nil }
    }

    func stand(_ realm: Realm, _ marks: GroundMarks) -> Bool {
        // The stamp first: what changes behind it is looked for the next time.
        let stamp = marks.stamp
        if seen.load(ordering: .acquiring) == stamp { return true }
        let snapshot = realm.snapshot()
        for place in grounds.indices where Self.revisions(grounds[place], snapshot) != revisions[place] { return false }
        seen.store(stamp, ordering: .releasing)
        return true
    }

    private static func revisions(_ ground: AdmissionGround, _ snapshot: Snapshot) -> [Revision] {
        switch ground {
        case .key(let key): snapshot.get(key).map { [$0.revision] } ?? []
        case .prefix(let prefix): snapshot.range(prefix: prefix).map(\.revision)
        }
    }
}
