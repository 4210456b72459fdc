/// The secrets that a TLS 1.3 handshake has made for both directions, out of the lines of its key log: label, the client's random bytes and
/// the secret, in hexadecimal. Source: draft-ietf-tls-keylogfile, the format of SSLKEYLOGFILE.
struct TLSSecrets {
    private(set) var server: [UInt8] = []
    private(set) var client: [UInt8] = []

    /// Keeps a secret for data of the application.
    mutating func note(_ line: String) {
        let parts = line.utf8.split(separator: UInt8(ascii: " "))
        guard parts.count == 3 else { return }
        if parts[0].elementsEqual("SERVER_TRAFFIC_SECRET_0".utf8) { server = Self.bytes(parts[2]) }
        if parts[0].elementsEqual("CLIENT_TRAFFIC_SECRET_0".utf8) { client = Self.bytes(parts[2]) }
    }

    private static func bytes(_ text: Substring.UTF8View) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return [] }
            if let known = high {
                bytes.append(known << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        return bytes
    }
}
