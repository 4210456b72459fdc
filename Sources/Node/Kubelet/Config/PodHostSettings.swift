import Documents
package import KubeModel

/// What a node tells the configuration of its pods.
package struct PodHostSettings: Sendable, Hashable {
    package var nodeName: String
    /// The node's addresses, the primary one first.
    package var nodeAddresses: [String]
    /// What pods may use of the node; the default limits of `resourceFieldRef`.
    package var allocatable: [String: Quantity] = [:]
    /// Bytes of memory of the machine, the measure of OOM scores.
    package var memoryCapacity = 0
    /// Bytes of memory that all pods together may have; 0 sets no limit.
    package var podMemoryLimit: Int {
        guard let allocatable = allocatable["memory"]?.units, allocatable > 0 else { return 0 }
        return allocatable + EvictionThreshold.standardMemory
    }
    /// Addresses of the cluster's DNS service.
    package var clusterDNS: [String] = []
    package var clusterDomain = "cluster.local"
    /// Where pods' directories are, below `pods`.
    package var rootDirectory = "/var/lib/kubelet"
    package var logDirectory = "/var/log/pods"
    /// The node's resolver file, the base of DNS policy `Default`; empty for none.
    package var resolverFile = "/etc/resolv.conf"
    package var hostsFile = "/etc/hosts"
    /// The control group of all pods, below the root of each hierarchy.
    package var cgroupRoot = "/kubepods"
    /// Where the region's volumes are seen by every node of it, each a directory by its handle; empty where there are none.
    package var volumeStore = ""
    /// Most processes of a pod; 0 sets no limit.
    package var podPidsLimit = 0
    /// Whether the runtime can mount read-only recursively.
    package var supportsRecursiveReadOnly = false
    /// Unsafe sysctls that pods may set, as in `net.core.*`.
    package var allowedUnsafeSysctls: [String] = []

    /// Settings with the paths of an EKS node.
    package init(nodeName: String, nodeAddresses: [String]) { (self.nodeName, self.nodeAddresses) = (nodeName, nodeAddresses) }

    /// The settings of a node of EKS with these facts.
    package init(_ facts: NodeFacts, clusterDNS: [String]) {
        self.init(nodeName: facts.name, nodeAddresses: [facts.address])
        self.clusterDNS = clusterDNS
        memoryCapacity = facts.memoryBytes
        allocatable = [String: Quantity](facts.size.allocatable) ?? [:]
    }

    /// Where things of a pod are.
    package func paths(_ uid: String) -> PodPaths { PodPaths(root: "\(rootDirectory)/pods/\(uid)") }
}

/// The directories of a pod on its node. Source: kubelet_getters.go.
package struct PodPaths: Sendable, Hashable {
    package let root: String

    package init(root: String) { self.root = root }

    /// The hosts file that the containers share.
    package var hosts: String { "\(root)/etc-hosts" }
    /// Where volumes are: `volumes/<plug-in>/<name>`.
    package var volumes: String { "\(root)/volumes" }
    /// Where a volume of that plug-in (as in `kubernetes.io/configmap`) is.
    package func volume(_ plugin: String, _ name: String) -> String { "\(volumes)/\(plugin.replacing("/", with: "~"))/\(name)" }
    /// Where bind mounts of sub-paths are.
    package var subpaths: String { "\(root)/volume-subpaths" }
    /// The place of the sub-path of a container's mount by its number.
    package func subpath(_ volume: String, _ container: String, _ index: Int) -> String { "\(subpaths)/\(volume)/\(container)/\(index)" }
    /// Where the termination messages of a container are.
    package func terminationFolder(_ container: String) -> String { "\(root)/containers/\(container)" }
    /// The file for the termination message of one start of a container.
    package func terminationMessage(_ container: String, attempt: Int) -> String { "\(terminationFolder(container))/\(attempt)" }
}
