import CLinux
import Glibc

/// A file as a block device, for as long as this value or a mount uses it. Source: loop(4).
package final class LoopDevice: Sendable {
    /// `/dev/loop7`
    package let path: String
    /// An open descriptor of the device, which a child may inherit.
    package let descriptor: Int32

    /// Attaches the file to a free device. - Throws: `LinuxError`.
    package init(file: String) throws(LinuxError) {
        let source = open(file, O_RDWR | O_CLOEXEC)
        guard source >= 0 else { throw LinuxError("open", file) }
        defer { close(source) }
        var number: Int32 = 0
        descriptor = linux_loop_attach(source, &number)
        guard descriptor >= 0 else { throw LinuxError("attach loop device to", file) }
        path = "/dev/loop\(number)"
    }
    deinit { close(descriptor) }
}
