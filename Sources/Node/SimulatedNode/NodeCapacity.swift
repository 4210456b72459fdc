import Documents

/// What a node has and what pods may use of it. Source: the EKS AMI's bootstrap (kube-reserved, eviction thresholds).
struct NodeCapacity {
    let spec: SimulatedNodeSpec

    /// Memory less the 6 % that hypervisor and kernel keep, as on real instances.
    private var memoryKiB: Int { spec.memoryMiB * 1024 * 94 / 100 }
    /// The root file system: the volume less what XFS keeps for itself.
    private var storageKiB: Int { spec.volumeGiB * 1_048_576 - 12_308 }

    var capacity: Value {
        [
            "cpu": .string(String(spec.virtualCPUs)), "ephemeral-storage": "\(storageKiB)Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
            "memory": "\(memoryKiB)Ki", "pods": .string(String(spec.maxPods)),
        ]
    }

    var allocatable: Value {
        let reservedMiB = 11 * spec.maxPods + 255 + 100
        return [
            "cpu": "\(spec.virtualCPUs * 1000 - reservedMillicores)m", "ephemeral-storage": .string(String(allocatableStorageBytes)),
            "hugepages-1Gi": "0", "hugepages-2Mi": "0", "memory": "\(max(0, memoryKiB - reservedMiB * 1024))Ki",
            "pods": .string(String(spec.maxPods)),
        ]
    }

    /// 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the others.
    private var reservedMillicores: Int {
        let cores = spec.virtualCPUs
        let quarters = min(cores, 1) * 240 + min(max(cores - 1, 0), 1) * 40 + min(max(cores - 2, 0), 2) * 20 + max(cores - 4, 0) * 10
        return quarters / 4
    }

    /// All but 1 GiB and the eviction threshold of 10 %, which the kubelet computes from a 32-bit fraction.
    private var allocatableStorageBytes: Int {
        let bytes = storageKiB * 1024
        return bytes - Int(Double(bytes) * Double(Float(0.1))) - 1 << 30
    }
}
