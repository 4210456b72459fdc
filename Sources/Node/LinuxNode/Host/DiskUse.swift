import Glibc
import Kubelet
import Linux

/// What a tree of files takes on disk.
struct DiskUse: Sendable, Hashable {
    var bytes = 0, inodes = 0

    /// Counts a tree without leaving its file system and without following links; each file once, however many names it has.
    static func of(_ path: String) -> DiskUse {
        var (use, seen) = (DiskUse(), Set<UInt64>())
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return use }
        use.add(path, facts, facts.st_dev, &seen)
        return use
    }

    private mutating func add(_ path: String, _ facts: stat, _ device: dev_t, _ seen: inout Set<UInt64>) {
        guard facts.st_dev == device else { return }
        if facts.st_nlink > 1, facts.st_mode & S_IFMT != S_IFDIR, !seen.insert(UInt64(facts.st_ino)).inserted { return }
        bytes += Int(facts.st_blocks) * 512
        inodes += 1
        guard facts.st_mode & S_IFMT == S_IFDIR else { return }
        for name in Files.names(in: path) {
            var child = stat()
            let place = "\(path)/\(name)"
            if lstat(place, &child) == 0 { add(place, child, device, &seen) }
        }
    }

    /// What is left of a file system: bytes for those who are not root, and inodes; nil when there is none at the path.
    static func room(_ path: String) -> (bytes: SignalReading, inodes: SignalReading)? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        let block = Int(facts.f_frsize)
        return (
            SignalReading(available: Int(facts.f_bavail) * block, capacity: Int(facts.f_blocks) * block),
            SignalReading(available: Int(facts.f_favail), capacity: Int(facts.f_files))
        )
    }
}
