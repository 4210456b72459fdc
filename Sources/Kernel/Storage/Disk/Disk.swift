import Glibc

/// A directory of files, as far as a log needs one: real, or simulated with faults.
package protocol Disk: Sendable {
    /// Opens a file for reading and writing, making it empty when there is none and `create` holds.
    func open(_ name: String, create: Bool) throws(DiskError) -> any DiskFile
    /// The names of the files.
    func list() throws(DiskError) -> [String]
    /// Removes a file; durable after `syncDirectory`.
    func remove(_ name: String) throws(DiskError)
    /// Makes the making and removing of files durable.
    func syncDirectory() throws(DiskError)
    /// Takes the directory for this process until the result goes away.
    /// - Throws: `DiskError` with `EWOULDBLOCK` when another has it.
    func lock() throws(DiskError) -> any Sendable
}

/// An open file. It is closed when the last reference goes away.
package protocol DiskFile: Sendable {
    /// Writes all the bytes at the offset; durable after `sync`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError)
    /// Writes that many zeros from the beginning, whole blocks; durable after `sync`.
    func fill(_ count: Int) throws(DiskError)
    /// Reads up to the end of the file or the buffer, and returns the number of bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int
    /// Makes what was written durable. After a failure nobody knows what is.
    func sync() throws(DiskError)
    /// The length in bytes.
    func size() throws(DiskError) -> Int
}

/// A failed operation on a disk.
package struct DiskError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, as in `write`.
    package let operation: String
    /// The file, empty for the directory.
    package let name: String
    /// The system's `errno`.
    package let code: Int32
    package init(_ operation: String, _ name: String, _ code: Int32) { (self.operation, self.name, self.code) = (operation, name, code) }
    /// Whether somebody else holds the lock.
    var isLocked: Bool { code == EWOULDBLOCK }
    /// Whether there is no space, or none for this user.
    var isFull: Bool { code == ENOSPC || code == EDQUOT }
    package var description: String { "\(operation) \(name): \(strerror(code).map { String(cString: $0) } ?? "error \(code)")" }
}

extension DiskFile {
    /// Writes that many zeros from the beginning, a piece at a time from memory that begins with a block.
    func write(zeros count: Int) throws(DiskError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, 1 << 20), alignment: LogFormat.blockBytes)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = 0
        while offset < count {
            let part = min(zeros.count, count - offset)
            try write(UnsafeRawBufferPointer(rebasing: zeros[..<part]), at: offset)
            offset += part
        }
    }
}
