import Control
import Documents
import KubeModel

/// The Node document of a machine, as an EKS node registers and reports itself.
struct NodeDocument {
    let spec: SimulatedNodeSpec
    /// New at each start of the machine.
    let bootID: String

    var registration: NodeRegistration {
        NodeRegistration(
            name: spec.nodeName, address: spec.privateAddress, instanceID: spec.instanceID, instanceType: spec.instanceType,
            architecture: spec.architecture, region: spec.region, zone: spec.availabilityZone, labels: spec.labels, taints: spec.taints)
    }

    /// Memory less the 6 % that hypervisor and kernel keep, as on real instances; the volume less what XFS keeps for itself.
    var size: NodeSize {
        NodeSize(
            virtualCPUs: spec.virtualCPUs, memoryKiB: spec.memoryMiB * 1024 * 94 / 100, storageKiB: spec.volumeGiB * 1_048_576 - 12_308,
            maxPods: spec.maxPods)
    }

    /// What the cloud controller adds on EKS; a node may not give itself labels of this domain.
    var cloudLabels: [String: String] { ["k8s.io/cloud-provider-aws": Stable.hex("cloud-provider-aws \(spec.region)", 32)] }

    /// The whole status; `transition` is when readiness last changed.
    func status(ready: Bool, at now: Timestamp, transition: Timestamp) -> Value {
        [
            "addresses": [
                ["type": "InternalIP", "address": .string(spec.privateAddress)],
                ["type": "InternalDNS", "address": .string(spec.privateDNSName)],
                ["type": "Hostname", "address": .string(spec.privateDNSName)],
            ],
            "allocatable": size.allocatable, "capacity": size.capacity,
            "conditions": .array(conditions(ready: ready, at: now, transition: transition)),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]], "nodeInfo": nodeInfo,
        ]
    }

    private func conditions(ready: Bool, at now: Timestamp, transition: Timestamp) -> [Value] {
        NodeConditions.list(problem: ready ? nil : Self.notConnected).map { condition in
            var condition = condition
            condition["lastHeartbeatTime"] = .string(now.text)
            condition["lastTransitionTime"] = .string(transition.text)
            return condition
        }
    }
    private static let notConnected =
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"

    private var nodeInfo: Value {
        let machine = "ec2" + Stable.hex("machine \(spec.instanceID)", 29)
        let digits = Array(machine)
        let uuid = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
        let kernel = spec.architecture == "arm64" ? "aarch64" : "x86_64"
        return [
            "machineID": .string(machine), "systemUUID": .string(uuid), "bootID": .string(bootID),
            "kernelVersion": "6.12.46-66.121.amzn2023.\(kernel)", "osImage": "Amazon Linux 2023.9.20251014",
            "containerRuntimeVersion": "containerd://2.1.4", "kubeletVersion": .string(spec.kubeletVersion), "kubeProxyVersion": "",
            "operatingSystem": "linux", "architecture": .string(spec.architecture),
        ]
    }
}

/// Identifiers that follow from a name, so that a restarted machine has them again.
enum Stable {
    /// Hexadecimal digits that belong to the text (FNV-1a seeds the generator).
    static func hex(_ text: String, _ digits: Int) -> String {
        let seed = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return RandomSource(seed: seed).hex(digits)
    }
}
