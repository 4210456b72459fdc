import COpenSSL
package import Documents

/// A public key that verifies signatures: RSA or elliptic curve P-256.
package final class PublicKey: @unchecked Sendable {
    /// Immutable after construction; the library counts references atomically.
    let key: OpaquePointer

    /// The key's id as Kubernetes names it: the SHA-256 of the DER form in URL-safe base 64.
    package let id: String

    /// Takes over the reference.
    init(taking key: OpaquePointer) {
        self.key = key
        id = Base64.urlEncode(SHA256.hash(derEncoding { i2d_PUBKEY(key, $0) }))
    }
    deinit { EVP_PKEY_free(key) }

    /// Reads `-----BEGIN PUBLIC KEY-----`.
    /// - Throws: `malformed`.
    package convenience init(pem: String) throws(CryptographyError) {
        let buffer = try MemoryBuffer(Array(pem.utf8))
        guard let key = PEM_read_bio_PUBKEY(buffer.bio, nil, nil, nil) else {
            ERR_clear_error()
            throw .malformed("not a public key in PEM")
        }
        self.init(taking: key)
    }
    /// Reads a SubjectPublicKeyInfo in DER.
    /// - Throws: `malformed`.
    package convenience init(der: [UInt8]) throws(CryptographyError) {
        let parsed = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_PUBKEY(nil, &position, bytes.count)
        }
        guard let parsed else {
            ERR_clear_error()
            throw .malformed("not a public key in DER")
        }
        self.init(taking: parsed)
    }

    /// SubjectPublicKeyInfo in DER.
    package var der: [UInt8] { derEncoding { i2d_PUBKEY(key, $0) } }
    /// `-----BEGIN PUBLIC KEY-----`
    package var pem: String { PEM.text("PUBLIC KEY", der) }
    /// Whether this is an RSA key.
    package var isRSA: Bool { EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA }
    /// The JWS algorithm that goes with the key: `RS256` or `ES256`. Source: RFC 7518, section 3.1.
    package var algorithm: String { isRSA ? "RS256" : "ES256" }
    /// Size in bits, of the modulus or of the curve.
    package var bits: Int { Int(EVP_PKEY_get_bits(key)) }

    /// The key as a JSON Web Key for signatures. Source: RFC 7517, RFC 7518 section 6.
    package var jwk: Value {
        var result: Value = ["use": "sig", "kty": isRSA ? "RSA" : "EC", "kid": .string(id), "alg": .string(algorithm)]
        if isRSA {
            result["n"] = .string(Base64.urlEncode(number("n")))
            result["e"] = .string(Base64.urlEncode(number("e")))
        } else {
            result["crv"] = "P-256"
            result["x"] = .string(Base64.urlEncode(number("qx", width: 32)))
            result["y"] = .string(Base64.urlEncode(number("qy", width: 32)))
        }
        return result
    }

    /// Whether the signature is this key's for the SHA-256 of the message: PKCS#1 v1.5 for RSA, DER-encoded ECDSA for curves.
    package func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        let verdict = EVP_DigestVerify(context, signature, signature.count, message, message.count)
        ERR_clear_error()
        return verdict == 1
    }

    /// A number of the key, big-endian; padded on the left to `width` bytes.
    func number(_ name: String, width: Int = 0) -> [UInt8] {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return [] }
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: max(width, Int(BN_num_bits(number) + 7) / 8))
        _ = BN_bn2binpad(number, &bytes, Int32(bytes.count))
        return bytes
    }
}

/// The armour of keys and certificates. Source: RFC 7468.
package enum PEM {
    /// Base 64 in lines of 64 between BEGIN and END lines with the label.
    package static func text(_ label: String, _ der: [UInt8]) -> String {
        var lines = ["-----BEGIN \(label)-----"]
        var rest = Substring(Base64.encode(der))
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END \(label)-----\n")
        return lines.joined(separator: "\n")
    }
}
