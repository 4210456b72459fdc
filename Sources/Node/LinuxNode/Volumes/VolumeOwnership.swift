import Documents
import Glibc
import Linux

/// Who owns a volume's files. Source: pkg/volume/volume_linux.go, SetVolumeOwnership.
struct VolumeOwnership: Sendable, Hashable {
    /// The pod's `fsGroup`; nil leaves files as they are.
    var group: Int?
    var isReadOnly = false
    /// Leaves a volume alone whose root is right already.
    var onlyOnMismatch = false

    init(of pod: Value, isReadOnly: Bool = false) {
        let context = pod["spec"]["securityContext"]
        group = context["fsGroup"].int
        onlyOnMismatch = context["fsGroupChangePolicy"].string == "OnRootMismatch"
        self.isReadOnly = isReadOnly
    }

    private var filePermissions: mode_t { isReadOnly ? 0o440 : 0o660 }
    /// New files in a folder get its group.
    private var folderPermissions: mode_t { filePermissions | 0o2110 }

    /// Gives the group all that is below `path`, without following links. - Throws: `SystemError`.
    func apply(to path: String) throws(SystemError) {
        guard let group else { return }
        if onlyOnMismatch, matches(path, gid_t(truncatingIfNeeded: group)) { return }
        try walk(path, gid_t(truncatingIfNeeded: group))
    }

    private func matches(_ path: String, _ group: gid_t) -> Bool {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_gid == group else { return false }
        return facts.st_mode & folderPermissions == folderPermissions
    }

    private func walk(_ path: String, _ group: gid_t) throws(SystemError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            if errno == ENOENT { return }
            throw SystemError("stat", path)
        }
        let isFolder = facts.st_mode & S_IFMT == S_IFDIR
        if isFolder { for name in Files.names(in: path) { try walk("\(path)/\(name)", group) } }
        guard lchown(path, uid_t.max, group) == 0 else { throw SystemError("chown", path) }
        guard facts.st_mode & S_IFMT != S_IFLNK else { return }
        let mode = (facts.st_mode & 0o7777) | (isFolder ? folderPermissions : filePermissions)
        guard chmod(path, mode) == 0 else { throw SystemError("chmod", path) }
    }
}
