import CLinux

/// The bytes of a dump: realms and their documents in one stream, for backups and for moving from one store to another.
///
/// Eight bytes of magic, then frames: length and checksum (4 bytes each, little-endian), kind, body. The checksum (CRC32C) goes on from
/// the one before, so that a frame that is damaged, missing, twice there or in another place is noticed; the last frame says how many
/// realms and documents there were, so that a shortened file is noticed too.
enum DumpFormat {
    /// `EYRDUMP` and the version of the format.
    static let magic: [UInt8] = Array("EYRDUMP1".utf8)
    static let frameHeaderBytes = 8
    /// The longest frame that is read; documents are far smaller.
    static let longestFrame = 64 << 20
    static let noGap: UInt32 = .max

    enum Kind: UInt8, Sendable {
        /// JSON: what the dump is of. Comes first, once.
        case header = 1
        /// Newest revision, birth in nanoseconds, name; its entries follow.
        case realm
        /// Revision, revision of creation, where the resource version goes, whether a comma follows it, length of the key, key, document.
        case entry
        /// Numbers of realms and entries.
        case end
    }

    static func checksum(_ bytes: ArraySlice<UInt8>, after previous: UInt32) -> UInt32 {
        bytes.withUnsafeBufferPointer { linux_crc32c(previous, $0.baseAddress, $0.count) }
    }
}

/// Why a dump cannot be read.
package enum DumpError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is something else, or of a later format.
    case notADump
    /// The frame that begins at the byte is not as it was written.
    case damaged(offset: Int)
    /// It ends before its end.
    case truncated

    package var description: String {
        switch self {
        case .notADump: "this is no dump, or one of a later version of Eyrie"
        case .damaged(let offset): "the dump is damaged at byte \(offset)"
        case .truncated: "the dump is not whole: it ends before its last frame"
        }
    }
}
