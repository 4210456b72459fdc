import Documents
import Storage
import Synchronization

/// The prototypes of one server: those used last, of whatever was created more than once.
final class PrototypeTable: Sendable {
    private struct State {
        var prototypes: [PrototypeScope: [Prototype]] = [:]
        var count = 0
        /// What came by the whole way lately, in turn.
        var recent: [Seen] = []
        var next = 0
        /// How many prototypes may be made before others turn out to be of use.
        var credit: Int
        var misses = 0
    }
    private struct Seen {
        let fingerprint: Int
        /// Until which miss no other is made of it, since one is under way.
        var until = 0
    }
    private let state: Mutex<State>
    private let uses = Atomic<Int>(0)
    let marks: GroundMarks
    /// The most that are kept.
    private let most: Int
    /// The most of one scope, for each of which a document may be compared with all.
    private static let mostAlike = 16
    private static let remembered = 128
    /// As many may come at once before the first is made.
    private static let patience = 64
    /// Larger documents are rare, and copies of them are not.
    static let largestDocument = 64 << 10

    init(_ realm: Realm, most: Int) {
        (marks, self.most) = (GroundMarks(realm), most)
        state = Mutex(State(credit: most))
    }

    /// How many are kept, and how many documents were made by them.
    var figures: (kept: Int, uses: Int) { (state.withLock { $0.count }, uses.load(ordering: .relaxed)) }

    /// The prototypes of a scope.
    func candidates(_ scope: PrototypeScope) -> [Prototype] { state.withLock { $0.prototypes[scope] ?? [] } }

    /// Notes that a prototype was of use.
    func used(_ prototype: Prototype) {
        let use = uses.wrappingAdd(1, ordering: .relaxed).newValue
        prototype.lastUse.store(use, ordering: .relaxed)
        // Now and then is enough.
        if use % 16 == 0 { state.withLock { $0.credit = min($0.credit + 16, most) } }
    }

    /// Whether the like came before, so that a prototype may be worth its making.
    func isRepeated(_ scope: PrototypeScope, _ source: PrototypeSource) -> Bool {
        var hasher = Hasher()
        hasher.combine(scope)
        switch source {
        case .text(let text): text.combine(into: &hasher)
        case .tree(let tree): tree.combine(into: &hasher)
        }
        let fingerprint = hasher.finalize()
        return state.withLock { state in
            state.misses += 1
            if state.misses % 32 == 0 { state.credit = min(state.credit + 1, most) }
            if let place = state.recent.firstIndex(where: { $0.fingerprint == fingerprint }) {
                guard state.credit > 0, state.recent[place].until <= state.misses else { return false }
                state.recent[place].until = state.misses + Self.patience
                return true
            }
            if state.recent.count < Self.remembered {
                state.recent.append(Seen(fingerprint: fingerprint))
            } else {
                state.recent[state.next] = Seen(fingerprint: fingerprint)
                state.next = (state.next + 1) % Self.remembered
            }
            return false
        }
    }

    /// Keeps a prototype, in the place of that which was of no use for longest when there are many.
    func keep(_ prototype: Prototype, _ scope: PrototypeScope) {
        prototype.lastUse.store(uses.load(ordering: .relaxed), ordering: .relaxed)
        state.withLock { state in
            state.credit -= 1
            state.prototypes[scope, default: []].insert(prototype, at: 0)
            state.count += 1
            if let last = state.prototypes[scope]?.last, state.prototypes[scope]?.count ?? 0 > Self.mostAlike {
                Self.forget(last, scope, &state)
            }
            if state.count > most { Self.forgetOldest(&state) }
        }
    }

    /// Drops one that does not stand any more.
    func forget(_ prototype: Prototype, _ scope: PrototypeScope) {
        state.withLock { state in
            Self.forget(prototype, scope, &state)
            state.credit = min(state.credit + 1, most)
        }
    }

    private static func forget(_ prototype: Prototype, _ scope: PrototypeScope, _ state: inout State) {
        guard let place = state.prototypes[scope]?.firstIndex(where: { $0 === prototype }) else { return }
        state.prototypes[scope]?.remove(at: place)
        if state.prototypes[scope]?.isEmpty == true { state.prototypes[scope] = nil }
        state.count -= 1
        for place in state.recent.indices { state.recent[place].until = 0 }
    }
    private static func forgetOldest(_ state: inout State) {
        var oldest: (scope: PrototypeScope, prototype: Prototype, use: Int)?
        for (scope, prototypes) in state.prototypes {
            for prototype in prototypes {
                let use = prototype.lastUse.load(ordering: .relaxed)
                if use < oldest?.use ?? .max { oldest = (scope, prototype, use) }
            }
        }
        if let oldest { forget(oldest.prototype, oldest.scope, &state) }
    }
}
