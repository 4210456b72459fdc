import CLinux
import Glibc

/// Mounts of the calling process's mount namespace. Source: mount(2), pivot_root(2).
package enum Mounts {
    /// How a mount treats what is on it.
    package struct Flags: OptionSet, Sendable, Hashable {
        package let rawValue: UInt
        package init(rawValue: UInt) { self.rawValue = rawValue }
        package static let readOnly = Flags(rawValue: 1), noSetuid = Flags(rawValue: 2), noDevices = Flags(rawValue: 4)
        package static let noExecute = Flags(rawValue: 8), noAccessTimes = Flags(rawValue: 1024)
    }
    /// Whether mounts made below one show in its copies.
    package enum Propagation: UInt, Sendable {
        case `private` = 0x40000
        case slave = 0x80000
        case shared = 0x100000
    }

    private static let remount: UInt = 0x20, bindFlag: UInt = 0x1000, recursiveFlag: UInt = 0x4000

    /// Mounts a file system: `mount("tmpfs", at: "/run", type: "tmpfs", options: "mode=755")`. - Throws: `LinuxError`.
    package static func mount(
        _ source: String, at target: String, type: String, flags: Flags = [], options: String = ""
    ) throws(LinuxError) {
        guard Glibc.mount(source, target, type, flags.rawValue, options.isEmpty ? nil : options) == 0 else {
            throw LinuxError("mount", target)
        }
    }
    /// Shows a file or folder at another place too; `recursive` with all that is mounted below it. - Throws: `LinuxError`.
    package static func bind(
        _ source: String, at target: String, recursive: Bool = false, flags: Flags = []
    ) throws(LinuxError) {
        guard Glibc.mount(source, target, nil, bindFlag | (recursive ? recursiveFlag : 0), nil) == 0 else {
            throw LinuxError("bind \(source) at", target)
        }
        // A bind mount takes its flags only in a second step.
        if flags.isEmpty { return }
        guard Glibc.mount(nil, target, nil, remount | bindFlag | flags.rawValue, nil) == 0 else {
            let failure = LinuxError("remount", target)
            umount2(target, Int32(MNT_DETACH))
            throw failure
        }
    }
    /// - Throws: `LinuxError`.
    package static func setPropagation(_ propagation: Propagation, of target: String, recursive: Bool = true) throws(LinuxError) {
        guard Glibc.mount(nil, target, nil, propagation.rawValue | (recursive ? recursiveFlag : 0), nil) == 0 else {
            throw LinuxError("set propagation of", target)
        }
    }
    /// Takes a mount down; `lazily` now from sight and for good when its last user goes. Nothing happens when nothing is mounted there.
    /// - Throws: `LinuxError`.
    package static func unmount(_ target: String, lazily: Bool = false) throws(LinuxError) {
        let flags = 8 | (lazily ? Int32(MNT_DETACH) : 0)
        guard umount2(target, flags) == 0 || errno == EINVAL || errno == ENOENT else { throw LinuxError("unmount", target) }
    }
    /// Makes a mount the root of the calling process's namespace and lets the old root go. - Throws: `LinuxError`.
    package static func moveRoot(to newRoot: String) throws(LinuxError) {
        guard chdir(newRoot) == 0 else { throw LinuxError("chdir", newRoot) }
        // With both paths the same, the old root lies above the new one and can be taken away from there.
        guard linux_pivot_root(".", ".") == 0 else { throw LinuxError("pivot_root", newRoot) }
        guard umount2(".", Int32(MNT_DETACH)) == 0 else { throw LinuxError("unmount", "the old root") }
        guard chdir("/") == 0 else { throw LinuxError("chdir", "/") }
    }
    /// All mounts that a process sees, in the order in which they lie over each other; empty when it cannot be read.
    package static func list(process: String = "self") -> [MountEntry] {
        guard let bytes = try? Files.read("/proc/\(process)/mountinfo", limit: 64 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap(MountEntry.init)
    }
    /// Whether something is mounted exactly there.
    package static func isMountPoint(_ path: String) -> Bool { list().contains { $0.target == path } }
    /// Takes down all that is mounted at or below a path, the innermost first. - Throws: `LinuxError`.
    package static func unmountTree(_ path: String) throws(LinuxError) {
        for entry in list().reversed() where entry.target == path || entry.target.hasPrefix("\(path)/") {
            try unmount(entry.target, lazily: true)
        }
    }
}

/// One line of mountinfo. Source: proc(5).
package struct MountEntry: Sendable, Hashable {
    /// The folder of its file system that is shown, and where.
    package let root: String, target: String
    /// `ext4`, `cgroup`, …; what is mounted; the file system's own options.
    package let type: String, source: String, options: [String]
    /// The device as `major:minor`.
    package let device: String

    /// Reads a line; nil when it is none.
    package init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 2 else { return nil }
        (root, target) = (MountEntry.plain(words[3]), MountEntry.plain(words[4]))
        (type, source) = (String(words[dash + 1]), MountEntry.plain(words[dash + 2]))
        options = words.count > dash + 3 ? words[dash + 3].split(separator: ",").map(String.init) : []
        device = String(words[2])
    }
    /// Without the octal escapes for space, tab, newline and backslash.
    private static func plain(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(0x5c) else { return String(text) }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x5c, index + 3 < bytes.count,
                let code = UInt8(String(decoding: bytes[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
            {
                result.append(code)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
