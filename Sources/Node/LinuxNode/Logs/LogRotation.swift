import Control
import Glibc
import Kubelet
import Linux
import Synchronization

/// Keeps containers' log files small: a file at its limit is set aside under the time, older ones are compressed, the oldest removed.
/// Source: kubelet/logs, container_log_manager.go.
final class LogRotation: Service {
    private static let period = Duration.seconds(10)
    let runtime: any ContainerRuntime
    let clock: any WallClock
    let fileSize: Int
    let files: Int
    /// Links to logs; those to logs that are gone are removed.
    let links: String
    private let thread = HostThread()
    private let log: Log
    /// Log files of running containers, which do not change.
    private let paths = Mutex<[String: String]>([:])

    init(
        runtime: any ContainerRuntime, clock: any WallClock, fileSize: Int, files: Int, links: String, log: Log = Log("log-rotation")
    ) {
        (self.runtime, self.clock, self.fileSize, self.files, self.links, self.log) = (runtime, clock, fileSize, files, links, log)
    }

    func run() async throws {
        defer { thread.stop() }
        while true {
            try await clock.sleep(for: Self.period)
            await pass()
        }
    }

    /// Looks at every running container's log once.
    func pass() async {
        guard let containers = try? await runtime.containers() else { return }
        var running: [String: String] = [:]
        for container in containers where container.state == .running {
            let id = container.id
            let known = paths.withLock { $0[id] }
            guard let path = if let known { known } else { try? await runtime.container(id)?.logPath }, !path.isEmpty else { continue }
            running[id] = path
            var facts = stat()
            if stat(path, &facts) == 0, Int(facts.st_size) >= fileSize { await rotate(path, of: id) }
        }
        paths.withLock { $0 = running }
        let links = links
        await thread.run { ContainerLogFiles.sweep(links) }
    }

    private func rotate(_ path: String, of id: String) async {
        let (aside, files) = ("\(path).\(Self.stamp(clock.now))", files)
        let isAside = await thread.run {
            Self.tidy(path, keeping: files - 2)
            return rename(path, aside) == 0
        }
        guard isAside else { return }
        do throws(RuntimeError) {
            try await runtime.reopenLog(id)
        } catch {
            rename(aside, path)
            log.warning("log not rotated", ["container": id, "error": error.words])
        }
    }

    /// `20260102-150405`
    static func stamp(_ time: Timestamp) -> String {
        let digits = time.text.filter(\.isNumber)
        return "\(digits.prefix(8))-\(digits.dropFirst(8))"
    }

    /// Compresses what was set aside before and removes the oldest of it.
    private static func tidy(_ path: String, keeping count: Int) {
        let folder = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        let prefix = (path.split(separator: "/").last.map(String.init) ?? "") + "."
        let aside = Files.names(in: folder).filter { $0.hasPrefix(prefix) }
        for name in aside where name.hasSuffix(".tmp") { unlink("\(folder)/\(name)") }
        let old = aside.filter { !$0.hasSuffix(".tmp") }
        for name in old.dropLast(max(0, count)) { unlink("\(folder)/\(name)") }
        for name in old.suffix(max(0, count)) where !name.hasSuffix(".gz") { LogArchive.compress("\(folder)/\(name)") }
    }
}
