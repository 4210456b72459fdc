package import KubeModel

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
    /// What the node has, and what pods may use of it.
    package var size: NodeSize {
        NodeSize(virtualCPUs: virtualCPUs, memoryKiB: memoryBytes / 1024, storageKiB: storageBytes / 1024, maxPods: maxPods)
    }
}
