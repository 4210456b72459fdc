import CLinux
import Glibc

/// Large files that are mostly holes.
package enum SparseFile {
    /// Makes an empty file of that many bytes that takes no room yet. - Throws: `LinuxError`.
    package static func make(_ path: String, bytes: Int) throws(LinuxError) {
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LinuxError("open", path) }
        defer { close(file) }
        guard ftruncate(file, bytes) == 0 else { throw LinuxError("truncate", path) }
    }
    /// Copies a file with its holes: only what holds data is read. - Throws: `LinuxError`; no half copy stays.
    package static func copy(_ source: String, to target: String) throws(LinuxError) {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LinuxError("open", source) }
        defer { close(from) }
        try make(target, bytes: Int(lseek(from, 0, SEEK_END)))
        let to = open(target, O_WRONLY | O_CLOEXEC)
        guard to >= 0 else { throw LinuxError("open", target) }
        defer { close(to) }
        var place: off_t = 0
        while true {
            var start: off_t = 0
            var end: off_t = 0
            let found = linux_next_extent(from, place, &start, &end)
            if found == 0 { return }
            guard found > 0, linux_copy_extent(from, to, start, end) == 0 else {
                let failure = LinuxError("copy", source)
                unlink(target)
                throw failure
            }
            place = end
        }
    }
}
