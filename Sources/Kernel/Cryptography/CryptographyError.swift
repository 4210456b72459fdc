import COpenSSL

/// Why a key, certificate or token was not had.
package enum CryptographyError: Error, Sendable, Hashable {
    /// The text or bytes are not what they should be.
    case malformed(String)
    /// Well formed, and of a kind that this program does not handle.
    case unsupported(String)
    /// The library refused for another reason; its own words follow.
    case failed(String)
}

extension CryptographyError {
    /// The library's oldest error, with what was being done.
    static func library(_ doing: String) -> CryptographyError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        return .failed("\(doing): \(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))")
    }
}

/// A memory buffer that the library reads from or writes to.
struct MemoryBuffer: ~Copyable {
    let bio: OpaquePointer

    /// An empty buffer to write to.
    init() throws(CryptographyError) {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .library("memory buffer") }
        self.bio = bio
    }
    /// A buffer that holds a copy of the bytes.
    init(_ bytes: [UInt8]) throws(CryptographyError) {
        try self.init()
        if !bytes.isEmpty { _ = BIO_write(bio, bytes, Int32(bytes.count)) }
    }
    deinit { BIO_free(bio) }

    /// Takes out all that is left.
    borrowing func drain() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        let count = bytes.isEmpty ? 0 : BIO_read(bio, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(count, 0))))
    }
    /// Takes out all that is left, as text.
    borrowing func text() -> String { String(decoding: drain(), as: UTF8.self) }
}

/// The bytes that one of the library's `i2d_…` functions writes.
func derEncoding(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
    let count = write(nil)
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
        var position = buffer.baseAddress
        initialized = Int(max(write(&position), 0))
    }
}
