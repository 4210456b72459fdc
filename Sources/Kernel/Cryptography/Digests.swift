import COpenSSL

/// The SHA-256 digest. Source: FIPS 180-4.
package enum SHA256 {
    /// The 32 bytes of the digest of a message.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = COpenSSL.SHA256(message, message.count, &digest)
        return digest
    }
    /// The digest of a text's UTF-8 bytes.
    package static func hash(_ text: String) -> [UInt8] { hash(Array(text.utf8)) }
}

/// The SHA-1 digest, for fingerprints and key identifiers only. Source: FIPS 180-4.
package enum SHA1 {
    /// The 20 bytes of the digest of a message.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        _ = COpenSSL.SHA1(message, message.count, &digest)
        return digest
    }
}

/// The MD5 digest, for fingerprints of imported key pairs and ETags only. Source: RFC 1321.
package enum MD5 {
    /// The 16 bytes of the digest of a message.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 16)
        _ = EVP_Digest(message, message.count, &digest, nil, EVP_md5(), nil)
        return digest
    }
}

/// Keyed message authentication. Source: RFC 2104.
package enum HMAC {
    /// The 32 bytes of HMAC-SHA-256.
    package static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        _ = COpenSSL.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, nil)
        return code
    }
    /// HMAC-SHA-256 of a text's UTF-8 bytes.
    package static func sha256(key: [UInt8], message: String) -> [UInt8] { sha256(key: key, message: Array(message.utf8)) }
}

/// Comparison whose time does not depend on where the first difference is.
package enum ConstantTime {
    /// Whether both are equal; only the lengths may leak.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
    /// Whether both texts have the same UTF-8 bytes; only the lengths may leak.
    package static func equal(_ left: String, _ right: String) -> Bool { equal(Array(left.utf8), Array(right.utf8)) }
}

/// Random bytes fit for keys and tokens; the operating system is the source.
package enum SecureRandom {
    /// That many random bytes. The program ends when the operating system has no randomness to give, for nothing safe can go on.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the operating system gives no random bytes")
        return bytes
    }
}
