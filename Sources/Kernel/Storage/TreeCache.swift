/// The decoded trees of the entries that were looked at lately: bounded in all, so that memory is bytes and not trees.
///
/// A clock: an entry that was read since the hand last passed stays for another round. Source: docs/decisions/trees-and-bytes.md.
package final class TreeCache: Sendable {
    /// The one of the process.
    package static let shared = TreeCache(bytes: 256 << 20)

    private struct State {
        /// Entries with trees; the hand stands at `hand`.
        var ring: [Entry] = []
        var hand = 0
        var weight = 0
    }
    /// By how much an entry has become heavier.
    struct Growth {
        let bytes: Int
        /// Whether it had neither tree nor tape before.
        let isNew: Bool
        static let none = Growth(bytes: 0, isNew: false)
    }
    private let limit: Int
    private let state = Guarded(State())

    /// A cache of trees of about so many bytes.
    init(bytes: Int) { limit = bytes }

    /// What the kept trees weigh, in bytes, about.
    var weight: Int { state.withLock { $0.weight } }

    /// Counts what an entry keeps from now on, and has others forget theirs when that is too much.
    func kept(_ entry: Entry, _ growth: Growth) {
        guard growth.bytes != 0 else { return }
        state.withLock { state in
            state.weight += growth.bytes
            if growth.isNew { state.ring.append(entry) }
            while state.weight > limit, !state.ring.isEmpty { sweep(&state) }
        }
    }

    /// Forgets all trees, for a process that rests needs none soon; some at a time, so that nobody waits long. Entries that only the cache
    /// still held are gone with them.
    package func clear() {
        var left = state.withLock { $0.ring.count }
        while left > 0 {
            let entries = state.withLock { state in
                let entries = Array(state.ring.suffix(256))
                state.ring.removeLast(entries.count)
                if state.ring.isEmpty { state.ring = [] }
                return entries
            }
            let weight = entries.reduce(0) { $0 + $1.forgetTree() }
            state.withLock { $0.weight -= weight }
            left -= max(1, entries.count)
        }
    }

    /// Passes one entry.
    private func sweep(_ state: inout State) {
        if state.hand >= state.ring.count { state.hand = 0 }
        let entry = state.ring[state.hand]
        guard let weight = entry.forgetTreeIfUnused() else {
            state.hand += 1
            return
        }
        state.weight -= weight
        let last = state.ring.removeLast()
        if state.hand < state.ring.count { state.ring[state.hand] = last }
    }
}
