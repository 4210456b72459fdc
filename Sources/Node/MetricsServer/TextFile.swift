import Glibc

/// Small files of text.
enum TextFile {
    /// - Throws: `FlagProblem` for a file that cannot be read.
    static func read(_ path: String) throws(FlagProblem) -> String {
        guard let file = fopen(path, "r") else { throw FlagProblem("open \(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 8192)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
