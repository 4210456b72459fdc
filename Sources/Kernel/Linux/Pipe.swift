import CLinux
import Glibc

/// A pipe whose ends no program inherits unless it is told to; whoever makes it closes them.
package struct Pipe: Sendable {
    package let reading: Int32, writing: Int32

    /// - Parameter waits: whether reading holds the thread while there is nothing. - Throws: `LinuxError`.
    package init(waits: Bool) throws(LinuxError) {
        var ends: [Int32] = [0, 0]
        guard linux_pipe(&ends) == 0 else { throw LinuxError("pipe") }
        (reading, writing) = (ends[0], ends[1])
        if !waits { _ = fcntl(reading, F_SETFL, O_NONBLOCK) }
    }
}
