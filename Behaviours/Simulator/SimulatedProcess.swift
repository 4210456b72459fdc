import Assembly
import Control
import Network
import Storage
import Synchronization

/// One life of the server's process: what runs on its branch of the executor ends with it, at any instant.
final class SimulatedProcess: Sendable {
    private let branch: SeededExecutor.Branch
    private let random: RandomSource
    /// What to do for those outside when the process dies.
    private let mourners = Mutex<(next: Int, table: [Int: @Sendable () -> Void])?>((0, [:]))

    init(executor: SeededExecutor, random: RandomSource) { (branch, self.random) = (SeededExecutor.Branch(of: executor), random) }

    var executor: any TaskExecutor { branch }

    /// Runs work in the process; fails when that dies before it is done.
    func perform<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) -> Promise<Result> {
        let promise = Promise<Result>()
        let mourner = onDeath { promise.fulfil(.failure(HTTPError.connectionLost("the process died"))) }
        branch.start { [self] in
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            promise.fulfil(result)
            forget(mourner)
        }
        return promise
    }

    /// Stops as by `kill -STOP`: nothing of it runs, whatever comes waits.
    func freeze() { branch.freeze() }
    func thaw() { branch.thaw() }

    /// The process's way to a store that it shares; a message takes up to that long.
    func wire(slowest: @escaping @Sendable () -> Duration, clock: any WallClock) -> SharedMemoryWire {
        let (branch, random) = (branch, random)
        return SharedMemoryWire(
            travel: { try await clock.sleep(for: slowest() * random.fraction()) }, begin: { branch.start($0) })
    }

    /// Dies as by `kill -9`.
    func kill() {
        branch.kill()
        let mourning = mourners.withLock { mourners in
            defer { mourners = nil }
            return mourners?.table.sorted { $0.key < $1.key }.map(\.value) ?? []
        }
        for action in mourning { action() }
    }

    /// Has an action done when the process dies, at once when it has died; returns its number.
    private func onDeath(_ action: @escaping @Sendable () -> Void) -> Int {
        let number = mourners.withLock { mourners -> Int? in
            guard let next = mourners?.next else { return nil }
            mourners?.table[next] = action
            mourners?.next += 1
            return next
        }
        if number == nil { action() }
        return number ?? -1
    }
    private func forget(_ mourner: Int) { mourners.withLock { _ = $0?.table.removeValue(forKey: mourner) } }

    // MARK: Requests

    /// Has a request answered in the process. A body that streams is brought over piece by piece.
    func exchange(_ request: HTTPRequest, _ transport: any HTTPTransport, _ network: SimulatedNetwork) -> Promise<HTTPResponse> {
        perform { [self] in
            var response = try await transport.send(request)
            if case .reader(let reader) = response.body { response.body = .reader(stream(reader, network)) }
            return response
        }
    }
    private func stream(_ reader: any BodyReader, _ network: SimulatedNetwork) -> any BodyReader {
        let pipe = BodyPipe()
        pipe.onClose { reader.cancel() }
        let mourner = onDeath { pipe.fail(.connectionLost("the process died")) }
        branch.start { [self] in
            do {
                while let piece = try await reader.next() {
                    try await network.travel()
                    pipe.write(piece)
                    guard !network.happens(network.weather.brokenStreams) else { throw HTTPError.connectionLost("the stream broke") }
                }
                pipe.finish(error: false)
            } catch { pipe.finish(error: true) }
            forget(mourner)
        }
        return pipe
    }

    // MARK: The disk

    /// A log whose writes happen after a while, as long as the disk takes.
    func log(slowest: @escaping @Sendable () -> Duration, clock: any WallClock) -> LogConfiguration {
        var log = LogConfiguration()
        (log.segmentBytes, log.frameBytes, log.copyBytes) = (1 << 20, 128 << 10, 64 << 10)
        (log.leastSegments, log.recoveryThreads, log.isThreaded) = (3, 1, false)
        let (branch, random) = (branch, random)
        log.begin = { work in
            branch.start {
                do { try await clock.sleep(for: slowest() * random.fraction()) } catch {}
                work()
            }
        }
        return log
    }
}
