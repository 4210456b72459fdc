import Control
import Documents
import KubeModel

/// The Node document as an EKS node registers and reports itself.
struct NodeDocument: Sendable {
    let facts: NodeFacts

    var registration: NodeRegistration {
        NodeRegistration(
            name: facts.name, address: facts.address, instanceID: facts.instanceID, instanceType: facts.instanceType,
            architecture: facts.architecture, region: facts.region, zone: facts.zone, labels: facts.labels, taints: facts.taints)
    }

    /// In the order of the AWS cloud provider.
    private var addresses: [Value] {
        [
            ("InternalIP", facts.address), ("ExternalIP", facts.publicAddress), ("InternalDNS", facts.name), ("Hostname", facts.name),
            ("ExternalDNS", facts.publicName),
        ].filter { !$0.1.isEmpty }.map { ["type": .string($0.0), "address": .string($0.1)] }
    }

    /// The whole status but for heartbeat times.
    func status(_ health: NodeHealth.Reading, images: [Value]) -> Value {
        [
            "addresses": .array(addresses), "allocatable": facts.size.allocatable, "capacity": facts.size.capacity,
            "conditions": .array(NodeConditions.list(problem: health.problem, pressure: health.pressure)),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": .int(Int64(facts.port))]], "images": .array(images),
            "nodeInfo": nodeInfo(health),
        ]
    }

    private func nodeInfo(_ health: NodeHealth.Reading) -> Value {
        [
            "machineID": .string(facts.machineID), "systemUUID": .string(facts.systemUUID), "bootID": .string(facts.bootID),
            "kernelVersion": .string(facts.kernelVersion), "osImage": .string(facts.osImage),
            "containerRuntimeVersion": .string(health.runtimeVersion), "kubeletVersion": .string(facts.kubeletVersion),
            "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": .string(facts.architecture),
        ]
    }
}
