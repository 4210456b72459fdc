import Synchronization

/// Answers that are kept for as long as what they were made of does not change: each stands with the version of that.
package final class Remembered<Key: Hashable & Sendable, Version: Equatable & Sendable, Answer: Sendable>: Sendable {
    private struct Known {
        let version: Version
        let answer: Answer
    }
    private let known = Mutex<[Key: Known]>([:])
    private let limit: Int

    /// - Parameter limit: how many answers are kept; all are forgotten when there would be more.
    package init(limit: Int) { self.limit = limit }

    /// The answer for the key: the one that is known if it was made at that version and is still fit, else a new one.
    ///
    /// The version must be read before anything that `make` reads, so that a change meanwhile makes the answer old at once.
    package func answer(
        _ key: Key, at version: Version, while fit: (Answer) -> Bool = { _ in true }, _ make: () throws -> Answer
    ) rethrows -> Answer {
        if let known = known.withLock({ $0[key] }), known.version == version, fit(known.answer) { return known.answer }
        let answer = try make()
        known.withLock { known in
            if known.count >= limit, known[key] == nil { known.removeAll() }
            known[key] = Known(version: version, answer: answer)
        }
        return answer
    }
}
