import Synchronization

/// Proof that a process leads a realm; writes that carry it are refused once the leadership is lost.
///
/// A store that other processes write too compares it in the write's own transaction, so a leader that was cut off and does not know
/// of its end yet can do no harm. Source: docs/decisions/etcd.md.
package struct Fence: Sendable, Hashable {
    /// The realm that is led.
    package let realm: String
    /// Another number for every leadership.
    package let token: Int64
    /// The leadership under which the present task acts; nil outside `Store.lead`.
    @TaskLocal package static var current: Fence?

    init(realm: String, token: Int64) { (self.realm, self.token) = (realm, token) }
}

extension Store {
    /// Whether other processes may write to the store.
    package var isShared: Bool { if case .shared = backing { true } else { false } }

    /// Waits for the leadership, runs the body with `Fence.current` set, cancels it when the leadership is lost, and begins again;
    /// on stores of one process the leadership is never lost, and those who want the same realm's wait in line. Returns when the body returns.
    /// - Throws: what the body throws while it leads, or `CancellationError` when the task is cancelled before.
    package func lead(_ realm: String, as identity: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        if case .shared(let engine) = backing { return try await engine.lead(realm, as: identity, body) }
        let fence = try await leaders.take(realm, identity)
        defer { leaders.release(realm) }
        try await Fence.$current.withValue(fence) { try await body() }
    }

    /// The identity that leads the realm, nil when nobody does.
    package func leader(of realm: String) async -> String? {
        switch backing {
        case .journal: leaders.leader(of: realm)
        case .shared(let engine): engine.leader(of: realm)
        }
    }
}

/// Who leads which realm in this process, and who waits for it.
final class LocalLeaders: Sendable {
    private struct Candidate {
        let token: Int64
        let identity: String
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct Seat {
        var token: Int64
        var identity: String
        var waiting: [Candidate] = []
    }
    private struct State {
        var lastToken: Int64 = 0
        var seats: [String: Seat] = [:]
        /// Waits that were cancelled before they began.
        var cancelled: Set<Int64> = []
    }
    private let state = Mutex(State())

    func leader(of realm: String) -> String? { state.withLock { $0.seats[realm]?.identity } }

    /// Waits in line for the leadership.
    func take(_ realm: String, _ identity: String) async throws -> Fence {
        try Task.checkCancellation()
        let token = state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
        let taken = await withTaskCancellationHandler {
            await withCheckedContinuation { wait(realm, Candidate(token: token, identity: identity, continuation: $0)) }
        } onCancel: {
            leave(realm, token)
        }
        guard taken else { throw CancellationError() }
        return Fence(realm: realm, token: token)
    }

    private func wait(_ realm: String, _ candidate: Candidate) {
        let outcome: Bool? = state.withLock { state in
            if state.cancelled.remove(candidate.token) != nil { return false }
            guard state.seats[realm] != nil else {
                state.seats[realm] = Seat(token: candidate.token, identity: candidate.identity)
                return true
            }
            state.seats[realm]?.waiting.append(candidate)
            return nil
        }
        if let outcome { candidate.continuation.resume(returning: outcome) }
    }

    /// Gives up waiting; one who has the leadership already keeps it until `release`.
    private func leave(_ realm: String, _ token: Int64) {
        let candidate = state.withLock { state -> Candidate? in
            guard let index = state.seats[realm]?.waiting.firstIndex(where: { $0.token == token }) else {
                if state.seats[realm]?.token != token { state.cancelled.insert(token) }
                return nil
            }
            return state.seats[realm]?.waiting.remove(at: index)
        }
        candidate?.continuation.resume(returning: false)
    }

    /// Hands the leadership to the next in line.
    func release(_ realm: String) {
        let next = state.withLock { state -> Candidate? in
            guard var seat = state.seats[realm], !seat.waiting.isEmpty else {
                state.seats[realm] = nil
                return nil
            }
            let next = seat.waiting.removeFirst()
            (seat.token, seat.identity) = (next.token, next.identity)
            state.seats[realm] = seat
            return next
        }
        next?.continuation.resume(returning: true)
    }
}
