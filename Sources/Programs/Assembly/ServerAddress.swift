import AWSServices

/// Where a server listens, and by what others reach it.
package struct ServerAddress: Sendable, Hashable {
    /// The host that it binds: an address, or `0.0.0.0` and `::` for all of them.
    package let listening: String
    /// The address by which others reach this very server.
    package let advertised: String
    /// The host in the endpoints of clusters: this server, or what stands before several of them.
    package let endpoint: String

    /// A server on a host. Without anything to advertise on all addresses it is for this machine alone.
    package init(listening: String, advertised: String? = nil, endpoint: String? = nil) {
        self.listening = listening
        self.advertised = advertised ?? Self.own(listening)
        self.endpoint = endpoint ?? self.advertised
    }
    private static func own(_ listening: String) -> String {
        switch listening {
        case "0.0.0.0", "": "127.0.0.1"
        case "::": "::1"
        default: listening
        }
    }

    /// What certificates of its API servers name: addresses and names of this server and of what stands before it.
    var names: [String] { all.filter { !Self.isAddress($0) }.sorted() }
    var addresses: [String] { all.filter(Self.isAddress).sorted() }
    private var all: Set<String> { Set(["127.0.0.1", "localhost", Self.own(listening), advertised, endpoint]) }

    /// A URL's authority for a host and port; version 6 addresses are in brackets.
    package static func authority(_ host: String, _ port: Int) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether a request that was signed for `host`, a URL's authority, was meant for this server.
    func isMeant(by host: String) -> Bool { all.contains(Self.host(of: host)) }
    /// The host of a URL's authority.
    static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }
    /// The same URL with another host: what a cluster's endpoint is called at this server.
    func endpoint(_ url: String) -> String {
        guard let port = url.split(separator: ":").last.flatMap({ Int($0) }) else { return url }
        return "https://" + Self.authority(endpoint, port)
    }
    private static func isAddress(_ host: String) -> Bool { host.contains(":") || IPv4Network.address(host) != nil }
}
