import Glibc
import Kubelet
import Linux

/// Containers' log files on the node: the links by which log collectors find them, and their removal.
/// Source: kubelet/kuberuntime, legacyLogSymlink, removeContainerLog.
struct ContainerLogFiles: Sendable {
    /// `/var/log/containers`; nil makes no links.
    let folder: String?

    /// Links `<pod>_<namespace>_<container>-<id>.log` to a container's log.
    func link(_ id: String, _ config: ContainerConfig, of sandbox: SandboxConfig) {
        guard let folder, !config.logPath.isEmpty, (try? Files.makeFolders(folder)) != nil else { return }
        let name = "\(sandbox.name)_\(sandbox.namespace)_\(config.name)-\(id)"
        symlink("\(sandbox.logDirectory)/\(config.logPath)", "\(folder)/\(String(name.prefix(251))).log")
    }

    /// Removes a container's log with what was set aside of it.
    static func remove(_ path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let (folder, name) = (String(path[..<slash]), path[path.index(after: slash)...])
        for other in Files.names(in: folder) where other.hasPrefix("\(name).") { unlink("\(folder)/\(other)") }
        unlink(path)
    }

    /// Removes links to logs that are gone.
    static func sweep(_ folder: String) {
        for name in Files.names(in: folder) where name.hasSuffix(".log") {
            let link = "\(folder)/\(name)"
            var facts = stat()
            if stat(link, &facts) != 0, errno == ENOENT, lstat(link, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK { unlink(link) }
        }
    }
}
