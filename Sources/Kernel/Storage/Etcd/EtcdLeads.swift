import Control
import Synchronization

/// Who leads a realm, by the key that says so.
struct EtcdLeader: Sendable {
    let identity: String
    /// The revision at which the key was made: the leadership's fence.
    let token: Int64
    let lease: Int64

    init(_ key: EtcdKeyValue) { (identity, token, lease) = (String(decoding: key.value, as: UTF8.self), key.created, key.lease) }
}

/// A leadership of this process.
final class EtcdLead: Sendable {
    let fence: Fence
    /// Rung when it is lost.
    private let bell = Mailbox<Void>()
    private let isOver = Atomic(false)

    init(_ fence: Fence) { self.fence = fence }
    var isLost: Bool { isOver.load(ordering: .acquiring) }
    func lose() {
        isOver.store(true, ordering: .releasing)
        bell.post(())
    }
    /// Returns when it is lost, or the task is cancelled.
    func end() async {
        while !isLost, !Task.isCancelled { _ = await bell.receive() }
    }
}

/// Leaderships: who has them, which are this process's, who waits for them, and the lease under which this process has its own.
final class EtcdLeads: Sendable {
    struct Session: Sendable {
        let lease: Int64
        /// Until then etcd has not let the lease expire.
        var validUntil: ContinuousClock.Instant
    }
    private struct State {
        var leaders: [String: EtcdLeader] = [:]
        var held: [String: EtcdLead] = [:]
        var candidates: [String: Mailbox<Void>] = [:]
        var session: Session?
        /// Leases of this process that may still be there, with the keys of its former leaderships on them.
        var former: [Int64] = []
    }
    /// The candidates of this process stand in line for each realm.
    let line = LocalLeaders()
    /// Rung when a session is wanted.
    let wanted = Mailbox<Void>()
    private let state = Mutex(State())

    func leader(of realm: String) -> EtcdLeader? { state.withLock { $0.leaders[realm] } }
    var session: Session? { state.withLock { $0.session } }

    /// What etcd says of a realm's leader since a revision.
    func set(_ leader: EtcdLeader?, of realm: String, at revision: Revision) {
        let (lost, candidate) = state.withLock { state -> (EtcdLead?, Mailbox<Void>?) in
            state.leaders[realm] = leader
            guard let held = state.held[realm], held.fence.token <= revision, held.fence.token != leader?.token else {
                return (nil, leader == nil ? state.candidates[realm] : nil)
            }
            return (held, nil)
        }
        lost?.lose()
        candidate?.post(())
    }

    /// All leaders at a revision.
    func replace(with leaders: [String: EtcdLeader], at revision: Revision) {
        let names = state.withLock { state in Set(state.leaders.keys).union(state.held.keys).union(state.candidates.keys) }
        for name in names.union(leaders.keys) { set(leaders[name], of: name, at: revision) }
    }

    /// Where a candidate hears that it may try again.
    func enter(_ realm: String) -> Mailbox<Void> {
        let bell = Mailbox<Void>()
        state.withLock { $0.candidates[realm] = bell }
        return bell
    }
    func leave(_ realm: String) { state.withLock { $0.candidates[realm] = nil } }

    func hold(_ lead: EtcdLead) { state.withLock { $0.held[lead.fence.realm] = lead } }
    func drop(_ lead: EtcdLead) { state.withLock { if $0.held[lead.fence.realm] === lead { $0.held[lead.fence.realm] = nil } } }

    /// A write has found out that a leadership is over.
    func lose(_ fence: Fence) {
        let lead = state.withLock { $0.held[fence.realm] }
        if let lead, lead.fence == fence { lead.lose() }
    }

    /// The leases that are to be revoked, once each.
    func takeFormer() -> [Int64] {
        state.withLock { state in
            defer { state.former = [] }
            return state.former
        }
    }

    /// A lease was granted.
    func begin(_ session: Session) {
        let candidates = state.withLock { state in
            state.session = session
            return Array(state.candidates.values)
        }
        for candidate in candidates { candidate.post(()) }
    }
    func extend(_ lease: Int64, to instant: ContinuousClock.Instant) {
        state.withLock { if $0.session?.lease == lease { $0.session?.validUntil = instant } }
    }
    /// The lease is gone, or may be, and all leaderships with it.
    func end(_ lease: Int64) {
        let lost = state.withLock { state -> [EtcdLead] in
            guard state.session?.lease == lease else { return [] }
            state.session = nil
            state.former.append(lease)
            return Array(state.held.values)
        }
        for lead in lost { lead.lose() }
    }
}
