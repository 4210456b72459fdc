package import Network

/// What one cluster's API server is told.
package struct APIServerConfiguration: Sendable {
    /// The range of Service addresses; the first one is the `kubernetes` Service's.
    package var serviceCIDR = "10.100.0.0/16"
    /// Source: upstream's --service-node-port-range.
    package var nodePorts = 30000...32767
    /// Largest request body. Source: upstream's limit for resource requests, 3 MiB.
    package var maximumBodyBytes = 3 << 20
    /// Where the `kubernetes` Service leads.
    package var advertiseAddresses = ["127.0.0.1"]
    package var advertisePort = 443
    /// `host:port` where clients find the server, as discovery tells them.
    package var publicAddress = ""
    /// How long a snapshot stays for the continue tokens that name it.
    package var continueLifetime: Duration = .seconds(300)
    /// How long events stay. Source: upstream's --event-ttl.
    package var eventLifetime: Duration = .seconds(3600)
    /// Watches without `timeoutSeconds` end between once and twice that long. Source: upstream's --min-request-timeout.
    package var watchLifetime: Duration = .seconds(1800)
    /// How often an idle watch that asked for bookmarks gets one.
    package var bookmarkInterval: Duration = .seconds(60)
    /// Bytes a watcher may lag behind before its watch is broken off.
    package var watchBacklogBytes = 16 << 20
    /// Bytes that all watchers together may lag behind, of those that were encoded for one of them alone; beyond that the watches that
    /// have more than their share are broken off.
    package var watchBacklogTotalBytes = 256 << 20
    /// Requests that are carried out at the same time, shared out among the priority levels. Source: upstream's --max-requests-inflight
    /// and --max-mutating-requests-inflight together.
    package var seats = 600
    /// How long a request may wait for its turn. Source: a quarter of upstream's --request-timeout.
    package var queueTime: Duration = .seconds(15)
    /// How many prototypes of documents are kept, by which the next of the same template are made; none at 0.
    package var prototypes = 96
    /// The way to kubelets, pods and aggregated APIs; without one nobody is there.
    package var dialer: (any NodeDialer)?
    /// Aggregated APIs that are answered in this process, by their `group/version`, whatever service an APIService names for them.
    package var localAPIs: [String: any HTTPHandler] = [:]
    /// The authority (PEM) of client certificates and of the front proxy's, which aggregated APIs learn; nil tells them nothing.
    package var clientAuthority: String?
    /// Whether other servers write to the realm as well, so that reads must ask for what those acknowledged.
    package var isShared = false
    package init() {}
}
