import Storage

/// Carries out the changes of a plan: in order, but runs of creations and of deletions side by side in batches of 1, 2, 4 … 64, so
/// that a large plan is quick and a failing one fails early.
struct PlanWriter: Sendable {
    struct Result: Sendable {
        /// The newest revision that was written.
        var revision: Revision = 0
        var applied = 0
        var refused: (change: Change, error: ChangeError)?
    }
    let writer: any ChangeWriter
    let actor: String
    private let largestBatch = 64

    init(writer: any ChangeWriter, actor: String) { (self.writer, self.actor) = (writer, actor) }

    /// Applies the changes; stops behind the batch in which one was refused.
    func apply(_ changes: [Change]) async -> Result {
        var result = Result()
        var rest = changes[...]
        var size = 1
        while let first = rest.first, result.refused == nil {
            let run = rest.prefix(first.isRepeatable ? size : 1).prefix { $0.isLike(first) }
            size = first.isRepeatable && run.count == size ? min(size * 2, largestBatch) : 1
            rest = rest.dropFirst(run.count)
            await applyTogether(Array(run), &result)
        }
        return result
    }

    /// Applies changes one after the other whatever becomes of each.
    func attempt(_ changes: [Change]) async -> Revision {
        var result = Result()
        for change in changes { merge(change, await outcome(change), into: &result) }
        return result.revision
    }

    /// Applies notes, which do not depend on each other, side by side whatever becomes of each: a large plan has hundreds of them, and
    /// each waits until it is durable.
    func tell(_ notes: [Change]) async -> Revision {
        var result = Result()
        for start in stride(from: 0, to: notes.count, by: largestBatch) {
            await applyTogether(Array(notes[start..<min(start + largestBatch, notes.count)]), &result)
        }
        return result.revision
    }

    private func applyTogether(_ changes: [Change], _ result: inout Result) async {
        guard changes.count > 1 else {
            for change in changes { merge(change, await outcome(change), into: &result) }
            return
        }
        let outcomes = await withTaskGroup(of: (Int, Swift.Result<Revision, ChangeError>).self) { group in
            for (position, change) in changes.enumerated() { group.addTask { (position, await outcome(change)) } }
            var outcomes: [(Int, Swift.Result<Revision, ChangeError>)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        for (position, outcome) in outcomes.sorted(by: { $0.0 < $1.0 }) { merge(changes[position], outcome, into: &result) }
    }

    private func outcome(_ change: Change) async -> Swift.Result<Revision, ChangeError> {
        do throws(ChangeError) { return .success(try await writer.apply(change, by: actor)) } catch { return .failure(error) }
    }

    private func merge(_ change: Change, _ outcome: Swift.Result<Revision, ChangeError>, into result: inout Result) {
        switch outcome {
        case .success(let revision):
            result.revision = max(result.revision, revision)
            result.applied += 1
        case .failure(.notFound) where change.isDeletion: break
        case .failure(let error): result.refused = result.refused ?? (change, error)
        }
    }
}

extension Change {
    fileprivate var isDeletion: Bool { if case .delete = self { true } else { false } }
    private var isCreation: Bool { if case .create = self { true } else { false } }
    fileprivate var isRepeatable: Bool { isDeletion || isCreation }
    fileprivate func isLike(_ other: Change) -> Bool {
        kind == other.kind && isDeletion == other.isDeletion && isCreation == other.isCreation
    }
}
