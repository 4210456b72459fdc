/// A public key as SSH writes it, and the fingerprints that EC2 shows for key pairs.
/// Source: RFC 4253 section 6.6; EC2 user guide, "Verify the fingerprint of your key pair".
package struct SSHPublicKey: Sendable, Hashable {
    /// `ssh-rsa` or `ssh-ed25519`.
    package let algorithm: String
    /// The key in SSH's wire form.
    package let blob: [UInt8]
    package let comment: String
    private let fields: [[UInt8]]

    /// Reads `ssh-rsa AAAA… comment`: RSA with 1024, 2048 or 4096 bits, or ED25519, as EC2 takes them.
    /// - Throws: `malformed`, `unsupported`.
    package init(_ text: String) throws(CryptographyError) {
        let parts = text.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
        guard parts.count >= 2, let blob = Base64.decode(parts[1]) else { throw .malformed("not an OpenSSH public key") }
        fields = try Self.fields(blob)
        guard let name = fields.first, name == Array(parts[0].utf8) else { throw .malformed("not an OpenSSH public key") }
        switch (parts[0], fields.count) {
        case ("ssh-rsa", 3):
            let modulus = fields[2].drop { $0 == 0 }
            let bits = modulus.count * 8 - (modulus.first.map(\.leadingZeroBitCount) ?? 0)
            guard [1024, 2048, 3072, 4096].contains(bits) else { throw .unsupported("RSA key of \(bits) bits") }
        case ("ssh-ed25519", 2): guard fields[1].count == 32 else { throw .malformed("ED25519 key of \(fields[1].count) bytes") }
        case ("ssh-rsa", _), ("ssh-ed25519", _): throw .malformed("not an OpenSSH public key")
        default: throw .unsupported("key type \(parts[0])")
        }
        (self.algorithm, self.blob) = (parts[0], blob)
        comment = parts.count > 2 ? parts[2].trimming() : ""
    }

    /// The RSA public key in SSH's form; nil for other keys.
    package init?(_ key: PublicKey, comment: String = "") {
        guard key.isRSA else { return nil }
        fields = [Array("ssh-rsa".utf8), Self.positive(key.number("e")), Self.positive(key.number("n"))]
        blob = fields.flatMap { Self.length($0.count) + $0 }
        (algorithm, self.comment) = ("ssh-rsa", comment)
    }

    /// `ssh-rsa AAAA… comment`
    package var text: String { ([algorithm, Base64.encode(blob)] + (comment.isEmpty ? [] : [comment])).joined(separator: " ") }

    /// What EC2 shows for an imported key: for RSA the MD5 of the DER public key, for ED25519 the SHA-256 of the wire form in base 64.
    package var importedFingerprint: String {
        algorithm == "ssh-rsa" ? Hex.fingerprint(MD5.hash(der)) : Base64.encode(SHA256.hash(blob))
    }

    /// What EC2 shows for an RSA key pair that it created: the SHA-1 of the private key in PKCS#8 DER.
    package static func createdFingerprint(of key: PrivateKey) -> String { Hex.fingerprint(SHA1.hash(key.der)) }

    /// SubjectPublicKeyInfo of an RSA key in DER. Source: RFC 3279, section 2.3.1.
    private var der: [UInt8] {
        let numbers = DER.sequence(DER.item(2, fields[2]) + DER.item(2, fields[1]))
        let algorithm = DER.sequence([0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0])
        return DER.sequence(algorithm + DER.item(3, [0] + numbers))
    }

    private static func fields(_ blob: [UInt8]) throws(CryptographyError) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        var rest = blob[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { throw .malformed("not an OpenSSH public key") }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard count <= rest.count else { throw .malformed("not an OpenSSH public key") }
            fields.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return fields
    }
    private static func length(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } }
    /// A positive number keeps its highest bit clear.
    private static func positive(_ number: [UInt8]) -> [UInt8] { (number.first ?? 0) & 0x80 == 0 ? number : [0] + number }
}

/// The little of ASN.1's distinguished encoding that is written by hand.
private enum DER {
    static func sequence(_ content: [UInt8]) -> [UInt8] { item(0x30, content) }
    static func item(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            switch count {
            case ..<128: [UInt8(count)]
            case ..<256: [0x81, UInt8(count)]
            default: [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
            }
        return [tag] + length + content
    }
}

extension String {
    /// Without white space at either end.
    fileprivate func trimming() -> String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
