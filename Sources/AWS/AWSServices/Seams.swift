package import Documents
package import Network

/// What a control plane needs to know of its EKS cluster; every field may be read again from the cluster's document later.
package struct ControlPlaneSpec: Sendable, Hashable {
    /// The cluster's unique id: names its realm and its certificate authority.
    package var id: String
    package var name: String
    package var region: String
    /// Kubernetes minor version, `1.36`.
    package var version: String
    package var serviceCIDR: String
    /// The VPC that its nodes are in, and the addresses there on which the API server answers at port 443.
    package var vpcID = ""
    package var privateAddresses: [String] = []
    /// The `kubeSchedulerConfig` of the EKS API; null for the defaults.
    package var schedulerConfig = Value.null
    /// The `kubeApiServerConfig` of the EKS API; null for the defaults.
    package var apiServerConfig = Value.null
    package init(id: String, name: String, region: String, version: String, serviceCIDR: String) {
        (self.id, self.name, self.region, self.version, self.serviceCIDR) = (id, name, region, version, serviceCIDR)
    }
}
/// What DescribeCluster tells of a running control plane.
package struct ControlPlaneFacts: Sendable, Hashable {
    /// `https://HOST:PORT`
    package var endpoint: String
    /// The CA certificate in PEM, in base64.
    package var certificateAuthority: String
    package init(endpoint: String, certificateAuthority: String) {
        (self.endpoint, self.certificateAuthority) = (endpoint, certificateAuthority)
    }
}

/// Runs Kubernetes control planes. Every call may be repeated.
package protocol ControlPlaneHost: Sendable {
    /// Starts the control plane, or finds it running, and waits until it answers.
    func start(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts
    /// Stops it and destroys its data.
    func destroy(id: String) async throws
    /// A way to talk to its API as a member of `system:masters`; nil when it does not run.
    func transport(id: String) -> (any HTTPTransport)?
}

/// What a machine is made of when it is launched.
package struct MachineSpec: Sendable, Hashable {
    /// `i-0123456789abcdef0`
    package var instanceID: String
    package var instanceType: String
    package var region: String
    package var availabilityZone: String
    package var privateAddress: String
    /// `ip-192-168-1-2.us-west-1.compute.internal`
    package var privateDNSName: String
    /// The id of the EKS cluster that its user data names; nil for a machine of no cluster.
    package var clusterID: String?
    /// The instance profile's role, by which the node is known to the cluster.
    package var roleARN: String
    /// Node labels and taints (`key=value:Effect`) that the nodegroup gives.
    package var labels: [String: String]
    package var taints: [String]
    /// Kubernetes version of the node agent, `v1.36.2-eks-…`.
    package var kubeletVersion: String
    /// The machine's VPC.
    package var vpcID = ""
    /// GiB of its root volume.
    package var diskGiB = 20
    /// Whether the user asked for a simulated machine where real ones can be had (the tag `eyrie.dev/machine=simulated`).
    package var isSimulated = false
    package init(
        instanceID: String, instanceType: String, region: String, availabilityZone: String, privateAddress: String, privateDNSName: String,
        clusterID: String?, roleARN: String, labels: [String: String], taints: [String], kubeletVersion: String
    ) {
        (self.instanceID, self.instanceType, self.region, self.availabilityZone) = (instanceID, instanceType, region, availabilityZone)
        (self.privateAddress, self.privateDNSName, self.clusterID, self.roleARN) = (privateAddress, privateDNSName, clusterID, roleARN)
        (self.labels, self.taints, self.kubeletVersion) = (labels, taints, kubeletVersion)
    }
}

/// Makes machines: simulated ones, or later real ones on this host. Every call may be repeated.
package protocol MachineDriver: Sendable {
    /// Launches the machine, or finds it running.
    func launch(_ spec: MachineSpec) async throws
    /// Ends the machine and its disk; nothing happens when there is none.
    func terminate(instanceID: String) async
    /// Ends the machine and keeps its disk for the next launch.
    func stop(instanceID: String) async
    /// Sets who is told of machines that ended although nobody asked for it.
    func onFailure(_ report: @escaping @Sendable (_ instanceID: String, _ reason: String) -> Void)
}
