import Documents
import Glibc
import Kubelet
import Linux

/// Volumes that are a path of the node. Source: pkg/volume/hostpath.
enum HostPathVolume {
    /// Checks that what is there is of the type that the volume asks for, and makes it where it says so.
    /// - Throws: `PodHostError.config` with upstream's words.
    static func check(_ path: String, type: String) throws(PodHostError) {
        switch type {
        case "": return
        case "DirectoryOrCreate":
            if kind(path) == nil { try make(path) { () throws(SystemError) in try Files.makeFolders(path, mode: 0o755) } }
            try require(path, S_IFDIR, "directory")
        case "Directory": try require(path, S_IFDIR, "directory")
        case "FileOrCreate":
            if kind(path) == nil { try make(path) { () throws(SystemError) in try touch(path) } }
            try require(path, S_IFREG, "file")
        case "File": try require(path, S_IFREG, "file")
        case "Socket": try require(path, S_IFSOCK, "socket file")
        case "CharDevice": try require(path, S_IFCHR, "character device")
        case "BlockDevice": try require(path, S_IFBLK, "block device")
        default: throw .config("\(type) is an invalid volume type")
        }
    }

    private static func kind(_ path: String) -> mode_t? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & S_IFMT : nil
    }
    private static func require(_ path: String, _ wanted: mode_t, _ name: String) throws(PodHostError) {
        guard kind(path) == wanted else { throw .config("hostPath type check failed: \(path) is not a \(name)") }
    }
    private static func make(_ path: String, _ work: () throws(SystemError) -> Void) throws(PodHostError) {
        do { try work() } catch { throw .config("\(error)") }
    }
    private static func touch(_ path: String) throws(SystemError) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw SystemError("open", path) }
        close(file)
    }
}
