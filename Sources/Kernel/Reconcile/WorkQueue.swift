package import Control
package import Storage

/// The keys that one controller has to reconcile: each once, one at a time, not before the world shows the key's own last write.
package struct WorkQueue: Sendable {
    /// How the reconcile of a key ended.
    package enum Outcome: Sendable, Hashable {
        /// The world needs to reach that revision before the key is looked at again; 0 when nothing was written.
        case done(Revision)
        /// The world was out of date, or something failed: again after a while, and after that revision.
        case retry(Revision)
    }
    private let concurrency: Int
    private let random: RandomSource
    private var ready: [String] = []
    private var head = 0
    /// Keys in `ready` or `parked`.
    private var queued: Set<String> = []
    /// Queued keys whose last write the world does not show yet.
    private var parked: Set<String> = []
    private var busy: Set<String> = []
    /// Busy keys that were woken meanwhile.
    private var dirty: Set<String> = []
    private var barriers: [String: Revision] = [:]
    private var failures: [String: Int] = [:]
    private var timers = Timers<String>()
    /// Queued keys that nothing but time has woken, as they wished.
    private var timed: Set<String> = []

    /// A queue that gives out at most `concurrency` keys at a time.
    package init(concurrency: Int, random: RandomSource) { (self.concurrency, self.random) = (concurrency, random) }

    /// Keys that wait or are being worked on.
    package var depth: Int { queued.count + busy.count }
    /// Whether a key could be given out now.
    package var hasReady: Bool { head < ready.count && busy.count < concurrency }
    /// When a key becomes due by itself.
    package var nextDeadline: Timestamp? { mutating get { timers.next } }

    /// Wakes a key.
    package mutating func add(_ key: String) {
        timed.remove(key)
        wake(key)
    }

    private mutating func wake(_ key: String) {
        if busy.contains(key) { dirty.insert(key) } else if queued.insert(key).inserted { ready.append(key) }
    }

    /// Wakes the keys whose time has come, and those whose write the world now shows.
    package mutating func advance(now: Timestamp, revision: Revision) {
        while let key = timers.popDue(now) {
            if failures[key] == nil, !queued.contains(key), !busy.contains(key) { timed.insert(key) }
            wake(key)
        }
        if barriers.count > 1024 { barriers = barriers.filter { $0.value > revision } }
        guard !parked.isEmpty else { return }
        for key in parked.sorted() where barriers[key, default: 0] <= revision {
            parked.remove(key)
            ready.append(key)
        }
    }

    /// The next key to reconcile; it is busy until `finish`.
    package mutating func next(at revision: Revision) -> String? {
        while hasReady {
            let key = ready[head]
            head += 1
            if head > 1024, head * 2 > ready.count { (ready, head) = (Array(ready[head...]), 0) }
            if barriers[key, default: 0] > revision {
                parked.insert(key)
                continue
            }
            barriers[key] = nil
            queued.remove(key)
            busy.insert(key)
            timers.cancel(key)
            return key
        }
        return nil
    }

    /// Whether nothing but time woke a key that was just given out; asked once.
    mutating func wasTimed(_ key: String) -> Bool { !timed.isEmpty && timed.remove(key) != nil }

    /// Ends the work on a key; `revisit` is when to look again even if nothing wakes it.
    /// What goes on elsewhere (`settled` false) leaves earlier failures counted.
    package mutating func finish(_ key: String, _ outcome: Outcome, revisit: Duration? = nil, settled: Bool = true, now: Timestamp) {
        busy.remove(key)
        var revisit = revisit
        switch outcome {
        case .done(let revision):
            hold(key, until: revision)
            if settled { failures[key] = nil }
        case .retry(let revision):
            hold(key, until: revision)
            revisit = backOff(key)
        }
        if let revisit { timers.set(key, now + revisit) }
        if dirty.remove(key) != nil { add(key) }
    }

    /// Lets a key rest until the world has reached the revision.
    package mutating func hold(_ key: String, until revision: Revision) {
        if revision > 0 { barriers[key] = max(revision, barriers[key, default: 0]) }
    }

    /// Looks at a key again after its back-off.
    package mutating func retry(_ key: String, now: Timestamp) { timers.set(key, now + backOff(key)) }

    /// 5 ms doubled with every failure up to about a minute, of which a random half is taken off so that failures spread.
    private mutating func backOff(_ key: String) -> Duration {
        let count = failures[key, default: 0]
        failures[key] = count + 1
        let full = min(60.0, 0.005 * Double(1 << min(count, 20)))
        return .nanoseconds(Int64(full * (0.5 + 0.5 * random.fraction()) * 1e9))
    }

    /// Counts no failures of a key any more.
    package mutating func settle(_ key: String) { failures[key] = nil }

    /// Forgets what is remembered of a key that is gone.
    package mutating func forget(_ key: String) {
        failures[key] = nil
        timers.cancel(key)
    }
}
