import COpenSSL

/// An SSL_CTX: keys, trust and settings that many connections share.
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Whether peers are checked (a client that trusts some authority).
    let verifiesPeer: Bool

    /// A listener's context. - Throws: `HTTPError.malformed` for PEM that does not parse or a key that does not fit.
    init(server configuration: TLSConfiguration) throws(HTTPError) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw Self.failure("no TLS context") }
        pointer = context
        verifiesPeer = false
        tls_prepare(context)
        // Nothing is read beyond the handshake, and its keys are handed over: see `TLSRecords`.
        tls_read_exactly(context)
        SSL_CTX_set_keylog_callback(context) { ssl, line in
            if let ssl, let line { TLSSession.note(line, of: ssl) }
        }
        try use(chain: configuration.certificateChainPEM, key: configuration.privateKeyPEM)
        SSL_CTX_set_alpn_select_cb(context, { _, out, length, offered, count, _ in selectALPN(out, length, offered, count) }, nil)
        guard let authorities = configuration.clientCAPEM else { return }
        tls_ask_for_certificate(context)
        try trust(authorities, askFor: true)
    }

    /// A client's context. - Throws: `HTTPError.malformed` for PEM that does not parse.
    init(trust: Trust, certificate: ClientCertificate?) throws(HTTPError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.failure("no TLS context") }
        pointer = context
        verifiesPeer = trust != .insecure
        tls_prepare(context)
        SSL_CTX_set_verify(context, verifiesPeer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        switch trust {
        case .system: SSL_CTX_set_default_verify_paths(context)
        case .caPEM(let text): try self.trust(text, askFor: false)
        case .insecure: break
        }
        if let certificate { try use(chain: certificate.chainPEM, key: certificate.keyPEM) }
        let offered = [UInt8]("\u{2}h2\u{8}http/1.1".utf8)
        SSL_CTX_set_alpn_protos(context, offered, UInt32(offered.count))
    }

    deinit { SSL_CTX_free(pointer) }

    private func use(chain: String, key: String) throws(HTTPError) {
        let certificates = try Self.certificates(chain, "certificate chain")
        for (index, certificate) in certificates.enumerated() {
            let taken =
                index == 0 ? Int(SSL_CTX_use_certificate(pointer, certificate.pointer)) : tls_add_chain(pointer, certificate.pointer)
            guard taken == 1 else { throw Self.failure("the certificate cannot be used") }
        }
        let loaded = Self.withBIO(key) { PEM_read_bio_PrivateKey($0, nil, nil, nil) }
        guard let loaded else { throw Self.failure("the private key does not parse") }
        defer { EVP_PKEY_free(loaded) }
        guard SSL_CTX_use_PrivateKey(pointer, loaded) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            throw Self.failure("the private key does not fit the certificate")
        }
    }

    private func trust(_ authorities: String, askFor: Bool) throws(HTTPError) {
        let store = SSL_CTX_get_cert_store(pointer)
        for certificate in try Self.certificates(authorities, "authorities") {
            X509_STORE_add_cert(store, certificate.pointer)
            if askFor { SSL_CTX_add_client_CA(pointer, certificate.pointer) }
        }
    }

    /// A certificate that is freed with its owner.
    private final class OwnedCertificate {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { X509_free(pointer) }
    }

    private static func certificates(_ text: String, _ what: String) throws(HTTPError) -> [OwnedCertificate] {
        let found = withBIO(text) { bio in
            var found: [OwnedCertificate] = []
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { found.append(OwnedCertificate(certificate)) }
            return found
        }
        ERR_clear_error()
        guard !found.isEmpty else { throw .malformed("no certificate in the \(what)") }
        return found
    }

    private static func withBIO<Outcome>(_ text: String, _ body: (OpaquePointer?) -> Outcome) -> Outcome {
        var text = text
        return text.withUTF8 { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }

    private static func failure(_ what: String) -> HTTPError {
        defer { ERR_clear_error() }
        return .malformed("\(what): \(TLSSession.errorText())")
    }
}

/// Picks HTTP/2 where the client offers it, else HTTP/1.1; any other offer goes on without ALPN.
private func selectALPN(
    _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
    _ count: UInt32
) -> Int32 {
    guard let out, let length, let offered else { return SSL_TLSEXT_ERR_NOACK }
    for wanted in ["h2", "http/1.1"] {
        var index = 0
        while index < Int(count) {
            let size = Int(offered[index])
            guard index + 1 + size <= Int(count) else { return SSL_TLSEXT_ERR_NOACK }
            if UnsafeBufferPointer(start: offered + index + 1, count: size).elementsEqual(wanted.utf8) {
                out.pointee = offered + index + 1
                length.pointee = UInt8(size)
                return SSL_TLSEXT_ERR_OK
            }
            index += 1 + size
        }
    }
    return SSL_TLSEXT_ERR_NOACK
}
