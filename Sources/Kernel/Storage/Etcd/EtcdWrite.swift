import Control
import Network

/// One write on its way into etcd.
///
/// It is a transaction that compares the revision of the document, so that it can be sent again when nobody knows what became of it:
/// it cannot happen twice, and what etcd holds carries the write's number, which tells whether it happened.
struct EtcdWrite: Sendable {
    /// No revision of a key: the comparison fails, and the answer tells what is there.
    private static let impossible: Revision = -1
    /// etcd's own limit of a request unless it is told otherwise.
    private static let requestLimit = 1536 << 10

    let engine: EtcdEngine
    let write: Write
    let realm: Realm
    /// The realm's number.
    let number: Int64
    let fence: Fence?

    /// Writes, and returns when that is in the realm's index.
    func run() async throws(StorageError) -> Entry {
        let deadline = ContinuousClock.now + engine.configuration.patience
        guard isRepeated else { return try await attempt(until: deadline) }
        let place = EtcdTurns.Place(realm: number, key: write.key)
        await engine.turns.take(place)
        defer { engine.turns.release(place) }
        guard ContinuousClock.now < deadline else {
            throw .unavailable("etcd does not answer within \(engine.configuration.patience)")
        }
        return try await attempt(until: deadline)
    }

    /// Whether the document's revision is the writer's business, not the caller's: then it is tried until it fits.
    private var isRepeated: Bool {
        switch write.precondition {
        case .none, .exists: true
        case .absent, .revision: false
        }
    }

    /// The revision at which the document must be; 0 where there must be none.
    private func expected() throws(StorageError) -> Revision {
        let known = realm.snapshot().get(write.key)
        switch (write.precondition, write.operation) {
        case (.absent, _): return 0
        case (.revision(let revision), _):
            // The index may be behind etcd but is never ahead of it.
            if let known, known.revision > revision { throw .conflict(key: write.key, current: known.revision) }
            return revision > 0 ? revision : Self.impossible
        case (.none, .put): return known?.revision ?? 0
        case (.none, .delete), (.exists, _): return known?.revision ?? Self.impossible
        }
    }

    private func attempt(until deadline: ContinuousClock.Instant) async throws(StorageError) -> Entry {
        var expected = try expected()
        let id = WriteID(writer: engine.writer, number: engine.landings.begin())
        defer { engine.landings.forget(id.number) }
        let gaps = engine.landings.gaps
        var pause = Duration.milliseconds(10)
        var isAmbiguous = false
        while true {
            let answer: EtcdTransactionAnswer
            do throws(GRPCError) {
                let rest = deadline - .now
                answer = try await engine.client.transact(
                    transaction(id, expected: expected), timeout: min(EtcdEngine.attempt, max(rest, .milliseconds(1))))
            } catch {
                if let entry = engine.landings.landed(id.number) { return entry }
                guard error.isOfTheMember || error.isBusy else { throw refusal(error) }
                guard ContinuousClock.now + pause < deadline else { throw unknown(error.message) }
                isAmbiguous = isAmbiguous || !error.isBusy
                try? await engine.clock.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(500))
                continue
            }
            if answer.succeeded { return try await landed(id) }
            // An earlier attempt of this write may be why this one failed.
            if let current = answer.document, EtcdValue.id(current.value) == id { return try await landed(id) }
            if isAmbiguous {
                try await engine.catchUp(to: answer.revision, within: engine.configuration.patience)
                if let entry = engine.landings.landed(id.number) { return entry }
                if engine.landings.gaps != gaps { throw unknown("changes were missed") }
            }
            expected = try await next(answer)
        }
    }

    /// What is sent. When it fails, the answer has the document, the realm's entry in the directory, the leader where there is a
    /// fence, and the premise.
    private func transaction(_ id: WriteID, expected: Revision) -> EtcdTransaction {
        let keys = engine.keys
        let key = keys.document(number, write.key)
        let directory = keys.realm(realm.name)
        var transaction = EtcdTransaction()
        transaction.compares = [
            EtcdCompare(key: key, target: .modified, value: expected), EtcdCompare(key: directory, target: .created, value: number),
        ]
        transaction.failure = [.range(EtcdRangeRequest(key: key)), .range(EtcdRangeRequest(key: directory, keysOnly: true))]
        switch write.operation {
        case .put(let document): transaction.success = [.put(key: key, value: EtcdValue(id: id, document: document).bytes)]
        case .delete:
            transaction.success = [.delete(key: key), .put(key: keys.deletion(number), value: EtcdValue.deletion(id))]
        }
        if let fence {
            let leader = keys.leader(fence.realm)
            transaction.compares.append(EtcdCompare(key: leader, target: .created, value: fence.token))
            transaction.failure.append(.range(EtcdRangeRequest(key: leader, keysOnly: true)))
        }
        if let premise = write.premise {
            let key = keys.document(number, premise.key)
            transaction.compares.append(EtcdCompare(key: key, target: .modified, value: premise.revision))
            transaction.failure.append(.range(EtcdRangeRequest(key: key, keysOnly: true)))
        }
        return transaction
    }

    /// Why a transaction failed, or the revision with which it is to be tried again.
    private func next(_ answer: EtcdTransactionAnswer) async throws(StorageError) -> Revision {
        if let fence, answer.leader?.created != fence.token {
            engine.leads.lose(fence)
            throw .fenced(realm: fence.realm)
        }
        guard answer.realm?.created == number else { throw .unavailable("the realm \(realm.name) is destroyed") }
        let current = answer.document
        if let premise = write.premise, answer.last?.modified != premise.revision {
            try await engine.catchUp(to: answer.revision, within: engine.configuration.patience)
            throw .lapsed(key: premise.key)
        }
        let refused: StorageError
        switch (write.precondition, write.operation, current) {
        case (.absent, _, .some): refused = .exists(key: write.key)
        case (.revision, _, .some(let current)): refused = .conflict(key: write.key, current: current.modified)
        case (.revision, _, nil), (.exists, _, nil), (.none, .delete, nil): refused = .absent(key: write.key)
        case (.absent, _, nil): return 0
        case (.none, _, let current), (.exists, _, let current): return current?.modified ?? 0
        }
        // Whoever is refused finds the reason in the index.
        try await engine.catchUp(to: answer.revision, within: engine.configuration.patience)
        throw refused
    }

    private func landed(_ id: WriteID) async throws(StorageError) -> Entry {
        guard let entry = await engine.landings.wait(id.number, within: engine.configuration.patience) else {
            throw .unavailable("\(write.key) is written, but etcd does not tell of it")
        }
        return entry
    }

    private func unknown(_ reason: String) -> StorageError {
        .unavailable(
            "etcd does not answer within \(engine.configuration.patience): \(reason); whether \(write.key) is written is not known")
    }

    /// What a refusal of etcd means for the write.
    private func refusal(_ error: GRPCError) -> StorageError {
        if error.isTooLarge, case .put(let document) = write.operation {
            return .tooLarge(bytes: document.bytes.count, limit: min(Self.requestLimit, document.bytes.count - 1))
        }
        return .unavailable("etcd: \(error.message)")
    }
}

extension EtcdTransactionAnswer {
    fileprivate var document: EtcdKeyValue? { ranges.first?.keys.first }
    fileprivate var realm: EtcdKeyValue? { ranges.dropFirst().first?.keys.first }
    fileprivate var leader: EtcdKeyValue? { ranges.dropFirst(2).first?.keys.first }
    fileprivate var last: EtcdKeyValue? { ranges.last?.keys.first }
}

extension GRPCError {
    /// Whether etcd has more to do than it likes: what was asked has not happened.
    fileprivate var isBusy: Bool { code == .resourceExhausted && message.contains("too many requests") }
    /// Whether the request is beyond etcd's `--max-request-bytes`, said by etcd or by its transport.
    fileprivate var isTooLarge: Bool {
        code == .invalidArgument && message.contains("request is too large")
            || code == .resourceExhausted && message.contains("larger than max")
    }
}

extension EtcdEngine {
    func commit(_ write: Write, in realm: Realm) async throws(StorageError) -> Entry {
        guard let number = directory.number(of: realm) else {
            throw .unavailable(isClosed ? "the store is closed" : "the realm \(realm.name) is destroyed")
        }
        let write = EtcdWrite(engine: self, write: write, realm: realm, number: number, fence: Fence.current)
        // In a task of its own: a caller who is cancelled does not leave a write in doubt.
        return try await tasks.finish { await write.result() }.get()
    }
}

extension EtcdWrite {
    fileprivate func result() async -> Result<Entry, StorageError> {
        do throws(StorageError) { return .success(try await run()) } catch { return .failure(error) }
    }
}
