import COpenSSL

/// A certificate signing request whose own signature was checked. Source: RFC 2986.
package final class CertificateRequest: @unchecked Sendable {
    /// Immutable after construction.
    private let request: OpaquePointer
    /// The key to be certified.
    package let publicKey: PublicKey

    /// Reads `-----BEGIN CERTIFICATE REQUEST-----` and checks that the sender holds the key.
    /// - Throws: `malformed`.
    package init(pem: String) throws(CryptographyError) {
        let buffer = try MemoryBuffer(Array(pem.utf8))
        guard let request = PEM_read_bio_X509_REQ(buffer.bio, nil, nil, nil) else {
            ERR_clear_error()
            throw .malformed("not a certificate request in PEM")
        }
        guard let key = X509_REQ_get_pubkey(request), X509_REQ_verify(request, key) == 1 else {
            X509_REQ_free(request)
            ERR_clear_error()
            throw .malformed("certificate request is not signed by its own key")
        }
        self.request = request
        publicKey = PublicKey(taking: key)
    }
    /// Whether the text can be read as a request, whoever signed it.
    package static func isReadable(pem: String) -> Bool {
        guard let buffer = try? MemoryBuffer(Array(pem.utf8)), let request = PEM_read_bio_X509_REQ(buffer.bio, nil, nil, nil) else {
            ERR_clear_error()
            return false
        }
        X509_REQ_free(request)
        return true
    }
    private init(request: OpaquePointer, publicKey: PublicKey) { (self.request, self.publicKey) = (request, publicKey) }
    deinit { X509_REQ_free(request) }

    /// A new request for the key's own name, as a node or a user makes one.
    /// - Throws: `malformed` for a name that cannot be written, `failed`.
    package static func make(
        subject: DistinguishedName, alternatives: AlternativeNames = AlternativeNames(), key: PrivateKey
    ) throws(CryptographyError) -> CertificateRequest {
        guard let raw = X509_REQ_new() else { throw .library("certificate request") }
        let request = CertificateRequest(request: raw, publicKey: key.publicKey)
        try subject.write(to: X509_REQ_get_subject_name(raw))
        _ = X509_REQ_set_pubkey(raw, key.key)
        let names = try alternatives.configuration()
        if !names.isEmpty {
            guard let stack = OPENSSL_sk_new_null() else { throw .library("certificate request") }
            let extensionEntry = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, names)
            defer {
                X509_EXTENSION_free(extensionEntry)
                OPENSSL_sk_free(stack)
            }
            OPENSSL_sk_push(stack, extensionEntry.map { UnsafeRawPointer($0) })
            _ = X509_REQ_add_extensions(raw, stack)
        }
        guard X509_REQ_sign(raw, key.key, EVP_sha256()) > 0 else { throw .library("certificate request") }
        return request
    }

    /// `-----BEGIN CERTIFICATE REQUEST-----`
    package var pem: String { PEM.text("CERTIFICATE REQUEST", derEncoding { i2d_X509_REQ(request, $0) }) }
    /// Whom the certificate shall be for.
    package var subject: DistinguishedName { DistinguishedName(X509_REQ_get_subject_name(request)) }
    /// The names and addresses that it shall be valid for.
    package var alternativeNames: AlternativeNames {
        let extensions = X509_REQ_get_extensions(request)
        defer { while let entry = OPENSSL_sk_pop(extensions) { X509_EXTENSION_free(OpaquePointer(entry)) } }
        return AlternativeNames(taking: X509V3_get_d2i(extensions, NID_subject_alt_name, nil, nil).map(OpaquePointer.init))
    }
}
