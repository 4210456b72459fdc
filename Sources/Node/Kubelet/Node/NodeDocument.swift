import Control
import Documents

/// The Node document as an EKS node registers and reports itself.
struct NodeDocument: Sendable {
    let facts: NodeFacts

    /// The document to register with.
    func registration(_ status: Value) -> Value {
        let metadata: Value = ["name": .string(facts.name), "labels": Value(labels), "annotations": Value(annotations)]
        var body: Value = ["providerID": "aws:///\(facts.zone)/\(facts.instanceID)"]
        let taints = facts.taints.compactMap(Self.taint)
        if !taints.isEmpty { body["taints"] = .array(taints) }
        return ["apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": body, "status": status]
    }

    var labels: [String: String] {
        var labels = facts.labels
        labels["kubernetes.io/arch"] = facts.architecture
        labels["beta.kubernetes.io/arch"] = facts.architecture
        labels["kubernetes.io/os"] = "linux"
        labels["beta.kubernetes.io/os"] = "linux"
        labels["kubernetes.io/hostname"] = facts.name
        labels["node.kubernetes.io/instance-type"] = facts.instanceType
        labels["beta.kubernetes.io/instance-type"] = facts.instanceType
        labels["topology.kubernetes.io/region"] = facts.region
        labels["failure-domain.beta.kubernetes.io/region"] = facts.region
        labels["topology.kubernetes.io/zone"] = facts.zone
        labels["failure-domain.beta.kubernetes.io/zone"] = facts.zone
        return labels
    }

    private var annotations: [String: String] {
        [
            "alpha.kubernetes.io/provided-node-ip": facts.address, "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ]
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
            "addresses": .array(addresses),
            "allocatable": facts.allocatable, "capacity": facts.capacity, "conditions": .array(conditions(health)),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": .int(Int64(facts.port))]], "images": .array(images),
            "nodeInfo": nodeInfo(health),
        ]
    }

    /// Source: kubelet, pkg/kubelet/nodestatus (types, reasons and messages).
    private func conditions(_ health: NodeHealth.Reading) -> [Value] {
        func condition(_ type: String, _ status: Bool, _ reason: String, _ message: String) -> Value {
            ["type": .string(type), "status": status ? "True" : "False", "reason": .string(reason), "message": .string(message)]
        }
        let pressure = health.pressure
        return [
            pressure.memory
                ? condition("MemoryPressure", true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
                : condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            pressure.disk
                ? condition("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure")
                : condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            pressure.pid
                ? condition("PIDPressure", true, "KubeletHasInsufficientPID", "kubelet has insufficient PID available")
                : condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            health.problem.map { condition("Ready", false, "KubeletNotReady", $0) }
                ?? condition("Ready", true, "KubeletReady", "kubelet is posting ready status"),
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
