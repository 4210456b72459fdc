import Glibc

/// A log file that is open for reading.
final class LogFile: @unchecked Sendable {
    /// Immutable after construction but for the position, which one reader moves.
    private let descriptor: Int32
    private let inode: UInt64
    private var position: Int

    /// nil when the file cannot be opened.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var facts = stat()
        guard descriptor >= 0, fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        (inode, position) = (UInt64(facts.st_ino), 0)
    }
    deinit { close(descriptor) }

    /// Whether another file lies at the path now.
    func isReplaced(at path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && UInt64(facts.st_ino) != inode
    }

    /// The next bytes, 64 KiB at most; none at the end.
    func next() -> [UInt8] {
        let bytes = read(at: position, 65_536)
        position += bytes.count
        return bytes
    }

    /// Goes to where the last lines begin; a last line without an end counts.
    func skip(toLast lines: Int) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return }
        let size = Int(facts.st_size)
        position = size
        guard lines > 0, size > 0 else { return }
        var (found, end) = (read(at: size - 1, 1) == [UInt8(ascii: "\n")] ? -1 : 0, size)
        while end > 0 {
            let start = max(0, end - 65_536)
            let part = read(at: start, end - start)
            for index in part.indices.reversed() where part[index] == UInt8(ascii: "\n") {
                found += 1
                if found == lines {
                    position = start + index + 1
                    return
                }
            }
            end = start
        }
        position = 0
    }

    private func read(at offset: Int, _ limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var result = pread(descriptor, buffer.baseAddress, limit, offset)
            while result < 0, errno == EINTR { result = pread(descriptor, buffer.baseAddress, limit, offset) }
            count = max(0, result)
        }
    }
}
