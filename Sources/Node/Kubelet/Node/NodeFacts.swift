package import Documents
import KubeModel

/// What a node is: its instance, its machine and what its nodegroup says of it. Sizes in bytes unless named otherwise.
package struct NodeFacts: Sendable, Hashable {
    /// The node's name: the instance's private DNS name.
    package var name: String
    package var instanceID: String
    package var instanceType: String
    package var region: String
    package var zone: String
    /// The node's address in its VPC.
    package var address: String
    /// Its address and name outside; empty for none.
    package var publicAddress = "", publicName = ""
    package var virtualCPUs: Int
    package var memoryBytes: Int
    /// Size of the file system that holds images, writable layers and emptyDirs.
    package var storageBytes: Int
    package var maxPods: Int
    /// `amd64` or `arm64`.
    package var architecture: String
    /// Labels and taints (`key=value:Effect`) of the kubelet's flags.
    package var labels: [String: String] = [:]
    package var taints: [String] = []
    /// `v1.36.2-eks-…`
    package var kubeletVersion: String
    package var kernelVersion = ""
    package var osImage = ""
    package var machineID = "", systemUUID = "", bootID = ""
    /// Port of the kubelet's own API.
    package var port = 10250

    package init(
        name: String, instanceID: String, instanceType: String, region: String, zone: String, address: String, virtualCPUs: Int,
        memoryBytes: Int, storageBytes: Int, maxPods: Int, architecture: String, kubeletVersion: String
    ) {
        (self.name, self.instanceID, self.instanceType) = (name, instanceID, instanceType)
        (self.region, self.zone, self.address) = (region, zone, address)
        (self.virtualCPUs, self.memoryBytes, self.storageBytes, self.maxPods) = (virtualCPUs, memoryBytes, storageBytes, maxPods)
        (self.architecture, self.kubeletVersion) = (architecture, kubeletVersion)
    }
}

extension NodeFacts {
    private var memoryKiB: Int { memoryBytes / 1024 }
    private var storageKiB: Int { storageBytes / 1024 }

    /// All that the machine has.
    package var capacity: Value {
        [
            "cpu": .string(String(virtualCPUs)), "ephemeral-storage": "\(storageKiB)Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
            "memory": "\(memoryKiB)Ki", "pods": .string(String(maxPods)),
        ]
    }

    /// What pods may use: capacity less kube-reserved and the hard eviction thresholds. Source: the EKS AMI's bootstrap.
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
