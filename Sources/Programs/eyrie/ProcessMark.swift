import Eksctl
import Glibc

/// What tells one process from all others that had or will have its number. Source: proc(5), /proc/PID/stat.
struct ProcessMark: Sendable, Equatable {
    let process: Int32
    /// When it began, in clock ticks since the machine did.
    let start: String

    /// The living process of that number; nil when there is none, or only its remains.
    init?(_ process: Int32) {
        guard let text = TextFile.read("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ").map(String.init)
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        (self.process, start) = (process, fields[19])
    }
}
