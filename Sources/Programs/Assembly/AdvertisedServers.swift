import Control
import KubeAPI

/// Keeps the endpoints of a cluster's `kubernetes` Service at the servers that live. Source: upstream's lease endpoint reconciler.
struct AdvertisedServers: Service {
    let api: APIServer
    let servers: Servers
    let clock: any WallClock

    /// Runs until cancelled, at the cluster's leader.
    func run() async throws {
        var told: [String] = []
        while true {
            let addresses = servers.addresses
            if addresses != told {
                try await api.advertise(addresses)
                told = addresses
            }
            try await clock.sleep(for: .seconds(1))
        }
    }
}
