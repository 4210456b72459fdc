import Control
import Network

/// The changes of one message of the watch, put together realm by realm.
private struct EtcdBatch {
    struct Part {
        var changes: [FollowedChange] = []
        /// This process's write behind each change; nil for others' writes.
        var numbers: [UInt64?] = []
    }
    /// By the realm's number, in the order of their first change.
    private(set) var order: [Int64] = []
    private var parts: [Int64: Part] = [:]

    func part(_ realm: Int64) -> Part { parts[realm] ?? Part() }

    mutating func add(_ change: FollowedChange, _ number: UInt64?, to realm: Int64) {
        if parts[realm] == nil { order.append(realm) }
        parts[realm, default: Part()].changes.append(change)
        parts[realm, default: Part()].numbers.append(number)
    }

    /// Says whose the realm's newest change is, when that is of the revision.
    mutating func attribute(_ revision: Revision, to number: UInt64, in realm: Int64) {
        guard let last = parts[realm]?.changes.last, last.revision == revision, let index = parts[realm]?.numbers.indices.last else {
            return
        }
        parts[realm]?.numbers[index] = number
    }
}

extension EtcdEngine {
    /// Follows etcd by one watch after the other until the engine is closed.
    @Sendable func follow() async {
        var pause = Duration.milliseconds(20)
        while !Task.isCancelled {
            let before = progress.position
            do throws(GRPCError) {
                try await watch()
            } catch {
                if Task.isCancelled { return }
                if error.code == .outOfRange {
                    await listAgain()
                } else if pause == .milliseconds(20) {
                    log.warning("the watch ended", ["reason": error.message])
                }
            }
            if progress.position > before { pause = .milliseconds(20) }
            try? await clock.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(1000))
        }
    }

    private func listAgain() async {
        log.warning("etcd's history was compacted before it was followed; everything is read again", ["position": progress.position])
        do throws(GRPCError) { try await list() } catch { log.warning("etcd cannot be read", ["reason": error.message]) }
    }

    /// Follows from the present position until the watch ends.
    /// - Throws: `GRPCError`, `outOfRange` when changes behind the position are gone.
    private func watch() async throws(GRPCError) {
        let stream = try await client.watch(key: keys.prefix, end: EtcdKeys.end(keys.prefix), from: progress.position + 1)
        watching.begin(stream)
        defer { watching.end() }
        do throws(GRPCError) {
            var fragments: [EtcdEvent] = []
            while let message = try await stream.stream.next() {
                watching.heard()
                let answer = EtcdWatchAnswer(message)
                if answer.canceled {
                    if answer.compacted > 0 { throw GRPCError(.outOfRange, "compacted at \(answer.compacted)") }
                    throw GRPCError(.unavailable, answer.reason)
                }
                fragments += answer.events
                guard !answer.isFragment, !fragments.isEmpty else { continue }
                apply(fragments)
                fragments = []
            }
            throw GRPCError(.unavailable, "the member ended the watch")
        } catch {
            if error.isOfTheMember { client.moveOn(from: stream.member, broken: nil) }
            throw error
        }
    }

    /// Takes over changes, which are in etcd's order and hold whole revisions.
    private func apply(_ events: [EtcdEvent]) {
        var batch = EtcdBatch()
        for event in events {
            let key = event.key
            switch keys.place(key.key) {
            case .document(let realm, let name):
                if event.isDeletion {
                    batch.add(.delete(key: name, revision: key.modified), nil, to: realm)
                } else if let value = EtcdValue(key.value) {
                    let entry = Entry(key: name, revision: key.modified, created: key.created, document: value.document)
                    batch.add(.put(entry), value.id.writer == writer ? value.id.number : nil, to: realm)
                }
            case .deletion(let realm):
                if !event.isDeletion, let id = EtcdValue.id(key.value), id.writer == writer {
                    batch.attribute(key.modified, to: id.number, in: realm)
                }
            case .realm(let name):
                publish(batch)
                batch = EtcdBatch()
                if event.isDeletion {
                    close(name)
                } else if directory.member(name)?.number != key.created {
                    close(name)
                    let contents = EtcdContents.RealmContents(name: name, birth: EtcdValue.birth(key.value), deletion: key.created)
                    open(contents, key.created)
                }
            case .leader(let realm): leads.set(event.isDeletion ? nil : EtcdLeader(key), of: realm, at: key.modified)
            case .other: break
            }
        }
        publish(batch)
        if let last = events.last { progress.advance(to: last.key.modified) }
    }

    private func publish(_ batch: EtcdBatch) {
        for number in batch.order {
            guard let realm = directory.realm(number) else { continue }
            let part = batch.part(number)
            for (write, entry) in zip(part.numbers, realm.followed(part.changes)) {
                if let write, let entry { landings.land(write, entry) }
            }
        }
    }
}
