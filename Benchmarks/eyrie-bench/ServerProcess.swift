import Glibc

/// The server under load, looked at from outside.
struct ServerProcess {
    let id: Int

    /// CPU seconds that it has used, and resident memory in bytes; nil when it is gone.
    func usage() -> (processorSeconds: Double, residentBytes: Int)? {
        guard let text = try? readText("/proc/\(id)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        // Behind the name in brackets come the fields from the third on. Source: proc(5).
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]), let pages = Int(fields[21]) else {
            return nil
        }
        return ((user + system) / Double(sysconf(Int32(_SC_CLK_TCK))), pages * sysconf(Int32(_SC_PAGESIZE)))
    }
}
