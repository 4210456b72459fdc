import Glibc
import Linux

/// The kernel's tracked connections, by ctnetlink. Source: linux/netfilter/nfnetlink_conntrack.h.
package struct ConnectionTracking: ConnectionTable {
    private let namespace: String?
    /// - Parameter namespace: the network namespace; nil for the process's own.
    package init(namespace: String? = nil) { self.namespace = namespace }

    package func delete(_ stale: [StaleConnections]) throws {
        guard !stale.isEmpty else { return }
        let byPort = Dictionary(grouping: stale, by: \.front.port)
        let socket = try namespace.map { try NetworkNamespaces.within($0) { try ConnectionSocket() } } ?? ConnectionSocket()
        for entry in try socket.dump() {
            let candidates = byPort[entry.original.destinationPort] ?? []
            if candidates.contains(where: { entry.matches($0) }) { try socket.delete(entry) }
        }
    }
}

/// One tracked connection: its directions, and the attributes by which the kernel finds it again.
struct TrackedConnection {
    /// One direction.
    struct Direction: Equatable {
        var source = IPv4Address(0), destination = IPv4Address(0)
        var transport: UInt8 = 0
        var sourcePort = 0, destinationPort = 0
    }
    var original = Direction(), reply = Direction()
    /// The attribute CTA_TUPLE_ORIG as the kernel sent it.
    var tuple: [UInt8] = []

    private static let transports: [String: UInt8] = ["udp": 17, "sctp": 132, "tcp": 6]

    /// Whether it goes to the front, and where it was sent is (or is not) among the stale endpoints.
    func matches(_ stale: StaleConnections) -> Bool {
        guard original.transport == Self.transports[stale.front.transport], original.destinationPort == stale.front.port,
            stale.front.address.map({ $0 == original.destination }) ?? true
        else { return false }
        guard let endpoints = stale.endpoints else { return reply.source == original.destination }
        return endpoints.contains(reply.source.description)
    }
}
