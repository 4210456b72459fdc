import Control
import Network
import Synchronization

/// The watch that is under way, and when it was heard of last.
final class EtcdWatching: Sendable {
    private struct State {
        var stream: EtcdStream?
        var heard = ContinuousClock.now
    }
    private let state = Mutex(State())

    func begin(_ stream: EtcdStream) { state.withLock { $0 = State(stream: stream) } }
    func end() { state.withLock { $0.stream = nil } }
    func heard() { state.withLock { $0.heard = .now } }

    /// The watch when it has been silent that long.
    func silent(for duration: Duration) -> EtcdStream? {
        state.withLock { $0.heard + duration < .now ? $0.stream : nil }
    }
}

extension EtcdEngine {
    private static let tick = Duration.milliseconds(100)
    /// A watch that is silent for so long is asked whether it lives.
    private static let silence = Duration.seconds(2)

    /// Ends waits whose time is over.
    @Sendable func expire() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: Self.tick)
            let now = ContinuousClock.now
            progress.expire(now)
            landings.expire(now)
        }
    }

    /// Ends watches that have died without a word, as of a machine that lost its power.
    @Sendable func guardWatch() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: Self.silence / 4)
            if let stream = watching.silent(for: Self.silence) { await examine(stream) }
        }
    }

    /// Whether the watch tells what a linearizable read knows; when it does not, another member is asked.
    private func examine(_ stream: EtcdStream) async {
        let request = EtcdRangeRequest(key: keys.mark, keysOnly: true)
        // Without etcd there is nothing to follow, and whoever follows finds that out by itself.
        guard let revision = try? await client.range(request, timeout: Self.attempt).revision else { return }
        do throws(StorageError) {
            try await catchUp(to: revision, within: Self.attempt)
            watching.heard()
        } catch {
            log.warning("the watch is silent; another member is asked")
            stream.stream.cancel()
            client.moveOn(from: stream.member, broken: nil)
        }
    }
}
