import COpenSSL

/// A private key that signs: RSA with 2048 bits, or elliptic curve P-256; others can be read and refuse nothing but JWTs.
package final class PrivateKey: @unchecked Sendable {
    /// What a new key may be.
    package enum Algorithm: Sendable, Hashable { case p256, rsa2048 }

    /// Immutable after construction; the library counts references atomically.
    let key: OpaquePointer
    private init(taking key: OpaquePointer) { self.key = key }
    deinit { EVP_PKEY_free(key) }

    /// A new random key. P-256 takes tens of microseconds, RSA about a tenth of a second.
    /// - Throws: `failed`.
    package static func generate(_ algorithm: Algorithm) throws(CryptographyError) -> PrivateKey {
        let context = EVP_PKEY_CTX_new_from_name(nil, algorithm == .p256 ? "EC" : "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw .library("key generation") }
        let configured =
            switch algorithm {
            case .p256: EVP_PKEY_CTX_set_group_name(context, "P-256")
            case .rsa2048: EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048)
            }
        var key: OpaquePointer?
        guard configured == 1, EVP_PKEY_generate(context, &key) == 1, let key else { throw .library("key generation") }
        return PrivateKey(taking: key)
    }

    /// Reads an unencrypted key: `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
    /// - Throws: `malformed`; an encrypted key counts as malformed.
    package convenience init(pem: String) throws(CryptographyError) {
        let buffer = try MemoryBuffer(Array(pem.utf8))
        guard let key = PEM_read_bio_PrivateKey(buffer.bio, nil, { _, _, _, _ in -1 }, nil) else {
            ERR_clear_error()
            throw .malformed("not a private key in PEM")
        }
        self.init(taking: key)
    }

    /// PKCS#8: `-----BEGIN PRIVATE KEY-----`
    package var pem: String { PEM.text("PRIVATE KEY", der) }
    /// PKCS#8 in DER, unencrypted.
    package var der: [UInt8] {
        let info = EVP_PKEY2PKCS8(key)
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        return derEncoding { i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
    }
    /// The form that names its algorithm, as EC2 hands keys out: `-----BEGIN RSA PRIVATE KEY-----`. Source: RFC 8017, A.1.2.
    package var traditionalPEM: String {
        PEM.text(publicKey.isRSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", derEncoding { i2d_PrivateKey(key, $0) })
    }

    /// The public half.
    package var publicKey: PublicKey {
        EVP_PKEY_up_ref(key)
        return PublicKey(taking: key)
    }

    /// Signs the SHA-256 of the message: PKCS#1 v1.5 for RSA, DER-encoded ECDSA for curves.
    /// - Throws: `failed`.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var count = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, nil, &count, message, message.count) == 1
        else { throw .library("signing") }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else { throw .library("signing") }
        return Array(signature.prefix(count))
    }
}
