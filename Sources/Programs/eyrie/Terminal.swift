import Glibc

/// Whole lines to the terminal, unbuffered.
enum Terminal {
    static func output(_ line: String) { write(line, to: 1) }
    static func error(_ line: String) { write(line, to: 2) }
    private static func write(_ line: String, to descriptor: Int32) {
        var bytes = Array("\(line)\n".utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}
