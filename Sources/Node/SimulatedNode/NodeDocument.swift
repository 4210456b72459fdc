import Control
import Documents

/// The Node document of a machine, as an EKS node registers and reports itself.
struct NodeDocument {
    let spec: SimulatedNodeSpec
    /// New at each start of the machine.
    let bootID: String

    /// The document to register with.
    func registration(at now: Timestamp) -> Value {
        let metadata: Value = ["name": .string(spec.nodeName), "labels": Value(labels), "annotations": Value(annotations)]
        var body: Value = ["providerID": "aws:///\(spec.availabilityZone)/\(spec.instanceID)"]
        let taints = spec.taints.compactMap(Self.taint)
        if !taints.isEmpty { body["taints"] = .array(taints) }
        return [
            "apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": body,
            "status": status(ready: false, at: now, transition: now),
        ]
    }

    var labels: [String: String] {
        var labels = spec.labels
        labels["kubernetes.io/arch"] = spec.architecture
        labels["beta.kubernetes.io/arch"] = spec.architecture
        labels["kubernetes.io/os"] = "linux"
        labels["beta.kubernetes.io/os"] = "linux"
        labels["kubernetes.io/hostname"] = spec.nodeName
        labels["node.kubernetes.io/instance-type"] = spec.instanceType
        labels["beta.kubernetes.io/instance-type"] = spec.instanceType
        labels["topology.kubernetes.io/region"] = spec.region
        labels["failure-domain.beta.kubernetes.io/region"] = spec.region
        labels["topology.kubernetes.io/zone"] = spec.availabilityZone
        labels["failure-domain.beta.kubernetes.io/zone"] = spec.availabilityZone
        return labels
    }

    /// What the cloud controller adds on EKS; a node may not give itself labels of this domain.
    var cloudLabels: [String: String] { ["k8s.io/cloud-provider-aws": Stable.hex("cloud-provider-aws \(spec.region)", 32)] }

    private var annotations: [String: String] {
        [
            "alpha.kubernetes.io/provided-node-ip": spec.privateAddress, "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ]
    }

    /// The whole status; `transition` is when readiness last changed.
    func status(ready: Bool, at now: Timestamp, transition: Timestamp) -> Value {
        let capacity = NodeCapacity(spec: spec)
        return [
            "addresses": [
                ["type": "InternalIP", "address": .string(spec.privateAddress)],
                ["type": "InternalDNS", "address": .string(spec.privateDNSName)],
                ["type": "Hostname", "address": .string(spec.privateDNSName)],
            ],
            "allocatable": capacity.allocatable, "capacity": capacity.capacity,
            "conditions": .array(conditions(ready: ready, at: now, transition: transition)),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]], "nodeInfo": nodeInfo,
        ]
    }

    /// Source: kubelet, pkg/kubelet/nodestatus (types, reasons and messages).
    func conditions(ready: Bool, at now: Timestamp, transition: Timestamp) -> [Value] {
        func condition(_ type: String, _ status: Bool, _ reason: String, _ message: String) -> Value {
            [
                "type": .string(type), "status": status ? "True" : "False", "lastHeartbeatTime": .string(now.text),
                "lastTransitionTime": .string(transition.text), "reason": .string(reason), "message": .string(message),
            ]
        }
        return [
            condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ready
                ? condition("Ready", true, "KubeletReady", "kubelet is posting ready status")
                : condition(
                    "Ready", false, "KubeletNotReady",
                    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"
                ),
        ]
    }

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

    /// `key=value:Effect` or `key:Effect`.
    private static func taint(_ text: String) -> Value? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let pair = text[..<colon].split(separator: "=", maxSplits: 1)
        guard let key = pair.first else { return nil }
        var taint: Value = ["key": .string(String(key)), "effect": .string(String(text[text.index(after: colon)...]))]
        if pair.count > 1 { taint["value"] = .string(String(pair[1])) }
        return taint
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
