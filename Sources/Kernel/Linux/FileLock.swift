import Glibc

/// A lock on a file that holds among processes and threads, for as long as this value lives. Source: flock(2).
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Waits for the lock, which holds the thread; many may share it. The file is made when it is missing. - Throws: `LinuxError`.
    package init(_ path: String, shared: Bool = false) throws(LinuxError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LinuxError("open", path) }
        while flock(file, shared ? LOCK_SH : LOCK_EX) != 0 {
            guard errno == EINTR else {
                let failure = LinuxError("flock", path)
                close(file)
                throw failure
            }
        }
        descriptor = file
    }
    deinit { close(descriptor) }
}
