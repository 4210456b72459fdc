import CLinux
import Glibc

/// Network namespaces that are kept by a bind mount of their file, as `ip netns` keeps them.
package enum NetworkNamespaces {
    /// Makes the namespace on the path unless it is there, its loopback up; directories on the way are made. Repeating it, also from another
    /// process at the same time, does nothing.
    package static func ensure(_ path: String) throws(LinuxError) {
        if exists(path) { return }
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try makeDirectories(directory)
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw LinuxError("open", directory) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw LinuxError("flock", directory) }
        if exists(path) { return }
        let file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o444)
        guard file >= 0 else { throw LinuxError("open", path) }
        close(file)
        let failure = linux_make_network(path)
        if failure != 0 { throw LinuxError("make network namespace", path, code: failure) }
    }

    /// Whether a namespace is mounted on the path.
    package static func exists(_ path: String) -> Bool { linux_is_namespace(path) == 1 }

    /// What tells this namespace from any other that exists now; nil when there is none on the path.
    package static func identity(_ path: String) -> UInt64? {
        let inode = linux_namespace_inode(path)
        return inode == 0 ? nil : inode
    }

    /// Takes the mount and its file away; the kernel ends the namespace when no process or socket is in it any more. Nothing happens when
    /// there is none.
    package static func remove(_ path: String) {
        while exists(path), linux_unmount_lazily(path) == 0 {}
        unlink(path)
    }

    /// Runs the work with the calling thread in the namespace, and takes the thread home. The work must not suspend, start threads or hand
    /// over to other threads: sockets and files that it opens stay in the namespace and may be used anywhere.
    package static func within<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
        let target = open(path, O_RDONLY | O_CLOEXEC)
        guard target >= 0 else { throw LinuxError("open", path) }
        defer { close(target) }
        let home = linux_own_network()
        guard home >= 0 else { throw LinuxError("open", "/proc/thread-self/ns/net") }
        defer { close(home) }
        guard linux_enter_network(target) == 0 else { throw LinuxError("setns", path) }
        defer {
            // A thread that stayed abroad would make later sockets in the wrong network.
            if linux_enter_network(home) != 0 { abort() }
        }
        return try work()
    }

    /// Identities of the namespaces that processes are in, by their first threads.
    package static func inhabited() -> Set<UInt64> {
        guard let processes = opendir("/proc") else { return [] }
        defer { closedir(processes) }
        var found: Set<UInt64> = []
        while let entry = readdir(processes) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.utf8.first.map({ (0x31...0x39).contains($0) }) ?? false else { continue }
            if let identity = identity("/proc/\(name)/ns/net") { found.insert(identity) }
        }
        return found
    }

    private static func makeDirectories(_ path: String) throws(LinuxError) {
        if path.isEmpty || access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/") { try makeDirectories(String(path[..<slash])) }
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw LinuxError("mkdir", path) }
    }
}
