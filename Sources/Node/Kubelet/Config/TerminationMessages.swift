package import Documents

/// How much of a container's last words is told. Source: kubelet/container/runtime.go, status_manager.go.
package enum TerminationMessages {
    /// Bytes taken of a message file.
    package static let fileLimit = 4096
    /// Lines and bytes taken of a log.
    package static let logLines = 80, logLimit = 2048
    /// Bytes of all messages of a pod together.
    package static let podLimit = 12 * 1024

    /// The message of an ended container: its file's, or the log's end where the file is empty and the policy says so.
    /// - Parameter log: the last part of its log file in the runtime's format.
    package static func choose(
        container: Value, pod: Value, file: [UInt8], log: [UInt8], failed: Bool
    ) -> String {
        var bytes = Array(file.suffix(fileLimit))
        if bytes.isEmpty, container["terminationMessagePolicy"].string == "FallbackToLogsOnError", failed { bytes = tail(log) }
        let share = podLimit / max(PodText(pod).allContainers.count, 1)
        return String(decoding: bytes.prefix(share), as: UTF8.self)
    }

    /// The last lines of a log without the runtime's marks (time, stream, tag).
    package static func tail(_ log: [UInt8]) -> [UInt8] {
        let lines = log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).suffix(logLines)
        var text: [UInt8] = []
        for line in lines {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4 else { continue }
            text += parts[3]
            if !parts[2].starts(with: [UInt8(ascii: "P")]) { text.append(UInt8(ascii: "\n")) }
        }
        return Array(text.suffix(logLimit))
    }
}
