import Eksctl
import Glibc
import Network
import Synchronization

/// A backup's file, piece by piece.
final class BackupFile: BodyReader {
    private let path: String
    private let descriptor: Mutex<Int32>
    private static let piece = 256 << 10

    private init(_ path: String, _ descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }
    deinit { close() }

    /// A file that is there. - Throws: `UsageError` with the system's reason.
    static func open(_ path: String) throws -> BackupFile { try BackupFile(path, opened(path, O_RDONLY | O_CLOEXEC)) }
    /// A new file that nobody else may read, in the place of one that may be there.
    static func create(_ path: String) throws -> BackupFile {
        try BackupFile(path, opened(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC))
    }
    private static func opened(_ path: String, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }
    private static func failure(_ what: String, _ path: String) -> UsageError {
        UsageError("cannot \(what) \(path): \(String(cString: strerror(errno)))")
    }

    /// The next piece; nil at the end.
    func read() throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.piece)
        let count = descriptor.withLock { Glibc.read($0, &bytes, bytes.count) }
        guard count >= 0 else { throw Self.failure("read", path) }
        return count == 0 ? nil : Array(bytes[..<count])
    }
    func next() async throws -> [UInt8]? { try read() }
    func cancel() { close() }

    /// Adds to the file.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = descriptor.withLock { descriptor in rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } }
            guard count > 0 || errno == EINTR else { throw Self.failure("write", path) }
            rest = rest.dropFirst(max(count, 0))
        }
    }
    /// Makes what was written durable under another name.
    func keep(as name: String) throws {
        guard descriptor.withLock({ fsync($0) }) == 0, rename(path, name) == 0 else { throw Self.failure("keep", name) }
    }
    func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}
