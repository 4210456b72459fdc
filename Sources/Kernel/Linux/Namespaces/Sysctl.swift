import Glibc

/// Kernel settings below `/proc/sys`, by dotted or slashed name; those of `net` belong to the namespace of the calling thread.
package enum Sysctl {
    /// Sets a value, in the network namespace at the path when one is given.
    package static func set(_ name: String, _ value: String, namespace: String? = nil) throws {
        guard let namespace else { return try write(name, value) }
        try NetworkNamespaces.within(namespace) { try write(name, value) }
    }

    /// Reads a value without its line end.
    package static func get(_ name: String, namespace: String? = nil) throws -> String {
        guard let namespace else { return try read(name) }
        return try NetworkNamespaces.within(namespace) { try read(name) }
    }

    /// `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are the same; a name with a slash may hold dots in device names.
    static func path(_ name: String) -> String {
        "/proc/sys/" + (name.contains("/") ? name : String(name.map { $0 == "." ? "/" : $0 }))
    }

    private static func write(_ name: String, _ value: String) throws(LinuxError) {
        let file = open(path(name), O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinuxError("open", path(name)) }
        defer { close(file) }
        var text = value
        let written = text.withUTF8 { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == value.utf8.count else { throw LinuxError("write", path(name)) }
    }

    private static func read(_ name: String) throws(LinuxError) -> String {
        let file = open(path(name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinuxError("open", path(name)) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw LinuxError("read", path(name)) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.last == "\n" ? String(text.dropLast()) : text
    }
}
