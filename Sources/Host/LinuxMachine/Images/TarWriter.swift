import Cryptography
import Glibc
import Linux

/// Writes a tar archive to a file, entry by entry. Names longer than a header holds get a PAX record.
/// Source: POSIX.1-2017, pax interchange format.
final class TarWriter {
    private let path: String
    private let file: Int32
    private let digest = DigestStream()
    /// Bytes written so far.
    private(set) var size = 0
    private var folders: Set<String> = []

    /// Begins a new file. - Throws: `LinuxError`.
    init(_ path: String) throws(LinuxError) {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LinuxError("open", path) }
    }
    deinit { close(file) }

    /// A folder and those above it, each once.
    func folder(_ path: String, mode: Int = 0o755) throws(LinuxError) {
        let parts = path.split(separator: "/")
        for count in parts.indices {
            let name = parts[...count].joined(separator: "/")
            guard folders.insert(name).inserted else { continue }
            try header(name + "/", type: "5", mode: count == parts.count - 1 ? mode : 0o755, size: 0)
        }
    }
    /// A symbolic link, with the folders above it.
    func link(_ path: String, to target: String) throws(LinuxError) {
        try above(path)
        try header(path, type: "2", mode: 0o777, size: 0, target: target)
    }
    /// A file of these bytes, with the folders above it.
    func file(_ path: String, _ bytes: [UInt8], mode: Int = 0o644) throws(LinuxError) {
        try above(path)
        try header(path, type: "0", mode: mode, size: bytes.count)
        try write(bytes)
        try pad(bytes.count)
    }
    /// A copy of a file of the host, with the folders above it.
    func file(_ path: String, copying source: String, mode: Int? = nil) throws(LinuxError) {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LinuxError("open", source) }
        defer { close(from) }
        var facts = stat()
        guard fstat(from, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw LinuxError("stat", source, code: EINVAL) }
        try above(path)
        let size = Int(facts.st_size)
        try header(path, type: "0", mode: mode ?? Int(facts.st_mode & 0o7777), size: size)
        var rest = size
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while rest > 0 {
            let count = read(from, &part, min(part.count, rest))
            guard count > 0 else { throw LinuxError("read", source, code: EIO) }
            try write(part[..<count])
            rest -= count
        }
        try pad(size)
    }
    /// Ends the archive. - Returns: its SHA-256 digest in hex.
    func finish() throws(LinuxError) -> String {
        try write([UInt8](repeating: 0, count: 1024))
        return Hex.encode(digest.finish())
    }

    private func above(_ path: String) throws(LinuxError) {
        let parts = path.split(separator: "/").dropLast()
        if !parts.isEmpty { try folder(parts.joined(separator: "/")) }
    }
    private func header(_ path: String, type: Character, mode: Int, size: Int, target: String = "") throws(LinuxError) {
        let name = String(path.drop { $0 == "/" })
        if name.utf8.count > 100 || target.utf8.count > 100 {
            let record = TarWriter.record("path", name) + (target.isEmpty ? "" : TarWriter.record("linkpath", target))
            try block("PaxHeader", "x", 0o644, record.utf8.count, "")
            try write(Array(record.utf8))
            try pad(record.utf8.count)
        }
        try block(name, type, mode, size, target)
    }
    /// `LENGTH KEY=VALUE` and a newline, where the length counts itself.
    private static func record(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
        return "\(length)\(rest)"
    }
    private func block(_ name: String, _ type: Character, _ mode: Int, _ size: Int, _ target: String) throws(LinuxError) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some StringProtocol, at place: Int, _ most: Int) {
            for (index, byte) in text.utf8.prefix(most).enumerated() { block[place + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(name, at: 0, 100)
        put(octal(mode, 7), at: 100, 7)
        put(octal(0, 7), at: 108, 7)
        put(octal(0, 7), at: 116, 7)
        put(octal(size, 11), at: 124, 11)
        // Always the same time, so that the same content has the same digest.
        put(octal(0, 11), at: 136, 11)
        put("        ", at: 148, 8)
        put("\(type)", at: 156, 1)
        put(target, at: 157, 100)
        put("ustar", at: 257, 5)
        put("00", at: 263, 2)
        put("root", at: 265, 4)
        put("root", at: 297, 4)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6), at: 148, 6)
        (block[154], block[155]) = (0, 0x20)
        try write(block)
    }
    private func pad(_ size: Int) throws(LinuxError) {
        if size % 512 != 0 { try write([UInt8](repeating: 0, count: 512 - size % 512)) }
    }
    private func write(_ bytes: some Collection<UInt8>) throws(LinuxError) {
        var rest = Array(bytes)[...]
        size += rest.count
        rest.withUnsafeBytes { digest.add($0) }
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LinuxError("write", path) }
            rest = rest.dropFirst(count)
        }
    }
}
