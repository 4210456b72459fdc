import Control
import Eksctl
import Storage

/// Where a store is: in a directory of this machine, or on an etcd.
enum StoreChoice: Sendable {
    case directory(String)
    case etcd(EtcdConfiguration)

    /// The flags that say so.
    static let flags =
        [
            Flag(
                "store",
                "where the state is: etcd://HOST:PORT[,HOST:PORT...], which other servers may share (a log in the data directory if unspecified)"
            )
        ] + etcdFlags
    /// The flags of a store on etcd.
    static let etcdFlags = [
        Flag("store-ca", "file with the authorities of etcd's certificates; etcd is then spoken to over TLS"),
        Flag("store-cert", "file with the certificate that is shown to etcd"),
        Flag("store-key", "file with that certificate's key"),
        Flag("store-prefix", "what the store's keys in etcd begin with", standard: EtcdConfiguration.standardPrefix),
    ]

    /// What a text and the flags say; `etcd://…`, or a directory.
    /// - Throws: `UsageError` for an endpoint or file that makes no sense.
    init(_ text: String, _ arguments: Arguments) throws {
        let scheme = "etcd://"
        let files = ["store-ca", "store-cert", "store-key"]
        guard text.hasPrefix(scheme) else {
            guard !text.contains("://") else { throw UsageError("--store must be etcd://HOST:PORT[,HOST:PORT...], not \"\(text)\"") }
            self = .directory(text)
            return
        }
        let contents = try files.map { flag in
            try arguments[flag].map { path in
                guard let text = TextFile.read(path) else { throw UsageError("--\(flag): cannot read \(path)") }
                return text
            }
        }
        guard (contents[1] == nil) == (contents[2] == nil) else { throw UsageError("--store-cert and --store-key belong together") }
        let isSecure = contents.contains { $0 != nil }
        let hosts = text.dropFirst(scheme.count).split(separator: ",", omittingEmptySubsequences: false)
        let endpoints = try hosts.map { host in
            guard let colon = host.lastIndex(of: ":"), colon > host.startIndex, let port = Int(host[host.index(after: colon)...]),
                (1...65_535).contains(port), !host.contains("/"), !host.contains("@")
            else { throw UsageError("--store: \"\(host)\" is not HOST:PORT") }
            return "\(isSecure ? "https" : "http")://\(host)"
        }
        var configuration = EtcdConfiguration(endpoints: endpoints)
        (configuration.authorityPEM, configuration.certificatePEM, configuration.keyPEM) = (contents[0], contents[1], contents[2])
        let prefix = arguments["store-prefix"] ?? EtcdConfiguration.standardPrefix
        guard prefix.hasPrefix("/"), prefix.hasSuffix("/") else { throw UsageError("--store-prefix must begin and end with \"/\"") }
        configuration.prefix = prefix
        self = .etcd(configuration)
    }

    /// The choice of `up`: what `--store` says, else the directory.
    static func chosen(_ arguments: Arguments, directory: String) throws -> StoreChoice {
        guard let text = arguments["store"] else {
            try refuseEtcdFlags(arguments)
            return .directory(directory)
        }
        let choice = try StoreChoice(text, arguments)
        if case .directory = choice { throw UsageError("--store must be etcd://HOST:PORT[,HOST:PORT...], not \"\(text)\"") }
        return choice
    }

    /// - Throws: `UsageError` where a flag speaks of an etcd and no store is on one.
    static func refuseEtcdFlags(_ arguments: Arguments) throws {
        for flag in etcdFlags where arguments.has(flag.name) {
            throw UsageError("--\(flag.name) is for a store on etcd://HOST:PORT[,HOST:PORT...], and none is named")
        }
    }

    /// Whether other servers may use it too.
    var isShared: Bool {
        switch self {
        case .directory: false
        case .etcd: true
        }
    }

    /// Opens the store.
    /// - Throws: `UsageError` with the reason.
    func open(clock: any WallClock) async throws -> Store {
        switch self {
        case .directory(let directory):
            do { return try await Store.open(directory: directory, clock: clock) } catch {
                throw UsageError("cannot open the store in \(directory): \(error)")
            }
        case .etcd(let configuration):
            do throws(StorageError) { return try await Store.etcd(configuration, clock: clock) } catch {
                guard case .unavailable(let reason) = error else { throw UsageError("cannot open the store on etcd: \(error)") }
                throw UsageError("cannot open the store on etcd: \(reason)")
            }
        }
    }
}
