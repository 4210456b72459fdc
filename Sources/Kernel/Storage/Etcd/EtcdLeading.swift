import Control
import Network

/// How a leadership ended.
private enum LeadEnd: Sendable {
    case returned
    case threw(any Error)
    case lost
    /// It has not; the task was cancelled.
    case open
}

extension EtcdEngine {
    private var leaseLife: Duration { .seconds(configuration.leaseSeconds) }

    func lead(_ realm: String, as identity: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await leads.line.take(realm, identity)
        defer { leads.line.release(realm) }
        while true {
            let lead = try await campaign(realm, identity)
            let end = await hold(lead, body)
            await resign(lead)
            switch end {
            case .returned: return
            case .threw(let error): throw error
            case .lost, .open: try Task.checkCancellation()
            }
            log.warning("a leadership was lost", ["realm": realm])
        }
    }

    /// Runs the body until it ends or the leadership is lost.
    private func hold(_ lead: EtcdLead, _ body: @escaping @Sendable () async throws -> Void) async -> LeadEnd {
        await withTaskGroup(of: LeadEnd.self) { group in
            group.addTask {
                do {
                    try await Fence.$current.withValue(lead.fence) { try await body() }
                    return .returned
                } catch { return .threw(error) }
            }
            group.addTask {
                await lead.end()
                return lead.isLost ? .lost : .open
            }
            var outcome = LeadEnd.open
            for await end in group {
                if case .open = outcome { outcome = end }
                if case .open = end { continue }
                group.cancelAll()
            }
            return outcome
        }
    }

    /// Tries to become the leader until that succeeds.
    /// - Throws: `CancellationError`.
    private func campaign(_ realm: String, _ identity: String) async throws -> EtcdLead {
        let bell = leads.enter(realm)
        defer { leads.leave(realm) }
        while true {
            try Task.checkCancellation()
            if isClosed { throw StorageError.unavailable("the store is closed") }
            if let session = leads.session {
                // While the watch shows another leader, etcd need not be asked, which would be a write there however it ends.
                let leader = leads.leader(of: realm)
                if leader == nil || leader?.lease == session.lease, let lead = await candidate(realm, identity, session) { return lead }
            } else {
                leads.wanted.post(())
            }
            // Whoever leads goes, or dies and its lease expires: both delete the key, and the watch tells.
            try await bell.wait(atMost: leaseLife / 2, on: clock)
            _ = bell.take()
        }
    }

    /// Makes the leader's key, unless there is one.
    private func candidate(_ realm: String, _ identity: String, _ session: EtcdLeads.Session) async -> EtcdLead? {
        let key = keys.leader(realm)
        let transaction = EtcdTransaction(
            compares: [EtcdCompare(key: key, target: .created, value: 0)],
            success: [.put(key: key, value: Array(identity.utf8), lease: session.lease)], failure: [.range(EtcdRangeRequest(key: key))])
        guard let answer = try? await client.transact(transaction, timeout: Self.attempt) else { return nil }
        var token = answer.revision
        if !answer.succeeded {
            // One of this process's lease is its own: of an attempt whose answer was lost, or of a leadership that could not be given back.
            guard let leader = answer.ranges.first?.keys.first, leader.lease == session.lease else { return nil }
            token = leader.created
        }
        let lead = EtcdLead(Fence(realm: realm, token: token))
        leads.hold(lead)
        guard leads.session?.lease == session.lease else {
            leads.drop(lead)
            return nil
        }
        return lead
    }

    /// Gives a leadership back, so that the next one need not wait for the lease to expire.
    private func resign(_ lead: EtcdLead) async {
        leads.drop(lead)
        let key = keys.leader(lead.fence.realm)
        let transaction = EtcdTransaction(
            compares: [EtcdCompare(key: key, target: .created, value: lead.fence.token)], success: [.delete(key: key)])
        // In a task of its own, for this one may be cancelled.
        await tasks.finish {
            do throws(StorageError) {
                _ = try await self.persistently { () async throws(GRPCError) in
                    try await self.client.transact(transaction, timeout: Self.attempt)
                }
            } catch {
                // The key is there for as long as the lease is.
                if let session = self.leads.session { self.leads.end(session.lease) }
            }
        }
    }

    /// Keeps the lease alive under which this process leads.
    @Sendable func keepSession() async {
        while !Task.isCancelled {
            guard let session = leads.session else {
                _ = await leads.wanted.receive()
                if !Task.isCancelled { await beginSession() }
                continue
            }
            let sent = ContinuousClock.now
            var pause = leaseLife / 3
            do throws(GRPCError) {
                let lease = try await client.keepAlive(lease: session.lease, timeout: leaseLife / 4)
                if lease.seconds > 0 { leads.extend(session.lease, to: sent + leaseLife) } else { leads.end(session.lease) }
            } catch {
                pause = .milliseconds(200)
            }
            if let now = leads.session, now.validUntil < .now + pause { pause = max(.milliseconds(1), now.validUntil - .now) }
            try? await clock.sleep(for: pause)
            if let now = leads.session, now.validUntil <= .now { leads.end(now.lease) }
        }
    }

    private func beginSession() async {
        let sent = ContinuousClock.now
        do throws(GRPCError) {
            let lease = try await client.grantLease(seconds: configuration.leaseSeconds, timeout: Self.attempt)
            // Nobody has to wait for the end of leases that this process has given up.
            for lease in leads.takeFormer() { try? await client.revoke(lease: lease, timeout: Self.attempt) }
            leads.begin(EtcdLeads.Session(lease: lease.id, validUntil: sent + leaseLife))
        } catch {
            try? await clock.sleep(for: .milliseconds(500))
        }
    }

    /// Lets go of the lease, and of all leaderships with it.
    func endSession() async {
        guard let session = leads.session else { return }
        leads.end(session.lease)
        for lease in leads.takeFormer() { try? await client.revoke(lease: lease, timeout: .seconds(1)) }
    }
}
