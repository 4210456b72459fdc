import CLinux

/// The bytes of the log. All numbers are little-endian.
///
/// A segment file is a row of frames, each at a multiple of the block size and checksummed as a whole: a frame is one group commit,
/// durable before the next one is written. So a frame that is not valid, with nothing valid behind it, was never acknowledged, while one
/// with a valid successor is damage. No acknowledged block is ever written again until its segment is released.
enum LogFormat {
    /// Frames begin at multiples of this, so that a torn write harms no other frame.
    static let blockBytes = 4096
    static let frameHeaderBytes = 32
    static let recordHeaderBytes = 32
    /// `EYL1`
    static let magic: UInt32 = 0x314c_5945

    /// The length rounded up to whole blocks.
    static func padded(_ length: Int) -> Int { (length + blockBytes - 1) / blockBytes * blockBytes }

    /// The checksum of a frame: all of it behind the checksum's own place.
    static func checksum(_ frame: UnsafeRawBufferPointer) -> UInt32 {
        UnsafeRawBufferPointer(rebasing: frame[8...]).withMemoryRebound(to: UInt8.self) { linux_crc32c(0, $0.baseAddress, $0.count) }
    }
}

/// What stands before the records of a frame: magic, checksum, length (header included), number of records, segment, frame number.
struct FrameHeader: Sendable, Hashable {
    let checksum: UInt32
    /// Bytes of the frame without the padding.
    let length: Int
    let records: Int
    /// The segment it was written for: a used-again file still has frames of its former segment.
    let segment: UInt64
    /// Counts all frames of the log.
    let number: UInt64

    init(length: Int, records: Int, segment: UInt64, number: UInt64, checksum: UInt32 = 0) {
        (self.length, self.records, self.segment, self.number, self.checksum) = (length, records, segment, number, checksum)
    }

    /// The header at the beginning of the bytes, when they look like a frame at all.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= LogFormat.frameHeaderBytes, bytes.number(at: 0, UInt32.self) == LogFormat.magic else { return nil }
        self.init(
            length: Int(bytes.number(at: 8, UInt32.self)), records: Int(bytes.number(at: 12, UInt32.self)),
            segment: bytes.number(at: 16, UInt64.self), number: bytes.number(at: 24, UInt64.self),
            checksum: bytes.number(at: 4, UInt32.self))
        guard length >= LogFormat.frameHeaderBytes else { return nil }
    }

    /// The whole frame at the beginning of the bytes, when it is valid.
    static func valid(_ bytes: UnsafeRawBufferPointer) -> FrameHeader? {
        guard let header = FrameHeader(bytes), header.length <= bytes.count,
            LogFormat.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<header.length])) == header.checksum
        else { return nil }
        return header
    }
}

/// What a record says.
enum RecordKind: UInt8, Sendable {
    case put = 1
    case delete
    /// A realm begins: `key` is its name, `created` its birth in nanoseconds.
    case create
    /// A realm ends.
    case destroy
    /// A catalogue begins: `gap` realm records follow; `revision` is the oldest segment that counts, `realm` the next free number.
    /// Every segment begins with one, so that nothing older is needed.
    case catalogue
    /// A realm of the catalogue: as `create`, with `revision` the newest revision.
    case realm
}

/// A record of the log as it stands in a frame: 32 bytes of header, the key, the document.
struct LogRecord {
    var kind: RecordKind
    var realm: RealmID
    var revision: Revision = 0
    var created: Revision = 0
    /// Where the resource version stands in the document.
    var gap: Int?
    var comma = false
    var key = ""
}

extension UnsafeRawBufferPointer {
    /// The little-endian number at the offset, which must be in bounds.
    func number<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
