/// The decoded trees of the entries that were looked at lately: bounded in all, so that memory is bytes and not trees.
///
/// A clock: an entry that was read since the hand last passed stays for another round. Source: docs/decisions/trees-and-bytes.md.
final class TreeCache: Sendable {
    /// The one of the process.
    static let shared = TreeCache(bytes: 256 << 20)

    private struct State {
        /// Entries with trees; the hand stands at `hand`.
        var ring: [Entry] = []
        var hand = 0
        var weight = 0
    }
    private let limit: Int
    private let state = Guarded(State())

    /// A cache of trees of about so many bytes.
    init(bytes: Int) { limit = bytes }

    /// What the kept trees weigh, in bytes, about.
    var weight: Int { state.withLock { $0.weight } }

    /// Counts the tree that an entry keeps from now on, and has others forget theirs when that is too much.
    func kept(_ entry: Entry) {
        state.withLock { state in
            state.weight += entry.treeWeight
            state.ring.append(entry)
            while state.weight > limit, !state.ring.isEmpty { sweep(&state) }
        }
    }

    /// Passes one entry.
    private func sweep(_ state: inout State) {
        if state.hand >= state.ring.count { state.hand = 0 }
        let entry = state.ring[state.hand]
        guard entry.forgetTreeIfUnused() else {
            state.hand += 1
            return
        }
        state.weight -= entry.treeWeight
        let last = state.ring.removeLast()
        if state.hand < state.ring.count { state.ring[state.hand] = last }
    }
}
