import Control
import Synchronization

/// What happened in a trial, line by line: the end of it for people, and a hash of all of it that tells two runs apart.
final class Trace: Sendable {
    private struct State {
        var lines: [String] = []
        var count = 0
        /// FNV-1a over all lines.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    }
    private let state = Mutex(State())
    private let clock: any WallClock
    private let begin: Timestamp
    /// Whether each line goes to the standard output at once.
    private let isLoud: Bool
    private static let kept = 200

    /// An empty trace whose lines begin with the time since now.
    init(clock: any WallClock, isLoud: Bool = false) { (self.clock, begin, self.isLoud) = (clock, clock.now, isLoud) }

    /// Adds a line.
    func note(_ text: String) {
        let milliseconds = (clock.now - begin) / .milliseconds(1)
        let line = "\(Int(milliseconds) / 1000).\(String(Int(milliseconds) % 1000 + 1000).dropFirst()) \(text)"
        state.withLock { state in
            state.count += 1
            for byte in line.utf8 { state.hash = (state.hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
            state.lines.append(line)
            if state.lines.count > 2 * Self.kept { state.lines.removeFirst(Self.kept) }
        }
        if isLoud { print(line) }
    }

    /// The hash of all lines so far, in hexadecimal digits.
    var hash: String { String(state.withLock { $0.hash }, radix: 16) }
    /// The number of lines so far.
    var count: Int { state.withLock { $0.count } }
    /// The last lines.
    var tail: [String] { state.withLock { Array($0.lines.suffix(Self.kept)) } }
}
