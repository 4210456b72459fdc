import CZlib

/// The gzip content coding. Source: RFC 1952.
package enum Gzip {
    /// Compresses in one go; `level` from 1 (fast) to 9 (small). nil when zlib cannot.
    package static func compress(_ bytes: [UInt8], level: Int = 1) -> [UInt8]? {
        var stream = z_stream()
        guard zlib_gzip_init(&stream, Int32(level)) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var complete = false
        let packed = [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                complete = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = Int(stream.total_out)
            }
        }
        return complete ? packed : nil
    }

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
