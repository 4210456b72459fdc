/// Why a log cannot be opened.
package enum LogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process, or another store of this one, has the directory.
    case locked
    /// What was durable is not as it was written. Nothing is changed; `segment` counts from 1, `offset` is in bytes of the file.
    case corrupted(segment: UInt64, file: String, offset: Int, String)
    /// A segment that must be there is not.
    case missing(segment: UInt64)
    /// The disk failed.
    case disk(DiskError)

    package var description: String {
        switch self {
        case .locked: "the data directory is in use by another process"
        case .corrupted(let segment, let file, let offset, let reason):
            "the log is damaged in segment \(segment), file \(file), at byte \(offset): \(reason)"
        case .missing(let segment): "segment \(segment) of the log is missing, or its beginning is damaged"
        case .disk(let error): "the disk failed: \(error)"
        }
    }
}
