import Glibc

/// The machine's console: a file that keeps its newest lines.
struct ConsoleLog {
    /// The file, opened for reading and appending.
    let file: Int32
    static let limit = 2 << 20

    /// Adds to it; when it grows over the limit its older half goes.
    func append(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        _ = write(file, bytes, bytes.count)
        let size = Int(lseek(file, 0, SEEK_END))
        guard size > ConsoleLog.limit else { return }
        var newest = [UInt8](repeating: 0, count: ConsoleLog.limit / 2)
        let count = pread(file, &newest, newest.count, size - newest.count)
        guard count > 0, ftruncate(file, 0) == 0 else { return }
        let whole = newest[..<count].drop { $0 != 0x0a }.dropFirst()
        whole.withUnsafeBytes { _ = write(file, $0.baseAddress, $0.count) }
    }
    func line(_ text: String) { append("machine-init: \(text)\n".utf8) }
}
