import Glibc

/// What the kernel refused: the call, what it was about, and the errno with its text.
package struct LinuxError: Error, Sendable, Hashable, CustomStringConvertible {
    package let call: String
    package let subject: String
    package let code: Int32
    package init(_ call: String, _ subject: String = "", code: Int32 = errno) {
        (self.call, self.subject, self.code) = (call, subject, code)
    }
    package var description: String { "\(call)\(subject.isEmpty ? "" : " ")\(subject): \(Self.text(code))" }
    /// The system's text of an errno.
    package static func text(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, strerror_r(code, start, 128) == 0 else { return "error \(code)" }
            return String(cString: start)
        }
    }
}
