/// Where a client's requests go: `https://host:port`, `http://host:port` or `unix:/path`.
struct HTTPEndpoint: Sendable, Hashable {
    let isSecure: Bool
    let host: String
    let port: Int
    /// The value of the host field.
    let authority: String

    /// A plain connection's other end. `host` may be `unix:/path`.
    init(host: String, port: Int) { (isSecure, self.host, self.port, authority) = (false, host, port, "\(host):\(port)") }

    /// - Throws: `HTTPError.malformed` for anything else.
    init(_ text: String) throws(HTTPError) {
        if text.hasPrefix("unix:/") {
            (isSecure, host, port, authority) = (false, text, 0, "localhost")
            return
        }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { throw .malformed("\(text): the scheme must be https or http") }
        var rest = text.dropFirst(isSecure ? 8 : 7)
        if rest.last == "/" { rest = rest.dropLast() }
        let allowed = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@".utf8.contains($0) }
        guard !rest.isEmpty, allowed else { throw .malformed("\(text): expected https://host:port") }
        var name = rest
        var number = isSecure ? 443 : 80
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]"), rest.first == "[" || rest.firstIndex(of: ":") == colon {
            guard let parsed = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(parsed) else {
                throw .malformed("\(text): malformed port")
            }
            (name, number) = (rest[..<colon], parsed)
        }
        if name.first == "[", name.last == "]" { name = name.dropFirst().dropLast() }
        (self.isSecure, host, port, authority) = (isSecure, String(name), number, String(rest))
    }
}
