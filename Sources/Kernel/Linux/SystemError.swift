import Glibc

/// A system call that failed: which one, on what, and the system's error number.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `mount`, `open`, …
    package let call: String
    /// The path or name that it was about; empty for none.
    package let subject: String
    /// The value of errno.
    package let code: Int32

    /// An error of the present value of errno, unless a code is given.
    package init(_ call: String, _ subject: String = "", code: Int32 = errno) {
        (self.call, self.subject, self.code) = (call, subject, code)
    }
    /// `mount /mnt: No such file or directory`
    package var description: String {
        "\(call)\(subject.isEmpty ? "" : " \(subject)"): \(String(cString: strerror(code)))"
    }
}
