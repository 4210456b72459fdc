import Control
import Documents
import Glibc
import KubeModel
import Kubelet
import Linux

/// Makes a pod's volumes on the node. All calls block and may be repeated.
struct VolumeMaker: Sendable {
    let pod: Value
    let settings: PodHostSettings
    private var paths: PodPaths { settings.paths(PodText(pod).uid) }

    /// Where a volume is, or will be, by its kind; nil for kinds that no node of ours has.
    func place(of volume: Value) -> MountedVolume? {
        let name = volume["name"].string ?? ""
        func own(_ plugin: String) -> String { paths.volume("kubernetes.io/\(plugin)", name) }
        if !volume["emptyDir"].isNull { return MountedVolume(path: own("empty-dir")) }
        if let path = volume["hostPath"]["path"].string { return MountedVolume(path: path) }
        for (kind, plugin) in Self.written where !volume[kind].isNull { return MountedVolume(path: own(plugin), isReadOnly: true) }
        return nil
    }
    /// Kinds of volume whose files the node writes, with their plug-ins.
    static let written = [
        ("configMap", "configmap"), ("secret", "secret"), ("downwardAPI", "downward-api"), ("projected", "projected"),
    ]

    /// An empty folder, on the node's disk or in memory. - Throws: `PodHostError.config`.
    func makeEmptyDir(_ volume: Value, memoryLimit: Int) throws(PodHostError) {
        guard let place = place(of: volume) else { return }
        let spec = volume["emptyDir"]
        if let medium = spec["medium"].string, !["", "Memory"].contains(medium) {
            throw .config("storage medium \(medium.quoted) is not supported on this node")
        }
        try Self.telling { () throws(SystemError) in
            let isNew = !Files.isFolder(place.path)
            try Files.makeFolders(place.path, mode: 0o750)
            let isMemory = spec["medium"].string == "Memory"
            let mustMount = isMemory && !Self.isMountPoint(place.path)
            if mustMount {
                try Mounts.mount("tmpfs", at: place.path, type: "tmpfs", options: memoryLimit > 0 ? "size=\(memoryLimit)" : "")
            }
            guard isNew || mustMount else { return }
            guard chmod(place.path, 0o777) == 0 else { throw SystemError("chmod", place.path) }
            try VolumeOwnership(of: pod).apply(to: place.path)
        }
    }

    /// A folder for files that the node writes; in memory unless it holds config maps.
    /// - Returns: whether the files changed. - Throws: `PodHostError.config`.
    @discardableResult func write(_ files: [String: VolumeFile], to volume: Value, at now: Timestamp) throws(PodHostError) -> Bool {
        guard let place = place(of: volume) else { return false }
        var changed = false
        try Self.telling { () throws(SystemError) in
            try Files.makeFolders(place.path, mode: 0o750)
            if volume["configMap"].isNull, !Self.isMountPoint(place.path) {
                try Mounts.mount("tmpfs", at: place.path, type: "tmpfs")
            }
            guard chmod(place.path, 0o777) == 0 else { throw SystemError("chmod", place.path) }
            let ownership = VolumeOwnership(of: pod, isReadOnly: true)
            if let group = ownership.group {
                guard chown(place.path, uid_t.max, gid_t(truncatingIfNeeded: group)) == 0, chmod(place.path, 0o2777) == 0 else {
                    throw SystemError("chown", place.path)
                }
            }
            changed = try AtomicFiles(folder: place.path, ownership: ownership).write(files, at: now)
        }
        return changed
    }

    /// An empty file that every user may write. - Throws: `SystemError`.
    static func makeOpenFile(_ path: String) throws(SystemError) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw SystemError("open", path) }
        defer { close(file) }
        guard fchmod(file, 0o666) == 0 else { throw SystemError("chmod", path) }
    }

    /// Whether the folder is the root of another file system than the one above it.
    static func isMountPoint(_ path: String) -> Bool {
        var (own, above) = (stat(), stat())
        return stat(path, &own) == 0 && stat("\(path)/..", &above) == 0 && own.st_dev != above.st_dev
    }

    /// Does the work and tells a failure in the system's words.
    static func telling(_ work: () throws(SystemError) -> Void) throws(PodHostError) {
        do { try work() } catch { throw .config("\(error)") }
    }
}
