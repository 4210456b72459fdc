import Glibc

/// The kernel's refusal of a routing request, or a failure of the socket.
package struct NetlinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked, such as `add route 10.0.0.0/8`.
    package let request: String
    /// The errno.
    package let code: Int32
    /// The kernel's own words (extended acknowledgement), where it gave any.
    package let detail: String?
    package init(_ request: String, code: Int32, detail: String? = nil) { (self.request, self.code, self.detail) = (request, code, detail) }

    package var description: String {
        let reason = "\(request): \(String(cString: strerror(code)))"
        return detail.map { "\(reason) (\($0))" } ?? reason
    }
    /// Whether what was to be removed or changed is not there.
    package var isMissing: Bool { [ENODEV, ENOENT, ESRCH, EADDRNOTAVAIL, ENXIO].contains(code) }
    /// Whether what was to be added is there already.
    package var isPresent: Bool { code == EEXIST }
}
