import Linux

/// A process as a file remembers it: by its number, when it began, and since which start of the host. Source: proc(5), /proc/PID/stat.
struct ProcessRecord: Sendable, Hashable {
    var process: Int32
    /// Clock ticks since the host's start.
    var began: String
    var boot: String

    /// The living process of that number; nil when there is none, or only its remains.
    init?(process: Int32) {
        guard let text = Files.text("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        (self.process, began) = (process, String(fields[19]))
        boot = Files.text("/proc/sys/kernel/random/boot_id") ?? ""
    }
    /// What a file says; nil when it says nothing that can be read.
    init?(path: String) {
        let words = (Files.text(path) ?? "").split(separator: " ").map(String.init)
        guard words.count == 3, let process = Int32(words[0]), process > 1 else { return nil }
        (self.process, began, boot) = (process, words[1], words[2])
    }
    func write(to path: String) throws(LinuxError) { try Files.replace(path, Array("\(process) \(began) \(boot)\n".utf8)) }
    /// That very process, if it lives.
    func adopt() -> ChildProcess? {
        guard let child = ChildProcess(adopting: process), ProcessRecord(process: process) == self else { return nil }
        return child
    }
}
