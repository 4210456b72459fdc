import CZlib

/// Header blocks of one direction: compressed as one stream over the life of a session. Source: SPDY/3.1, section 2.6.10.
final class SPDYHeaderEncoder {
    private var stream = z_stream()
    private let isReady: Bool

    init() {
        isReady = zlib_deflate_init(&stream, 6) == Z_OK
        _ = SPDYDictionary.bytes.withUnsafeBufferPointer { deflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count)) }
    }

    deinit { deflateEnd(&stream) }

    /// The block for `headers`.
    func encode(_ headers: HTTPFields) -> [UInt8] {
        var plain: [UInt8] = []
        var names: [String] = []
        for (name, _) in headers where !names.contains(name) { names.append(name) }
        plain.append(word: UInt32(names.count))
        for name in names {
            plain.append(word: UInt32(name.utf8.count))
            plain += name.utf8
            let value = Array(headers.all(name).joined(separator: "\0").utf8)
            plain.append(word: UInt32(value.count))
            plain += value
        }
        guard isReady else { return [] }
        return plain.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(input.count))) + 64) { room, count in
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                deflate(&stream, Z_SYNC_FLUSH)
                count = room.count - Int(stream.avail_out)
            }
        }
    }
}

/// The other side of `SPDYHeaderEncoder`.
final class SPDYHeaderDecoder {
    private static let limit = 262_144
    private var stream = z_stream()
    private let isReady: Bool

    init() { isReady = zlib_inflate_init(&stream) == Z_OK }
    deinit { inflateEnd(&stream) }

    /// The headers of a block. - Throws: `HTTPError.malformed` for a damaged one or one beyond 256 KiB.
    func decode(_ block: [UInt8]) throws(HTTPError) -> HTTPFields {
        let plain = try inflate(block)
        var reader = plain[...]
        var headers = HTTPFields()
        let count = try Self.word(&reader)
        guard count <= 1000 else { throw .malformed("SPDY: too many headers") }
        for _ in 0..<count {
            let name = try Self.text(&reader).lowercased()
            let values = try Self.text(&reader).split(separator: "\0", omittingEmptySubsequences: false)
            for value in values { headers.add(name, String(value)) }
        }
        return headers
    }

    private func inflate(_ block: [UInt8]) throws(HTTPError) -> [UInt8] {
        guard isReady else { throw .malformed("SPDY: zlib") }
        var plain: [UInt8] = []
        var input = block
        var status = Z_OK
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            var filled = true
            while status == Z_OK, filled, plain.count <= Self.limit {
                plain += [UInt8](unsafeUninitializedCapacity: 16_384) { room, count in
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(room.count)
                    status = CZlib.inflate(&stream, Z_SYNC_FLUSH)
                    if status == Z_NEED_DICT {
                        status = SPDYDictionary.bytes.withUnsafeBufferPointer {
                            inflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count))
                        }
                        if status == Z_OK { status = CZlib.inflate(&stream, Z_SYNC_FLUSH) }
                    }
                    count = room.count - Int(stream.avail_out)
                    filled = stream.avail_out == 0
                }
            }
        }
        // Without room left over zlib says that there was nothing to do, which is no error.
        guard status == Z_OK || status == Z_BUF_ERROR, plain.count <= Self.limit else { throw .malformed("SPDY: damaged header block") }
        return plain
    }

    private static func word(_ reader: inout ArraySlice<UInt8>) throws(HTTPError) -> Int {
        guard reader.count >= 4 else { throw .malformed("SPDY: short header block") }
        defer { reader = reader.dropFirst(4) }
        return reader.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    private static func text(_ reader: inout ArraySlice<UInt8>) throws(HTTPError) -> String {
        let length = try word(&reader)
        guard reader.count >= length else { throw .malformed("SPDY: short header block") }
        defer { reader = reader.dropFirst(length) }
        return String(decoding: reader.prefix(length), as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends four bytes, the highest first.
    mutating func append(word: UInt32) {
        for shift in stride(from: 24, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}

/// The text that both sides' compression starts from. Source: SPDY/3.1, section 2.6.10.1.
enum SPDYDictionary {
    static let bytes: [UInt8] = {
        var bytes: [UInt8] = []
        for name in names {
            bytes.append(word: UInt32(name.utf8.count))
            bytes += name.utf8
        }
        return bytes + tail.utf8
    }()

    private static let names =
        """
        options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow \
        authorization cache-control connection content-base content-encoding content-language content-length content-location \
        content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range \
        if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer \
        retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status
        """.split(separator: " ").map(String.init) + [
            "200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin",
        ]

    private static let tail =
        """
        100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information\
        204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error\
        501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, \
        Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,\
        text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.
        """
}
