import Glibc
import Linux

/// The images of one machine, by its containerd's socket as the host sees it.
struct MachineImages: Sendable {
    /// The machine's first process.
    let process: Int32

    private var socketPath: String { "/proc/\(process)/root/run/containerd/containerd.sock" }

    /// Waits until containerd answers, ten seconds at most. - Throws: `MachineFailure`.
    func awaitContainerd() async throws(MachineFailure) {
        for _ in 0..<1000 {
            if isListening { return }
            await Blocking.run("wait") { _ = usleep(10_000) }
        }
        throw MachineFailure("containerd does not answer")
    }
    private var isListening: Bool {
        let handle = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard handle >= 0 else { return false }
        defer { close(handle) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        } == 0
    }

    /// Imports an archive and unpacks it. - Throws: `MachineFailure` with the tool's words.
    func load(_ archive: String) async throws(MachineFailure) {
        try await ctr(["images", "import", archive], about: archive)
    }
    /// Removes images by their names. - Throws: `MachineFailure`.
    func remove(_ names: [String]) async throws(MachineFailure) {
        if !names.isEmpty { try await ctr(["images", "rm"] + names, about: names[0]) }
    }
    private func ctr(_ words: [String], about subject: String) async throws(MachineFailure) {
        guard let program = HostPrograms.find("ctr") else { throw MachineFailure("ctr was not found") }
        let outcome: (status: ExitStatus, output: [UInt8])
        do throws(LinuxError) {
            outcome = try await Spawn.run(Program(program, ["-a", socketPath, "-n", "k8s.io"] + words))
        } catch { throw MachineFailure("\(error)") }
        guard outcome.status != .exited(0) else { return }
        let text = String(decoding: outcome.output.suffix(500), as: UTF8.self).filter { $0 != "\n" }
        throw MachineFailure("\(subject): \(text)")
    }
}
