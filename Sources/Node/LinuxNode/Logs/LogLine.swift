import Control

/// A line of a container's log file: `<time> <stream> <tags> <text>`. Source: CRI, container log format.
struct LogLine: Sendable, Hashable {
    let time: Timestamp
    let stream: String
    /// Whether the container's line goes on in the next one.
    let isPartial: Bool
    /// Without the line's end.
    let text: ArraySlice<UInt8>

    /// nil for a line that is not of this form. - Parameter line: without its line feed.
    init?(_ line: ArraySlice<UInt8>) {
        let space = UInt8(ascii: " ")
        let parts = line.split(separator: space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let time = Timestamp(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        (self.time, stream, text) = (time, String(decoding: parts[1], as: UTF8.self), parts[3])
        guard stream == "stdout" || stream == "stderr" else { return nil }
        isPartial = parts[2].prefix { $0 != UInt8(ascii: ":") }.elementsEqual("P".utf8)
    }
}

/// Turns a log file's lines into what a reader of the log sees: chosen streams and times, partial lines joined, a limit in bytes.
struct LogText: Sendable {
    private let options: LogOptions
    private var left: Int
    private var isInLine: [String: Bool] = [:]
    /// Whether the limit is reached.
    private(set) var isFull = false

    init(_ options: LogOptions) {
        self.options = options
        left = options.limitBytes ?? .max
    }

    /// Appends what a line says.
    mutating func append(_ line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        guard !isFull, let line = LogLine(line), options.streams.contains(line.stream) else { return }
        if let since = options.since, line.time < since { return }
        var words: [UInt8] = []
        if options.hasTimestamps, isInLine[line.stream] != true { words += Array((line.time.nanoText + " ").utf8) }
        words += line.text
        if !line.isPartial { words.append(UInt8(ascii: "\n")) }
        isInLine[line.stream] = line.isPartial
        output += words.prefix(left)
        if words.count >= left { isFull = true }
        left -= min(left, words.count)
    }
}
