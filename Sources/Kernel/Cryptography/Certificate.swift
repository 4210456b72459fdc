import COpenSSL
import Glibc

/// An X.509 certificate. Source: RFC 5280.
package final class Certificate: @unchecked Sendable {
    /// Immutable after construction.
    let x509: OpaquePointer
    init(taking x509: OpaquePointer) { self.x509 = x509 }
    deinit { X509_free(x509) }

    /// Reads the first certificate of a PEM text.
    /// - Throws: `malformed`.
    package convenience init(pem: String) throws(CryptographyError) {
        let buffer = try MemoryBuffer(Array(pem.utf8))
        guard let x509 = PEM_read_bio_X509(buffer.bio, nil, nil, nil) else {
            ERR_clear_error()
            throw .malformed("not a certificate in PEM")
        }
        self.init(taking: x509)
    }
    /// Reads a certificate in DER.
    /// - Throws: `malformed`.
    package convenience init(der: [UInt8]) throws(CryptographyError) {
        let parsed = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_X509(nil, &position, bytes.count)
        }
        guard let parsed else {
            ERR_clear_error()
            throw .malformed("not a certificate in DER")
        }
        self.init(taking: parsed)
    }

    /// The whole certificate in DER.
    package var der: [UInt8] { derEncoding { i2d_X509(x509, $0) } }
    /// `-----BEGIN CERTIFICATE-----`
    package var pem: String { PEM.text("CERTIFICATE", der) }
    /// Who the certificate is for.
    package var subject: DistinguishedName { DistinguishedName(X509_get_subject_name(x509)) }
    /// Who signed it.
    package var issuer: DistinguishedName { DistinguishedName(X509_get_issuer_name(x509)) }
    /// Start of validity in seconds since 1970.
    package var notBefore: Int64 { seconds(X509_get0_notBefore(x509)) }
    /// End of validity in seconds since 1970.
    package var notAfter: Int64 { seconds(X509_get0_notAfter(x509)) }
    /// The subject alternative names.
    package var alternativeNames: AlternativeNames {
        AlternativeNames(taking: X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil).map(OpaquePointer.init))
    }
    /// Whether it may sign certificates.
    package var isAuthority: Bool { X509_check_ca(x509) == 1 }
    /// The SHA-256 of the DER form, 32 bytes.
    package var fingerprint: [UInt8] { SHA256.hash(der) }
    /// The serial number, big-endian.
    package var serialNumber: [UInt8] {
        let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nil)
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(number) + 7) / 8)
        _ = BN_bn2bin(number, &bytes)
        return bytes
    }
    /// The key that the certificate vouches for.
    /// - Throws: `unsupported`.
    package func publicKey() throws(CryptographyError) -> PublicKey {
        guard let key = X509_get_pubkey(x509) else { throw .unsupported("certificate's public key") }
        return PublicKey(taking: key)
    }
    /// Whether that key signed this certificate.
    package func isSigned(by key: PublicKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_verify(x509, key.key) == 1
    }

    private func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }
}

/// The parts of an X.509 name that Kubernetes reads.
package struct DistinguishedName: Sendable, Hashable {
    /// CN, the user's name; empty when there is none.
    package let commonName: String
    /// Every O, the user's groups, in order.
    package let organizations: [String]
    package init(commonName: String, organizations: [String] = []) {
        (self.commonName, self.organizations) = (commonName, organizations)
    }

    init(_ name: OpaquePointer?) {
        func values(_ identifier: Int32) -> [String] {
            var result: [String] = []
            var index = X509_NAME_get_index_by_NID(name, identifier, -1)
            while index >= 0 {
                result.append(text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))))
                index = X509_NAME_get_index_by_NID(name, identifier, index)
            }
            return result
        }
        commonName = values(NID_commonName).last ?? ""
        organizations = values(NID_organizationName)
    }

    /// Writes the name into the library's form.
    func write(to name: OpaquePointer?) throws(CryptographyError) {
        let entries = organizations.map { ("O", $0) } + (commonName.isEmpty ? [] : [("CN", commonName)])
        for (field, value) in entries {
            let bytes = Array(value.utf8)
            guard X509_NAME_add_entry_by_txt(name, field, MBSTRING_FLAG, bytes, Int32(bytes.count), -1, 0) == 1 else {
                ERR_clear_error()
                throw .malformed("certificate name \(field)=\(value)")
            }
        }
    }
}

/// The names and addresses that a certificate is valid for besides its subject.
package struct AlternativeNames: Sendable, Hashable {
    package var names: [String]
    /// Addresses in text, IPv4 or IPv6.
    package var addresses: [String]
    package init(names: [String] = [], addresses: [String] = []) { (self.names, self.addresses) = (names, addresses) }

    init(taking stack: OpaquePointer?) {
        self.init()
        defer { GENERAL_NAMES_free(stack) }
        for index in 0..<max(OPENSSL_sk_num(stack), 0) {
            guard let raw = OPENSSL_sk_value(stack, index) else { continue }
            var kind: Int32 = 0
            let general = raw.assumingMemoryBound(to: GENERAL_NAME.self)
            guard let value = GENERAL_NAME_get0_value(general, &kind) else { continue }
            let string = value.assumingMemoryBound(to: ASN1_STRING.self)
            if kind == GEN_DNS { names.append(text(string)) }
            if kind == GEN_IPADD, let address = Self.address(string) { addresses.append(address) }
        }
    }

    private static func address(_ string: UnsafePointer<ASN1_STRING>) -> String? {
        var text = [CChar](repeating: 0, count: 64)
        let family = ASN1_STRING_length(string) == 4 ? AF_INET : AF_INET6
        guard [4, 16].contains(ASN1_STRING_length(string)), inet_ntop(family, ASN1_STRING_get0_data(string), &text, 64) != nil else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The library's configuration syntax. Checked first, since a comma would begin another entry.
    func configuration() throws(CryptographyError) -> String {
        for name in names {
            let allowed = name.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45, 46, 42, 95: true
                default: false
                }
            }
            guard allowed, !name.isEmpty, name.utf8.count <= 253 else { throw .malformed("DNS name \(name)") }
        }
        for address in addresses {
            var binary = in6_addr()
            guard inet_pton(AF_INET, address, &binary) == 1 || inet_pton(AF_INET6, address, &binary) == 1 else {
                throw .malformed("address \(address)")
            }
        }
        return (names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }).joined(separator: ",")
    }
}

/// The text of one of the library's strings.
private func text(_ string: UnsafePointer<ASN1_STRING>?) -> String {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&bytes, string)
    guard count >= 0, let bytes else { return "" }
    defer { CRYPTO_free(bytes, "", 0) }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
}
