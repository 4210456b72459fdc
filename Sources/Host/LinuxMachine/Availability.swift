import Glibc
import Linux

extension LinuxMachines {
    /// Whether real machines can be had on this host: nil if so, else the reason as the user is told it.
    package static func availability() -> String? {
        guard geteuid() == 0 else { return "real machines need root" }
        let missing = ["containerd", "containerd-shim-runc-v2", "runc", "mkfs.ext4"].filter { HostPrograms.find($0) == nil }
        if !missing.isEmpty { return "not installed: \(missing.joined(separator: ", "))" }
        for kind in ["net", "mnt", "pid", "uts", "ipc", "cgroup"] where !Files.exists("/proc/self/ns/\(kind)") {
            return "the kernel has no \(kind) namespaces"
        }
        let filesystems = Files.text("/proc/filesystems") ?? ""
        for name in ["overlay", "ext4"] where !filesystems.split(whereSeparator: \.isWhitespace).contains(Substring(name)) {
            return "the kernel has no file system \(name)"
        }
        guard Files.exists("/dev/loop-control") else { return "the kernel has no loop devices" }
        let layout = CgroupLayout.detect()
        for controller in ["cpu", "memory"] {
            guard let root = layout.root(controller), access(root, W_OK) == 0 else {
                return "the control group of \(controller) cannot be used"
            }
        }
        return Capabilities.missing.map { "this process lacks the capability \($0)" } ?? Trial.run()
    }
}

/// Capabilities of this process. Source: capabilities(7).
enum Capabilities {
    private static func has(_ number: UInt64) -> Bool {
        for line in (Files.text("/proc/self/status") ?? "").split(separator: "\n") where line.hasPrefix("CapEff:") {
            guard let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) }) else { return false }
            return mask >> number & 1 == 1
        }
        return false
    }
    /// The first that is missing of those that machines need.
    static var missing: String? {
        let needed: [(UInt64, String)] = [(21, "CAP_SYS_ADMIN"), (12, "CAP_NET_ADMIN"), (27, "CAP_MKNOD"), (18, "CAP_SYS_CHROOT")]
        return needed.first { !has($0.0) }?.1
    }
    /// Whether out-of-memory scores may be lowered.
    static var maySetResources: Bool { has(24) }
}

/// Starts a process in namespaces of its own, to see whether the host lets us.
private enum Trial {
    static func run() -> String? {
        do throws(LinuxError) {
            let process = try FirstProcess(path: "/bin/true", arguments: []).start()
            _ = process.waitHere(milliseconds: 5000)
            process.signal(SIGKILL)
            process.whenEnded { _ in }
            return nil
        } catch {
            return "namespaces cannot be made: \(error)"
        }
    }
}
