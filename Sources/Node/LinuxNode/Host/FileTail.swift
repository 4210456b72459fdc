import Glibc

/// The end of a file.
enum FileTail {
    /// The last bytes of a regular file, `limit` at most; none when it cannot be read.
    static func read(_ path: String, _ limit: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return [] }
        var offset = max(0, Int(facts.st_size) - limit)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: min(limit, 16_384))
        while bytes.count < limit {
            let count = pread(file, &part, min(part.count, limit - bytes.count), offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
            offset += count
        }
        return bytes
    }
}
