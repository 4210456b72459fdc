import Control
import Documents
import KubeModel
import Storage

/// The ready endpoints of a service, out of its slices. Source: discovery.k8s.io/v1, EndpointSlice.
struct ServiceEndpoints: Sendable {
    /// One port of one endpoint.
    struct Endpoint: Sendable, Hashable {
        let address: String
        let portName: String
        let port: Int
    }
    let all: [Endpoint]
    var isEmpty: Bool { all.isEmpty }

    init(_ snapshot: Snapshot, _ kinds: KindTable, namespace: String, service: String) {
        guard let slices = kinds.find(apiVersion: "discovery.k8s.io/v1", plural: "endpointslices") else {
            all = []
            return
        }
        var found: [Endpoint] = []
        for entry in snapshot.range(prefix: Target(slices, namespace: namespace).prefix) {
            let slice = entry.value
            guard slice["metadata"]["labels"]["kubernetes.io/service-name"].string == service else { continue }
            for endpoint in slice["endpoints"].items where endpoint["conditions"]["ready"].bool ?? true {
                guard let address = endpoint["addresses"].items.first?.string else { continue }
                for port in slice["ports"].items {
                    guard let number = port["port"].int else { continue }
                    found.append(Endpoint(address: address, portName: port["name"].string ?? "", port: number))
                }
            }
        }
        all = found
    }

    /// One endpoint by chance, for a port by its name or number.
    func pick(port: String, _ random: RandomSource) -> Endpoint? {
        let fitting = all.filter { $0.portName == port || "\($0.port)" == port }
        return fitting.isEmpty ? nil : fitting[random.int(in: 0..<fitting.count)]
    }
}
