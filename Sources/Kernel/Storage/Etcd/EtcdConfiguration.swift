/// How an etcd is reached, and which part of it belongs to the store.
package struct EtcdConfiguration: Sendable {
    /// `http://host:port` or `https://host:port`, one for each member, in the order in which they are tried.
    package var endpoints: [String]
    /// Authorities (PEM) that the members' certificates come from; nil trusts those of the system.
    package var authorityPEM: String?
    /// The certificate (chain) and key, in PEM, that are shown to the members.
    package var certificatePEM: String?
    package var keyPEM: String?
    /// What all keys begin with; stores with different prefixes share an etcd and know nothing of each other.
    package var prefix = standardPrefix
    /// What keys begin with unless it is said otherwise.
    package static let standardPrefix = "/eyrie/"
    /// How long a lead outlives the process that has it.
    package var leaseSeconds = 6
    /// After how long a call gives up when etcd does not answer.
    package var patience = Duration.seconds(10)
    /// How much of etcd's history is kept, at least: it is compacted at such intervals.
    package var compactionInterval = Duration.seconds(300)
    package init(endpoints: [String]) { self.endpoints = endpoints }
}
