import Control
import Network
import Synchronization

/// A container's log as a body: what is there and, when following, what comes until the container has ended. Goes on in the next file
/// when the log is rotated.
final class LogStream: BodyReader {
    private struct State {
        var file: LogFile?
        var text: LogText
        var rest: [UInt8] = []
        var isOver = false
    }
    /// How often a followed file is looked at, and how often its container.
    private static let pause = Duration.milliseconds(50), pausesPerCheck = 10

    private let path: String
    private let isFollowing: Bool
    private let clock: any WallClock
    private let isRunning: @Sendable () async -> Bool
    private let state: Mutex<State>

    /// - Parameter isRunning: whether the container that writes still runs.
    init(path: String, options: LogOptions, clock: any WallClock, isRunning: @escaping @Sendable () async -> Bool) {
        (self.path, isFollowing, self.clock, self.isRunning) = (path, options.isFollowing, clock, isRunning)
        let file = LogFile(path)
        if let lines = options.tailLines { file?.skip(toLast: lines) }
        state = Mutex(State(file: file, text: LogText(options)))
    }

    func next() async throws -> [UInt8]? {
        var (pauses, isLast) = (0, !isFollowing)
        while true {
            let piece = state.withLock { Self.read(&$0) }
            if let piece { return piece }
            if state.withLock({ $0.isOver }) { return nil }
            if moveOn() { continue }
            if isLast { return state.withLock { Self.end(&$0) } }
            try await clock.sleep(for: Self.pause)
            pauses += 1
            // What was written up to the container's end is still read after it was seen.
            if pauses % Self.pausesPerCheck == 0, await !isRunning() { isLast = true }
        }
    }

    func cancel() { state.withLock { ($0.isOver, $0.file) = (true, nil) } }

    /// What the next whole lines say; nil at the present end of the file.
    private static func read(_ state: inout State) -> [UInt8]? {
        while let file = state.file, !state.isOver {
            let bytes = file.next()
            if bytes.isEmpty { return nil }
            state.rest += bytes
            guard let last = state.rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            var output: [UInt8] = []
            for line in state.rest[..<last].split(separator: UInt8(ascii: "\n")) { state.text.append(line, to: &output) }
            state.rest.removeFirst(last + 1)
            if state.text.isFull { state.isOver = true }
            if !output.isEmpty { return output }
        }
        return nil
    }

    /// The line that has no end yet, and then nothing more.
    private static func end(_ state: inout State) -> [UInt8]? {
        var output: [UInt8] = []
        state.text.append(state.rest[...], to: &output)
        (state.isOver, state.rest, state.file) = (true, [], nil)
        return output.isEmpty ? nil : output
    }

    /// Goes on to the file that has taken the place of this one; the container writes into the old one no more.
    private func moveOn() -> Bool {
        state.withLock { state in
            guard isFollowing, !state.isOver else { return false }
            guard let file = state.file else {
                state.file = LogFile(path)
                return state.file != nil
            }
            guard file.isReplaced(at: path), let next = LogFile(path) else { return false }
            while case let bytes = file.next(), !bytes.isEmpty { state.rest += bytes }
            state.file = next
            return true
        }
    }
}
