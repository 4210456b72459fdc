import Glibc
import Synchronization

/// Writes what a component does as logfmt lines to standard error: `time=… level=info component=store msg="…" key=value`.
package struct Log: Sendable {
    /// How grave a line is.
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error
        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        /// As it stands in the line.
        package var text: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warn"
            case .error: "error"
            }
        }
    }
    /// What goes with a line, in order.
    package typealias Details = KeyValuePairs<String, any CustomStringConvertible>

    private static let threshold = Atomic(Level.info.rawValue)
    /// The least grave level that is written, for the whole program.
    package static var level: Level {
        get { Level(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    private let component: String
    private let clock: any WallClock
    private let sink: @Sendable (String) -> Void

    /// The log of a component; lines go to standard error unless a sink is given.
    package init(_ component: String, clock: any WallClock = SystemClock(), sink: (@Sendable (String) -> Void)? = nil) {
        (self.component, self.clock, self.sink) = (component, clock, sink ?? Log.writeToStandardError)
    }

    /// These write a line of that level with its details, unless the level is below `Log.level`.
    package func debug(_ message: String, _ details: Details = [:]) { write(.debug, message, details) }
    package func info(_ message: String, _ details: Details = [:]) { write(.info, message, details) }
    package func warning(_ message: String, _ details: Details = [:]) { write(.warning, message, details) }
    package func error(_ message: String, _ details: Details = [:]) { write(.error, message, details) }

    private func write(_ level: Level, _ message: String, _ details: Details) {
        guard level >= Log.level else { return }
        var line = "time=\(clock.now.milliText) level=\(level.text) component=\(component) msg=\(Log.quoted(message))"
        for (key, value) in details { line += " \(key)=\(Log.quoted(value.description))" }
        sink(line + "\n")
    }

    /// The text as a logfmt value: in quotes when it needs them, control characters escaped.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\") && $0 != 0x7f
        }
        if plain, !text.isEmpty { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static let writeToStandardError: @Sendable (String) -> Void = { line in
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
