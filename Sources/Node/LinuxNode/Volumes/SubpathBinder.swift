import Glibc
import KubeModel
import Kubelet
import Linux

/// Shows a part of a volume at a place of its own, from which containers mount it, so that no link that is made in the volume meanwhile
/// leads out of it. Source: pkg/volume/util/subpath.
enum SubpathBinder {
    /// Opens without reading; the value of O_PATH, which the platform's module leaves out.
    private static let pathOnly: Int32 = 0o10_000_000

    /// Binds what a container mounts to `place`. - Throws: `PodHostError.config` with upstream's words.
    static func bind(_ mount: PlannedMount, in container: String, at place: String) throws(PodHostError) {
        do throws(SystemError) {
            try bind(mount.subpath, of: mount.volumePath, at: place)
        } catch {
            throw .config("failed to prepare subPath for volumeMount \(mount.volume.quoted) of container \(container.quoted)")
        }
    }

    /// Makes the sub-path where it is missing, and binds it to `place`. - Throws: `SystemError`.
    static func bind(_ subpath: String, of volume: String, at place: String) throws(SystemError) {
        let root = try resolve(volume)
        let wanted = "\(root)/\(subpath)"
        if !Files.exists(wanted) { try make(subpath, in: root) }
        let real = try resolve(wanted)
        guard real == root || real.hasPrefix(root == "/" ? "/" : "\(root)/") else {
            throw SystemError("subpath", "\(wanted) not within volume path \(root)", code: EPERM)
        }
        let (file, isFolder) = try open(String(real.dropFirst(root.utf8.count)), below: root)
        defer { close(file) }
        try Mounts.unmount(place, lazily: true)
        try prepare(place, isFolder: isFolder)
        try Mounts.bind("/proc/self/fd/\(file)", at: place)
    }

    private static func resolve(_ path: String) throws(SystemError) -> String {
        guard let real = realpath(path, nil) else { throw SystemError("resolve", path) }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folders of a sub-path that are missing, with the permissions of the volume.
    private static func make(_ subpath: String, in root: String) throws(SystemError) {
        var facts = stat()
        guard stat(root, &facts) == 0 else { throw SystemError("stat", root) }
        var folder = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open", root) }
        defer { close(folder) }
        for part in subpath.split(separator: "/").map(String.init) {
            let isNew = mkdirat(folder, part, 0o755) == 0
            guard isNew || errno == EEXIST else { throw SystemError("mkdir", "\(root)/\(subpath)") }
            let next = openat(folder, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (isNew ? O_NOFOLLOW : 0))
            guard next >= 0 else { throw SystemError("open", "\(root)/\(subpath)") }
            if isNew {
                fchmod(next, facts.st_mode & 0o7777)
                fchown(next, uid_t.max, facts.st_gid)
            }
            close(folder)
            folder = next
        }
    }

    /// Walks down without following any link. - Returns: an open descriptor, and whether it is a folder.
    private static func open(_ subpath: String, below root: String) throws(SystemError) -> (Int32, isFolder: Bool) {
        var current = Glibc.open(root, pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard current >= 0 else { throw SystemError("open", root) }
        for part in subpath.split(separator: "/").map(String.init) {
            let next = openat(current, part, pathOnly | O_NOFOLLOW | O_CLOEXEC)
            let failure = errno
            close(current)
            guard next >= 0 else { throw SystemError("open", "\(root)\(subpath)", code: failure) }
            current = next
        }
        var facts = stat()
        guard fstat(current, &facts) == 0, facts.st_mode & S_IFMT != S_IFLNK else {
            close(current)
            throw SystemError("open", "\(root)\(subpath)", code: ELOOP)
        }
        return (current, facts.st_mode & S_IFMT == S_IFDIR)
    }

    /// A folder or an empty file to mount on.
    private static func prepare(_ place: String, isFolder: Bool) throws(SystemError) {
        if isFolder { return try Files.makeFolders(place, mode: 0o750) }
        try Files.makeFolders(String(place.prefix(upTo: place.lastIndex(of: "/") ?? place.startIndex)), mode: 0o750)
        let file = Glibc.open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw SystemError("open", place) }
        close(file)
    }
}
