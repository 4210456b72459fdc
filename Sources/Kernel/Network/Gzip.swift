import CISAL
import CZlib

/// The gzip content coding. Source: RFC 1952.
package enum Gzip {
    /// Compresses the slices together, as pieces of the one gzip member; nil when there is no memory for it.
    ///
    /// ISA-L is ten times faster than zlib at its fastest level, and packs better.
    package static func compress(_ slices: [[UInt8]]) -> [[UInt8]]? {
        guard let gzip = isal_gzip_new() else { return nil }
        defer { isal_gzip_free(gzip) }
        var packed: [[UInt8]] = []
        var filled = pieceSize
        for (position, slice) in slices.enumerated() {
            let last = position == slices.count - 1
            let complete = slice.withUnsafeBufferPointer { bytes in
                isal_gzip_feed(gzip, bytes.baseAddress, UInt32(bytes.count), last ? 1 : 0)
                repeat {
                    if filled == pieceSize {
                        packed.append([UInt8](repeating: 0, count: pieceSize))
                        filled = 0
                    }
                    let written = packed[packed.count - 1].withUnsafeMutableBufferPointer { room in
                        isal_gzip_pack(gzip, room.baseAddress.map { $0 + filled }, UInt32(room.count - filled))
                    }
                    guard written >= 0 else { return false }
                    filled += Int(written)
                } while filled == pieceSize
                return true
            }
            guard complete else { return nil }
        }
        if let last = packed.popLast() { packed.append(Array(last[..<filled])) }
        return packed
    }
    private static let pieceSize = 65_536

    /// Compresses in one go; nil when there is no memory for it.
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? { compress([bytes]).map { Array($0.joined()) } }

    /// Unpacks a whole gzip member. - Throws: `HTTPError.malformed`, or `bodyTooLarge` beyond `limit` bytes.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(HTTPError) -> [UInt8] {
        var stream = z_stream()
        guard zlib_gunzip_init(&stream) == Z_OK else { throw .malformed("gzip") }
        defer { inflateEnd(&stream) }
        var whole: [UInt8] = []
        var status = Z_OK
        bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            while status == Z_OK, whole.count <= limit {
                let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { room, count in
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(room.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    count = room.count - Int(stream.avail_out)
                }
                whole += piece
            }
        }
        guard whole.count <= limit else { throw .bodyTooLarge(limit: limit) }
        guard status == Z_STREAM_END else { throw .malformed("the gzip data is damaged or cut short") }
        return whole
    }
}
