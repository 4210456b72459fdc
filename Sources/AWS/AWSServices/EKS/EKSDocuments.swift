package import Documents

/// An EKS cluster as the region keeps it. `spec` has the members that DescribeCluster reports, as far as the user sets them.
package struct EKSClusterFields: KindFields {
    package static let kind = Kind(group: "eks", "EKSCluster", prefix: "eks/clusters/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<EKSClusterSpecFields>>("spec"), status = Field<Self, View<EKSClusterStatusFields>>("status")
}
/// An EKS cluster as a document.
package typealias EKSCluster = View<EKSClusterFields>
/// The desired part of an EKS cluster.
package struct EKSClusterSpecFields: Fields {
    package init() {}
    package let version = Field<Self, String>("version"), roleArn = Field<Self, String>("roleArn")
    package let resourcesVpcConfig = Field<Self, View<VPCConfigFields>>("resourcesVpcConfig")
    package let kubernetesNetworkConfig = Field<Self, Value>("kubernetesNetworkConfig"), logging = Field<Self, Value>("logging")
    package let accessConfig = Field<Self, View<AccessConfigFields>>("accessConfig"), upgradePolicy = Field<Self, Value>("upgradePolicy")
    package let deletionProtection = Field<Self, Bool>("deletionProtection"), zonalShiftConfig = Field<Self, Value>("zonalShiftConfig")
    /// How the cluster's scheduler ranks nodes, how long its events stay, which node ports Services get.
    package let kubeSchedulerConfig = Field<Self, Value>("kubeSchedulerConfig")
    package let kubeApiServerConfig = Field<Self, Value>("kubeApiServerConfig")
    package let tags = Field<Self, [String: String]>("tags"), clientRequestToken = Field<Self, String>("clientRequestToken")
    /// Whether the cluster has networking add-ons of its own from the start.
    package let bootstrapsAddons = Field<Self, Bool>("bootstrapSelfManagedAddons")
    /// The principal that created the cluster, as access entries name it.
    package let creator = Field<Self, String>("creator")
}
/// The members of a VPC config.
package struct VPCConfigFields: Fields {
    package init() {}
    package let subnetIds = Field<Self, [String]>("subnetIds"), securityGroupIds = Field<Self, [String]>("securityGroupIds")
    package let clusterSecurityGroupId = Field<Self, String>("clusterSecurityGroupId"), vpcId = Field<Self, String>("vpcId")
    package let endpointPublicAccess = Field<Self, Bool>("endpointPublicAccess")
    package let endpointPrivateAccess = Field<Self, Bool>("endpointPrivateAccess")
    package let publicAccessCidrs = Field<Self, [String]>("publicAccessCidrs")
}
/// The members of an access config.
package struct AccessConfigFields: Fields {
    package init() {}
    package let authenticationMode = Field<Self, String>("authenticationMode")
    package let bootstrapClusterCreatorAdminPermissions = Field<Self, Bool>("bootstrapClusterCreatorAdminPermissions")
}
/// The reported part of an EKS cluster.
package struct EKSClusterStatusFields: Fields {
    package init() {}
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING` or `FAILED`.
    package let status = Field<Self, String>("status"), endpoint = Field<Self, String>("endpoint")
    package let certificateAuthority = Field<Self, String>("certificateAuthority"), platformVersion = Field<Self, String>("platformVersion")
    package let issues = Field<Self, [Value]>("issues")
    /// The addresses of its API server inside the VPC; it answers there on port 443.
    package let privateEndpoints = Field<Self, [String]>("privateEndpoints")
}

/// A managed nodegroup, kept under its cluster's name.
package struct NodegroupFields: KindFields {
    package static let kind = Kind(group: "eks", "Nodegroup", prefix: "eks/nodegroups/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<NodegroupSpecFields>>("spec"), status = Field<Self, View<NodegroupStatusFields>>("status")
}
/// A nodegroup as a document.
package typealias Nodegroup = View<NodegroupFields>
/// The desired part of a nodegroup.
package struct NodegroupSpecFields: Fields {
    package init() {}
    package let scalingConfig = Field<Self, View<ScalingConfigFields>>("scalingConfig"), updateConfig = Field<Self, Value>("updateConfig")
    package let diskSize = Field<Self, Int>("diskSize"), subnets = Field<Self, [String]>("subnets")
    package let instanceTypes = Field<Self, [String]>("instanceTypes"), amiType = Field<Self, String>("amiType")
    package let nodeRole = Field<Self, String>("nodeRole"), labels = Field<Self, [String: String]>("labels")
    package let taints = Field<Self, [View<NodegroupTaintFields>]>("taints"), tags = Field<Self, [String: String]>("tags")
    package let capacityType = Field<Self, String>("capacityType"), version = Field<Self, String>("version")
    package let releaseVersion = Field<Self, String>("releaseVersion"), remoteAccess = Field<Self, Value>("remoteAccess")
    package let launchTemplate = Field<Self, Value>("launchTemplate"), nodeRepairConfig = Field<Self, Value>("nodeRepairConfig")
    package let clientRequestToken = Field<Self, String>("clientRequestToken")
}
/// The members of a nodegroup taint.
package struct NodegroupTaintFields: Fields {
    package init() {}
    package let key = Field<Self, String>("key"), content = Field<Self, String>("value"), effect = Field<Self, String>("effect")
}
/// The members of a scaling config.
package struct ScalingConfigFields: Fields {
    package init() {}
    package let minSize = Field<Self, Int>("minSize"), maxSize = Field<Self, Int>("maxSize"), desiredSize = Field<Self, Int>("desiredSize")
}
/// The reported part of a nodegroup.
package struct NodegroupStatusFields: Fields {
    package init() {}
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`, `CREATE_FAILED`, `DELETE_FAILED` or `DEGRADED`.
    package let status = Field<Self, String>("status"), autoScalingGroup = Field<Self, String>("autoScalingGroup")
    package let modifiedAt = Field<Self, String>("modifiedAt"), issues = Field<Self, [Value]>("issues")
    /// The sizes that its Auto Scaling group was given last.
    package let appliedScaling = Field<Self, View<ScalingConfigFields>>("appliedScaling")
    /// How many of the group's nodes the cluster last reported Ready.
    package let readyNodes = Field<Self, Int>("readyNodes")
    /// The generation whose labels and taints were last written to the nodes.
    package let appliedGeneration = Field<Self, Int>("appliedGeneration")
}

/// One update of a cluster or nodegroup, kept under its cluster's name; its own name is the update id.
package struct EKSUpdateFields: KindFields {
    package static let kind = Kind(group: "eks", "EKSUpdate", prefix: "eks/updates/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<EKSUpdateSpecFields>>("spec"), status = Field<Self, View<EKSUpdateStatusFields>>("status")
}
/// An EKS update as a document.
package typealias EKSUpdate = View<EKSUpdateFields>
/// The desired part of an EKS update.
package struct EKSUpdateSpecFields: Fields {
    package init() {}
    package let type = Field<Self, String>("type"), params = Field<Self, [Value]>("params"),
        nodegroupName = Field<Self, String>("nodegroupName"), addonName = Field<Self, String>("addonName")
    /// What changes in the spec of the cluster or nodegroup, as a merge patch.
    package let patch = Field<Self, Value>("patch")
}
/// The reported part of an EKS update.
package struct EKSUpdateStatusFields: Fields {
    package init() {}
    /// `InProgress`, `Successful`, `Failed` or `Cancelled`.
    package let status = Field<Self, String>("status"), errors = Field<Self, [Value]>("errors")
    /// The generation of the cluster, nodegroup or add-on that has the change; none until it is written there.
    package let startedGeneration = Field<Self, Int>("startedGeneration")
}

/// What an IAM principal may do in a cluster, kept under the cluster's name; its own name is the principal's ARN with `~` for `/`.
package struct AccessEntryFields: KindFields {
    package static let kind = Kind(group: "eks", "AccessEntry", prefix: "eks/access-entries/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<AccessEntrySpecFields>>("spec")
}
/// An access entry as a document.
package typealias AccessEntry = View<AccessEntryFields>
extension View<AccessEntryFields> {
    /// The document name of a principal's entry.
    package static func name(of principal: String) -> String { principal.replacing("/", with: "~") }
}
/// The desired part of an access entry.
package struct AccessEntrySpecFields: Fields {
    package init() {}
    package let principalArn = Field<Self, String>("principalArn")
    package let type = Field<Self, String>("type"), username = Field<Self, String>("username")
    package let kubernetesGroups = Field<Self, [String]>("kubernetesGroups"), tags = Field<Self, [String: String]>("tags")
    package let policies = Field<Self, [View<AssociatedPolicyFields>]>("policies"), modifiedAt = Field<Self, String>("modifiedAt")
}
/// The members of an associated policy.
package struct AssociatedPolicyFields: Fields {
    package init() {}
    package let policyArn = Field<Self, String>("policyArn"), accessScope = Field<Self, View<AccessScopeFields>>("accessScope")
    package let associatedAt = Field<Self, String>("associatedAt"), modifiedAt = Field<Self, String>("modifiedAt")
}
/// The members of an access scope.
package struct AccessScopeFields: Fields {
    package init() {}
    package let type = Field<Self, String>("type"), namespaces = Field<Self, [String]>("namespaces")
}

extension View<MetadataFields> {
    /// What is shown of something with a status of its own: it is being deleted from the moment on at which that was asked for, whatever
    /// an effect that was begun before makes of the status.
    func state(_ status: String?) -> String? { self.deletionTimestamp == nil ? status : "DELETING" }
}
