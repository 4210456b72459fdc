import COpenSSL
package import Documents

/// JSON Web Tokens in the compact form, signed with RS256 or ES256. Source: RFC 7515, RFC 7519.
package enum JWT {
    /// Why a token is not accepted.
    package enum Failure: Error, Sendable, Hashable {
        /// Not three parts of base 64 with JSON in them.
        case malformed
        /// The header names another algorithm than the key's, or none.
        case algorithm(String)
        /// No key with the id that the header names.
        case unknownKey(String)
        case badSignature
    }

    /// Signs claims; the key's kind decides the algorithm, its id goes into the header.
    /// - Throws: `failed`.
    package static func sign(_ claims: Value, with key: PrivateKey) throws(CryptographyError) -> String {
        let publicKey = key.publicKey
        let header: Value = ["alg": .string(publicKey.algorithm), "kid": .string(publicKey.id)]
        let content = "\(Base64.urlEncode(JSON.encode(header))).\(Base64.urlEncode(JSON.encode(claims)))"
        var signature = try key.sign(Array(content.utf8))
        if !publicKey.isRSA { signature = try fixedWidth(signature) }
        return "\(content).\(Base64.urlEncode(signature))"
    }

    /// The claims without any check, to see who a token claims to be from.
    package static func peek(_ token: String) -> Value? { (try? Parts(token))?.claims }

    /// Checks the signature against the key that the header names, or against each when it names none, and returns the claims.
    ///
    /// The caller checks the claims themselves (issuer, audience, times).
    package static func verify(_ token: String, keys: [PublicKey]) throws(Failure) -> Value {
        let parts = try Parts(token)
        let id = parts.header["kid"].string
        let candidates = keys.filter { id == nil || $0.id == id }
        guard !candidates.isEmpty else { throw .unknownKey(id ?? "") }
        let algorithm = parts.header["alg"].string ?? ""
        let usable = candidates.filter { $0.algorithm == algorithm }
        guard !usable.isEmpty else { throw .algorithm(algorithm) }
        for key in usable {
            let signature = key.isRSA ? parts.signature : derSignature(parts.signature)
            if let signature, key.verify(signature, of: parts.content) { return parts.claims }
        }
        throw .badSignature
    }

    /// Whether the text has the outer shape of a token.
    package static func looksLikeOne(_ text: String) -> Bool {
        text.hasPrefix("ey") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }
}

extension JWT {
    private struct Parts {
        let header: Value
        let claims: Value
        let content: [UInt8]
        let signature: [UInt8]

        init(_ token: String) throws(Failure) {
            let parts = token.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, let head = Base64.urlDecode(String(parts[0])), let body = Base64.urlDecode(String(parts[1])),
                let signature = Base64.urlDecode(String(parts[2])), let header = try? JSON.parse(head), header.object != nil,
                let claims = try? JSON.parse(body), claims.object != nil
            else { throw .malformed }
            (self.header, self.claims, self.signature) = (header, claims, signature)
            content = Array("\(parts[0]).\(parts[1])".utf8)
        }
    }

    /// r and s with 32 bytes each, from the DER form. Source: RFC 7518, section 3.4.
    private static func fixedWidth(_ der: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let parsed = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_ECDSA_SIG(nil, &position, bytes.count)
        }
        guard let parsed else { throw .library("signature") }
        defer { ECDSA_SIG_free(parsed) }
        var result = [UInt8](repeating: 0, count: 64)
        result.withUnsafeMutableBufferPointer { bytes in
            _ = BN_bn2binpad(ECDSA_SIG_get0_r(parsed), bytes.baseAddress, 32)
            _ = BN_bn2binpad(ECDSA_SIG_get0_s(parsed), bytes.baseAddress.map { $0 + 32 }, 32)
        }
        return result
    }

    private static func derSignature(_ fixed: [UInt8]) -> [UInt8]? {
        guard fixed.count == 64, let signature = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let r = BN_bin2bn(Array(fixed[0..<32]), 32, nil)
        let s = BN_bin2bn(Array(fixed[32..<64]), 32, nil)
        guard ECDSA_SIG_set0(signature, r, s) == 1 else { return nil }
        return derEncoding { i2d_ECDSA_SIG(signature, $0) }
    }
}
