/// What a simulated machine is: an EC2 instance and what its nodegroup says of it as a node.
package struct SimulatedNodeSpec: Sendable, Hashable {
    /// `i-0123456789abcdef0`
    package var instanceID: String
    /// `t2.small`
    package var instanceType: String
    package var region: String
    /// `us-west-1a`
    package var availabilityZone: String
    /// The node's address in its VPC.
    package var privateAddress: String
    /// `ip-192-168-1-2.us-west-1.compute.internal`; the node's name.
    package var privateDNSName: String
    /// Facts of the instance type: virtual CPUs, memory, `amd64` or `arm64`, most pods that its network interfaces allow.
    package var virtualCPUs: Int
    package var memoryMiB: Int
    package var architecture: String
    package var maxPods: Int
    /// Size of the root volume.
    package var volumeGiB: Int
    /// How many EBS volumes can be attached besides the root volume.
    package var blockVolumes: Int
    /// Labels and taints (`key=value:Effect`) that the nodegroup gives.
    package var labels: [String: String]
    package var taints: [String]
    /// `v1.36.2-eks-…`
    package var kubeletVersion: String
    package init(
        instanceID: String, instanceType: String, region: String, availabilityZone: String, privateAddress: String, privateDNSName: String,
        virtualCPUs: Int, memoryMiB: Int, architecture: String = "amd64", maxPods: Int, volumeGiB: Int = 80, blockVolumes: Int = 26,
        labels: [String: String] = [:],
        taints: [String] = [], kubeletVersion: String
    ) {
        (self.instanceID, self.instanceType, self.region, self.availabilityZone) = (instanceID, instanceType, region, availabilityZone)
        (self.privateAddress, self.privateDNSName, self.virtualCPUs) = (privateAddress, privateDNSName, virtualCPUs)
        (self.memoryMiB, self.architecture, self.maxPods, self.volumeGiB) = (memoryMiB, architecture, maxPods, volumeGiB)
        self.blockVolumes = blockVolumes
        (self.labels, self.taints, self.kubeletVersion) = (labels, taints, kubeletVersion)
    }
    /// The node's name.
    package var nodeName: String { privateDNSName }
}
