import Control
import Network
import Synchronization

/// Readers who want to be up to date: all who come while one round asks etcd wait for the next round together.
final class EtcdReadIndex: Sendable {
    typealias Reader = CheckedContinuation<Result<Void, StorageError>, Never>
    private struct State {
        var isRunning = false
        var waiting: [Reader] = []
    }
    private let state = Mutex(State())

    /// Waits for the next round; `start` is called when none is running.
    func wait(_ start: () -> Void) async throws(StorageError) {
        let result = await withCheckedContinuation { (reader: Reader) in
            let isFirst = state.withLock { state in
                state.waiting.append(reader)
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if isFirst { start() }
        }
        try result.get()
    }

    /// Those for whom the next round is; none ends the rounds.
    func take() -> [Reader] {
        state.withLock { state in
            defer { state.waiting = [] }
            state.isRunning = !state.waiting.isEmpty
            return state.waiting
        }
    }
}

extension EtcdEngine {
    /// How long the watch may lag before etcd is written to: its revision may have grown by keys that are not ours, of which no event
    /// comes. Not by asking the watch for its progress: etcd before 3.4.25 and 3.5.8 may answer that ahead of events (etcd issue 15220).
    private static let lag = Duration.milliseconds(5)

    /// Begins rounds, which go on for as long as there are readers.
    func startRounds() {
        tasks.start {
            while true {
                let readers = self.readIndex.take()
                if readers.isEmpty { return }
                let result = await self.round()
                for reader in readers { reader.resume(returning: result) }
            }
        }
    }

    private func round() async -> Result<Void, StorageError> {
        do throws(StorageError) {
            let request = EtcdRangeRequest(key: keys.mark, keysOnly: true)
            let revision = try await persistently { () async throws(GRPCError) in
                try await self.client.range(request, timeout: Self.attempt).revision
            }
            try await catchUp(to: revision, within: configuration.patience)
            return .success(())
        } catch { return .failure(error) }
    }

    /// Waits until the indexes hold the revision.
    /// - Throws: `StorageError.unavailable`.
    func catchUp(to revision: Revision, within patience: Duration) async throws(StorageError) {
        if progress.position >= revision { return }
        let nudge = tasks.start {
            guard (try? await self.clock.sleep(for: Self.lag)) != nil, self.progress.position < revision else { return }
            await self.mark()
        }
        let isReached = await progress.reach(revision, within: patience)
        nudge.cancel()
        guard isReached else { throw .unavailable("etcd tells of no changes") }
    }

    /// Writes a key so that the watch has something to tell.
    private func mark() async {
        let transaction = EtcdTransaction(success: [.put(key: keys.mark, value: Array("\(writer)".utf8))])
        _ = try? await client.transact(transaction, timeout: Self.attempt)
    }
}
