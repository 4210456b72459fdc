import Control
import Network

extension EtcdEngine {
    func create(realm name: String) async throws(StorageError) {
        let key = keys.realm(name)
        let transaction = EtcdTransaction(
            compares: [EtcdCompare(key: key, target: .created, value: 0)], success: [.put(key: key, value: EtcdValue.birth(clock.now))])
        try await change(transaction)
    }

    func destroy(realm name: String) async throws(StorageError) {
        guard let member = directory.member(name) else { return }
        let key = keys.realm(name)
        let transaction = EtcdTransaction(
            compares: [EtcdCompare(key: key, target: .created, value: member.number)],
            success: [
                .delete(key: key), .delete(key: keys.deletion(member.number)),
                .put(key: keys.doomed(member.number), value: Array(name.utf8)),
            ])
        try await change(transaction)
        chores.post(())
    }

    /// Changes the directory, or finds that changed already, and waits until the store knows.
    private func change(_ transaction: EtcdTransaction) async throws(StorageError) {
        let fence = Fence.current
        var transaction = transaction
        if let fence { transaction.compares.append(EtcdCompare(key: keys.leader(fence.realm), target: .created, value: fence.token)) }
        if let fence { transaction.failure.append(.range(EtcdRangeRequest(key: keys.leader(fence.realm), keysOnly: true))) }
        let request = transaction
        let answer = try await persistently { () async throws(GRPCError) in
            try await self.client.transact(request, timeout: Self.attempt)
        }
        if !answer.succeeded, let fence, answer.ranges.first?.keys.first?.created != fence.token {
            leads.lose(fence)
            throw .fenced(realm: fence.realm)
        }
        try await catchUp(to: answer.revision, within: configuration.patience)
    }

    /// Does away with what destroyed realms have left, and with etcd's old history, from time to time.
    @Sendable func tidy() async {
        var round = CompactionRound()
        var due = ContinuousClock.now
        chores.post(())
        while !Task.isCancelled {
            do { try await chores.wait(atMost: max(.zero, due - .now), on: clock) } catch { return }
            if !chores.take().isEmpty { await sweep() }
            guard due <= .now else { continue }
            due = .now + configuration.compactionInterval
            await compact(&round)
        }
    }

    /// Deletes the documents of destroyed realms, a thousand at a time, so that etcd is not held up.
    private func sweep() async {
        do throws(GRPCError) {
            let doomed = try await client.range(
                EtcdRangeRequest(key: keys.doomed, end: EtcdKeys.end(keys.doomed), keysOnly: true), timeout: Self.attempt)
            for key in doomed.keys {
                guard let number = keys.doomedRealm(key.key) else { continue }
                let prefix = keys.documents(number)
                while true {
                    let page = try await client.range(
                        EtcdRangeRequest(key: prefix, end: EtcdKeys.end(prefix), limit: 1000, keysOnly: true), timeout: Self.attempt)
                    guard let last = page.keys.last else { break }
                    let delete = EtcdTransaction(success: [.delete(key: prefix, end: last.key + [0])])
                    _ = try await client.transact(delete, timeout: Self.attempt)
                }
                _ = try await client.transact(EtcdTransaction(success: [.delete(key: Array(key.key))]), timeout: Self.attempt)
            }
        } catch {
            // What is left is swept at the next start or destruction.
            log.warning("destroyed realms could not be swept", ["reason": error.message])
        }
    }

    /// What one round of compaction leaves to the next.
    struct CompactionRound: Sendable {
        /// How often the key of compactions was written, as far as this process knows.
        var version: Int64 = 0
        /// etcd's revision at the last round: what is older goes in this one.
        var revision: Revision = 0
    }

    /// Takes part in compaction: of all processes the one does it that writes the key first, and what it takes away is one interval old.
    private func compact(_ round: inout CompactionRound) async {
        let transaction = EtcdTransaction(
            compares: [EtcdCompare(key: keys.compaction, target: .version, value: round.version)],
            success: [.put(key: keys.compaction, value: Array("\(round.revision)".utf8))],
            failure: [.range(EtcdRangeRequest(key: keys.compaction))])
        do throws(GRPCError) {
            let answer = try await client.transact(transaction, timeout: Self.attempt)
            if answer.succeeded, round.revision > 0 { try await client.compact(to: round.revision, timeout: Self.attempt) }
            round.version = answer.succeeded ? round.version + 1 : answer.ranges.first?.keys.first?.version ?? 0
            round.revision = answer.revision
        } catch {
            log.warning("etcd's history could not be compacted", ["reason": error.message])
        }
    }
}
