import Glibc
import Network

/// Compresses log files that were set aside.
enum LogArchive {
    /// Bytes that are packed at a time: a file of any size takes little memory.
    private static let piece = 1 << 20

    /// Puts `<path>.gz` in the file's place, a sequence of gzip members (RFC 1952, section 2.2). Nothing changes when that fails.
    static func compress(_ path: String) {
        let beside = "\(path).tmp"
        guard let source = LogFile(path) else { return }
        let target = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard target >= 0 else { return }
        let isWhole = pack(source, into: target)
        close(target)
        guard isWhole, rename(beside, "\(path).gz") == 0 else {
            unlink(beside)
            return
        }
        unlink(path)
    }

    private static func pack(_ source: LogFile, into target: Int32) -> Bool {
        var isOver = false
        while !isOver {
            var bytes: [UInt8] = []
            while bytes.count < piece, !isOver {
                let next = source.next()
                bytes += next
                isOver = next.isEmpty
            }
            guard !bytes.isEmpty else { break }
            guard let packed = Gzip.compress(bytes), write(packed, to: target) else { return false }
        }
        return true
    }

    private static func write(_ bytes: [UInt8], to target: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
