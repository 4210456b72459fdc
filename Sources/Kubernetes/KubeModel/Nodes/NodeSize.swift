package import Documents

/// What a node has, and what pods may use of it. Source: the EKS AMI's bootstrap (kube-reserved, eviction thresholds).
package struct NodeSize: Sendable, Hashable {
    private let virtualCPUs, memoryKiB, storageKiB, maxPods: Int

    /// - Parameter storageKiB: the file system that holds images, writable layers and emptyDirs.
    package init(virtualCPUs: Int, memoryKiB: Int, storageKiB: Int, maxPods: Int) {
        (self.virtualCPUs, self.memoryKiB, self.storageKiB, self.maxPods) = (virtualCPUs, memoryKiB, storageKiB, maxPods)
    }

    /// All that the machine has.
    package var capacity: Value {
        [
            "cpu": .string(String(virtualCPUs)), "ephemeral-storage": "\(storageKiB)Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
            "memory": "\(memoryKiB)Ki", "pods": .string(String(maxPods)),
        ]
    }

    /// Capacity less kube-reserved and the hard eviction thresholds.
    package var allocatable: Value {
        [
            "cpu": "\(max(0, virtualCPUs * 1000 - reservedMillicores))m", "ephemeral-storage": .string(String(allocatableStorage)),
            "hugepages-1Gi": "0", "hugepages-2Mi": "0", "memory": "\(max(0, memoryKiB - (reservedMemoryMiB + 100) * 1024))Ki",
            "pods": .string(String(maxPods)),
        ]
    }

    /// Memory kept for kubelet and runtime, in MiB.
    package var reservedMemoryMiB: Int { 11 * maxPods + 255 }
    /// CPU kept for them: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the others.
    package var reservedMillicores: Int {
        let cores = virtualCPUs
        let quarters = min(cores, 1) * 240 + min(max(cores - 1, 0), 1) * 40 + min(max(cores - 2, 0), 2) * 20 + max(cores - 4, 0) * 10
        return quarters / 4
    }
    /// All but 1 GiB and the eviction threshold of 10 %, which the kubelet computes from a 32-bit fraction.
    private var allocatableStorage: Int {
        let bytes = storageKiB * 1024
        return max(0, bytes - Int(Double(bytes) * Double(Float(0.1))) - 1 << 30)
    }
}
