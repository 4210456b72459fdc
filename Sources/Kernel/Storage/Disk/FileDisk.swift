import Glibc

/// A directory of the system.
package final class FileDisk: Disk {
    private let path: String
    /// Whether files are opened for reading alone.
    private let isReadOnly: Bool

    /// The directory at `path`, made (for its owner alone) when there is none.
    package init(path: String) throws(DiskError) {
        (self.path, isReadOnly) = (path, false)
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && !path.hasPrefix("/") ? part : "/" + part
            if made.hasPrefix("//") { made.removeFirst() }
            guard !made.isEmpty, made != "/" else { continue }
            if mkdir(made, 0o700) != 0, errno != EEXIST { throw DiskError("mkdir", made, errno) }
        }
    }

    /// The directory at `path`, which must be there, for reading.
    init(existing path: String) throws(DiskError) {
        (self.path, isReadOnly) = (path, true)
        if access(path, R_OK | X_OK) != 0 { throw DiskError("open", path, errno) }
    }

    private func full(_ name: String) -> String { "\(path)/\(name)" }

    package func open(_ name: String, create: Bool) throws(DiskError) -> any DiskFile {
        let descriptor = Glibc.open(full(name), (isReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC | (create ? O_CREAT : 0), 0o600)
        guard descriptor >= 0 else { throw DiskError("open", name, errno) }
        return SystemFile(descriptor, name)
    }

    package func list() throws(DiskError) -> [String] {
        guard let directory = opendir(path) else { throw DiskError("list", path, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    package func remove(_ name: String) throws(DiskError) {
        if unlink(full(name)) != 0 { throw DiskError("remove", name, errno) }
    }

    package func syncDirectory() throws(DiskError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskError("open", path, errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw DiskError("sync", path, errno) }
    }

    package func lock() throws(DiskError) -> any Sendable {
        let descriptor = Glibc.open(full("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskError("open", "lock", errno) }
        let file = SystemFile(descriptor, "lock")
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { throw DiskError("lock", path, errno) }
        return file
    }
}

private final class SystemFile: DiskFile {
    private let descriptor: Int32
    private let name: String
    init(_ descriptor: Int32, _ name: String) { (self.descriptor, self.name) = (descriptor, name) }
    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, offset + done)
            if count > 0 { done += count } else if count == 0 || errno != EINTR { throw DiskError("write", name, count == 0 ? EIO : errno) }
        }
    }

    func fill(_ count: Int) throws(DiskError) {
        // Past the page cache, where there is a way: nobody will read the zeros.
        let flags = fcntl(descriptor, F_GETFL)
        if flags >= 0, fcntl(descriptor, F_SETFL, flags | Self.direct) == 0 {
            defer { _ = fcntl(descriptor, F_SETFL, flags) }
            do throws(DiskError) { return try write(zeros: count) } catch { guard error.code == EINVAL else { throw error } }
        }
        try write(zeros: count)
    }
    /// O_DIRECT. Source: the kernel's fcntl.h of each architecture.
    #if arch(arm64)
        private static let direct: Int32 = 0o200000
    #else
        private static let direct: Int32 = 0o40000
    #endif

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, offset + done)
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw DiskError("read", name, errno) }
        }
        return done
    }

    func sync() throws(DiskError) {
        if fdatasync(descriptor) != 0 { throw DiskError("sync", name, errno) }
    }

    func size() throws(DiskError) -> Int {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw DiskError("stat", name, errno) }
        return Int(status.st_size)
    }
}
