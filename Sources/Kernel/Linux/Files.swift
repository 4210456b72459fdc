import CLinux
import Glibc

/// Small files and folders of the host.
package enum Files {
    /// The bytes of a file, `limit` at most. - Throws: `LinuxError`.
    package static func read(_ path: String, limit: Int = 16 << 20) throws(LinuxError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinuxError("open", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = Glibc.read(file, &part, min(part.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LinuxError("read", path) }
            if count == 0 { break }
            bytes += part[..<count]
        }
        return bytes
    }
    /// The text of a file without white space around it; nil when it cannot be read.
    package static func text(_ path: String) -> String? {
        guard let bytes = try? read(path) else { return nil }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
    /// Writes a file in place, as files of the kernel want it: one write. - Throws: `LinuxError`.
    package static func set(_ path: String, _ text: String) throws(LinuxError) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinuxError("open", path) }
        defer { close(file) }
        guard Array(text.utf8).withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == text.utf8.count else {
            throw LinuxError("write", path)
        }
    }
    /// Writes a new file beside and puts it in the old one's place, so that readers see one or the other. - Throws: `LinuxError`.
    package static func replace(_ path: String, _ bytes: some Collection<UInt8>, mode: UInt32 = 0o644) throws(LinuxError) {
        let beside = "\(path).\(getpid()).new"
        let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw LinuxError("open", beside) }
        let failure = writeAll(file, Array(bytes))
        close(file)
        if let failure {
            unlink(beside)
            throw LinuxError("write", beside, code: failure)
        }
        guard rename(beside, path) == 0 else { throw LinuxError("rename", path) }
    }
    /// - Returns: the error number, nil when all was written.
    private static func writeAll(_ file: Int32, _ bytes: [UInt8]) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }
    /// Makes a folder and those above it; nothing happens when it is there. - Throws: `LinuxError`.
    package static func makeFolders(_ path: String, mode: UInt32 = 0o755) throws(LinuxError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, mode) == 0 || errno == EEXIST else { throw LinuxError("mkdir", made) }
        }
    }
    /// Makes a character device. - Throws: `LinuxError`.
    package static func makeDevice(_ path: String, major: UInt32, minor: UInt32, mode: UInt32) throws(LinuxError) {
        guard linux_make_device(path, S_IFCHR | mode, major, minor) == 0 else { throw LinuxError("mknod", path) }
        // Whatever the process's mask takes away is given back.
        guard chmod(path, mode) == 0 else { throw LinuxError("chmod", path) }
    }
    /// The names in a folder, sorted; empty when it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
    /// Whether something is there, a dangling symbolic link included.
    package static func exists(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }
    /// Whether it is a folder itself, not a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
    /// Removes a file, or a folder with all in it, without leaving its file system; nothing happens when it is gone.
    /// - Throws: `LinuxError`.
    package static func removeTree(_ path: String) throws(LinuxError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        try removeTree(path, on: facts.st_dev)
    }
    private static func removeTree(_ path: String, on device: dev_t) throws(LinuxError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(path) == 0 || errno == ENOENT else { throw LinuxError("unlink", path) }
            return
        }
        guard facts.st_dev == device else { throw LinuxError("remove", path, code: EXDEV) }
        for name in names(in: path) { try removeTree("\(path)/\(name)", on: device) }
        guard rmdir(path) == 0 || errno == ENOENT else { throw LinuxError("rmdir", path) }
    }
}
