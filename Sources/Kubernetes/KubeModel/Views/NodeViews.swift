package import Documents

/// A node. The short name is `KubeNode`, since `Node` is a part of a parsed text.
package typealias KubeNode = View<NodeFields>
/// The fields of that. Source: Node of Kubernetes 1.36.
package struct NodeFields: KindFields {
    package init() {}
    package static let kind = Kind("Node", prefix: "core/nodes/", namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<NodeSpecFields>>("spec")
    package let status = Field<Self, View<NodeStatusFields>>("status")
}

/// What a node should be.
package typealias NodeSpec = View<NodeSpecFields>
/// The fields of that. Source: NodeSpec of Kubernetes 1.36.
package struct NodeSpecFields: Fields {
    package init() {}
    package let podCIDR = Field<Self, String>("podCIDR"), podCIDRs = Field<Self, [String]>("podCIDRs")
    package let providerID = Field<Self, String>("providerID"), taints = Field<Self, [View<TaintFields>]>("taints")
    package let unschedulable = Field<Self, Bool>("unschedulable")
}

/// What keeps pods off a node.
package typealias Taint = View<TaintFields>
/// The fields of that. Source: Taint of Kubernetes 1.36.
package struct TaintFields: Fields {
    package init() {}
    package let effect = Field<Self, String>("effect"), key = Field<Self, String>("key")
    package let timeAdded = Field<Self, String>("timeAdded"), value = Field<Self, String>("value")
}

/// What a node is.
package typealias NodeStatus = View<NodeStatusFields>
/// The fields of that. Source: NodeStatus of Kubernetes 1.36.
package struct NodeStatusFields: Fields {
    package init() {}
    package let addresses = Field<Self, [View<NodeAddressFields>]>("addresses")
    package let allocatable = Field<Self, [String: Quantity]>("allocatable")
    package let capacity = Field<Self, [String: Quantity]>("capacity")
    package let conditions = Field<Self, [View<NodeConditionFields>]>("conditions")
    package let daemonEndpoints = Field<Self, Value>("daemonEndpoints")
    package let images = Field<Self, [View<ContainerImageFields>]>("images")
    package let nodeInfo = Field<Self, View<NodeSystemInfoFields>>("nodeInfo")
}

/// One address of a node.
package typealias NodeAddress = View<NodeAddressFields>
/// The fields of that. Source: NodeAddress of Kubernetes 1.36.
package struct NodeAddressFields: Fields {
    package init() {}
    package let address = Field<Self, String>("address"), type = Field<Self, String>("type")
}

/// One condition of a node.
package typealias NodeCondition = View<NodeConditionFields>
/// The fields of that. Source: NodeCondition of Kubernetes 1.36.
package struct NodeConditionFields: Fields {
    package init() {}
    package let lastHeartbeatTime = Field<Self, String>("lastHeartbeatTime")
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// What runs on a node.
package typealias NodeSystemInfo = View<NodeSystemInfoFields>
/// The fields of that. Source: NodeSystemInfo of Kubernetes 1.36.
package struct NodeSystemInfoFields: Fields {
    package init() {}
    package let architecture = Field<Self, String>("architecture"), bootID = Field<Self, String>("bootID")
    package let containerRuntimeVersion = Field<Self, String>("containerRuntimeVersion")
    package let kernelVersion = Field<Self, String>("kernelVersion"), kubeProxyVersion = Field<Self, String>("kubeProxyVersion")
    package let kubeletVersion = Field<Self, String>("kubeletVersion"), machineID = Field<Self, String>("machineID")
    package let operatingSystem = Field<Self, String>("operatingSystem"), osImage = Field<Self, String>("osImage")
    package let systemUUID = Field<Self, String>("systemUUID")
}

/// An image on a node.
package typealias ContainerImage = View<ContainerImageFields>
/// The fields of that. Source: ContainerImage of Kubernetes 1.36.
package struct ContainerImageFields: Fields {
    package init() {}
    package let names = Field<Self, [String]>("names"), sizeBytes = Field<Self, Int>("sizeBytes")
}
