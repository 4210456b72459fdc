import COpenSSL

/// Signs certificates: one for each cluster.
package final class CertificateAuthority: Sendable {
    package let certificate: Certificate
    /// Kept by whoever stores the authority; never leaves the control plane.
    package let key: PrivateKey

    private init(certificate: Certificate, key: PrivateKey) { (self.certificate, self.key) = (certificate, key) }

    /// A new self-signed authority with a P-256 key.
    /// - Throws: `malformed` for a name that cannot be written, `failed`.
    package static func make(commonName: String, now: Int64, lifetime: Int64 = 10 * 365 * 86_400) throws(CryptographyError)
        -> CertificateAuthority
    {
        let key = try PrivateKey.generate(.p256)
        let template = Template(
            subject: DistinguishedName(commonName: commonName), alternatives: AlternativeNames(names: []), usages: [], isAuthority: true,
            notBefore: now - skew, notAfter: now + lifetime)
        let certificate = try template.signed(for: key.publicKey, by: key, issuer: nil)
        return CertificateAuthority(certificate: certificate, key: key)
    }

    /// Loads an authority that was stored in PEM.
    /// - Throws: `malformed` when a text is broken, or when the key is not the certificate's.
    package convenience init(certificatePEM: String, keyPEM: String) throws(CryptographyError) {
        let certificate = try Certificate(pem: certificatePEM)
        let key = try PrivateKey(pem: keyPEM)
        guard X509_check_private_key(certificate.x509, key.key) == 1, certificate.isAuthority else {
            ERR_clear_error()
            throw .malformed("the key does not belong to the certificate authority")
        }
        self.init(certificate: certificate, key: key)
    }

    /// What a certificate may be used for. Source: RFC 5280, section 4.2.1.12.
    package enum Usage: String, Sendable, Hashable { case serverAuth, clientAuth }

    /// Certifies a server's key for names and addresses; times in seconds since 1970 and seconds.
    /// - Throws: `malformed` for a name or address that cannot be written, `failed`.
    package func issueServer(
        commonName: String, names: [String], addresses: [String], key: PublicKey, now: Int64, lifetime: Int64 = 365 * 86_400
    ) throws(CryptographyError) -> Certificate {
        let alternatives = AlternativeNames(names: names, addresses: addresses)
        return try issue(DistinguishedName(commonName: commonName), alternatives, [.serverAuth], key: key, now: now, lifetime: lifetime)
    }

    /// Certifies a client's key: the common name is its user, the organizations its groups.
    /// - Throws: `malformed` for a name that cannot be written, `failed`.
    package func issueClient(
        commonName: String, organizations: [String], key: PublicKey, now: Int64, lifetime: Int64 = 365 * 86_400
    ) throws(CryptographyError) -> Certificate {
        let subject = DistinguishedName(commonName: commonName, organizations: organizations)
        return try issue(subject, AlternativeNames(), [.clientAuth], key: key, now: now, lifetime: lifetime)
    }

    /// Certifies what a signing request asks for; the caller has approved its subject, names and usages.
    /// - Throws: `malformed` for a name that cannot be written, `failed`.
    package func sign(_ request: CertificateRequest, usages: Set<Usage>, now: Int64, lifetime: Int64) throws(CryptographyError)
        -> Certificate
    {
        try issue(request.subject, request.alternativeNames, usages, key: request.publicKey, now: now, lifetime: lifetime)
    }

    /// Certificates start a little in the past, for peers whose clocks are behind.
    private static let skew: Int64 = 300

    private func issue(
        _ subject: DistinguishedName, _ alternatives: AlternativeNames, _ usages: Set<Usage>, key: PublicKey, now: Int64, lifetime: Int64
    ) throws(CryptographyError) -> Certificate {
        let template = Template(
            subject: subject, alternatives: alternatives, usages: usages, isAuthority: false, notBefore: now - Self.skew,
            notAfter: min(now + lifetime, certificate.notAfter))
        return try template.signed(for: key, by: self.key, issuer: certificate)
    }
}

/// What a certificate is to say.
private struct Template {
    let subject: DistinguishedName
    let alternatives: AlternativeNames
    let usages: Set<CertificateAuthority.Usage>
    let isAuthority: Bool
    let notBefore: Int64
    let notAfter: Int64

    func signed(for publicKey: PublicKey, by key: PrivateKey, issuer: Certificate?) throws(CryptographyError) -> Certificate {
        guard let x509 = X509_new() else { throw .library("certificate") }
        let certificate = Certificate(taking: x509)
        _ = X509_set_version(x509, 2)
        var serial = SecureRandom.bytes(16)
        serial[0] = serial[0] & 0x7f | 0x40
        let number = BN_bin2bn(serial, Int32(serial.count), nil)
        defer { BN_free(number) }
        _ = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509))
        try subject.write(to: X509_get_subject_name(x509))
        _ = X509_set_issuer_name(x509, X509_get_subject_name(issuer?.x509 ?? x509))
        _ = ASN1_TIME_set(X509_getm_notBefore(x509), Int(notBefore))
        _ = ASN1_TIME_set(X509_getm_notAfter(x509), Int(notAfter))
        guard X509_set_pubkey(x509, publicKey.key) == 1 else { throw .library("certificate key") }
        try addExtensions(to: x509, issuer: issuer?.x509 ?? x509)
        guard X509_sign(x509, key.key, EVP_sha256()) > 0 else { throw .library("signing a certificate") }
        return certificate
    }

    private func addExtensions(to x509: OpaquePointer, issuer: OpaquePointer) throws(CryptographyError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, x509, nil, nil, 0)
        var entries: [(Int32, String)] = [
            (NID_basic_constraints, isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE"),
            (NID_key_usage, isAuthority ? "critical,digitalSignature,keyCertSign,cRLSign" : "critical,digitalSignature,keyEncipherment"),
            (NID_subject_key_identifier, "hash"),
        ]
        if !isAuthority { entries.append((NID_authority_key_identifier, "keyid:always")) }
        if !usages.isEmpty { entries.append((NID_ext_key_usage, usages.map(\.rawValue).sorted().joined(separator: ","))) }
        let names = try alternatives.configuration()
        if !names.isEmpty { entries.append((NID_subject_alt_name, names)) }
        for (identifier, value) in entries {
            guard let entry = X509V3_EXT_conf_nid(nil, &context, identifier, value) else { throw .library("certificate extension") }
            defer { X509_EXTENSION_free(entry) }
            guard X509_add_ext(x509, entry, -1) == 1 else { throw .library("certificate extension") }
        }
    }
}
