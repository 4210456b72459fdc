package import Glibc

/// Small text files of the user's: key pairs and the kubeconfig.
package enum TextFile {
    /// The file's text, nil when there is no such file.
    package static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
    /// Writes the file as a whole or not at all, making its folders. On a full disk an existing file is written over where it lies.
    /// - Throws: `UsageError` with the system's reason.
    package static func write(_ text: String, to path: String, mode: mode_t) throws(UsageError) {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        let temporary = "\(path).\(getpid())"
        var failure = put(text, at: temporary, O_WRONLY | O_CREAT | O_TRUNC, mode)
        if failure == 0 {
            if rename(temporary, path) == 0 { return }
            failure = errno
        }
        unlink(temporary)
        if failure == ENOSPC, put(text, at: path, O_WRONLY, mode) == 0 { return }
        throw UsageError("cannot write \(path): \(String(cString: strerror(failure)))")
    }
    /// Writes a file from its beginning and ends it there; returns the system's error number, 0 for none.
    private static func put(_ text: String, at path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        let descriptor = open(path, flags, mode)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return count < 0 ? errno : EIO }
            bytes = bytes.dropFirst(count)
        }
        guard ftruncate(descriptor, off_t(text.utf8.count)) == 0, fsync(descriptor) == 0 else { return errno }
        return 0
    }
}
