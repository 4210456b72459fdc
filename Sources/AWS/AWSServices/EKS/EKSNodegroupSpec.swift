import AWSProtocol
import Documents

/// What CreateNodegroup's input becomes: checked, and filled in with EKS's defaults.
extension EKSService {
    func nodegroupSpec(_ input: Value, _ cluster: EKSCluster) throws -> View<NodegroupSpecFields> {
        let clusterName = cluster.metadata.name
        if !input["launchTemplate"].isNull { throw EKSError.invalidParameter("launchTemplate is not supported yet", cluster: clusterName) }
        if input["warmPoolConfig"]["enabled"].bool == true {
            throw EKSError.invalidParameter("warmPoolConfig is not supported yet", cluster: clusterName)
        }
        var spec = View<NodegroupSpecFields>()
        let types = input["instanceTypes"].array?.compactMap(\.string) ?? ["t3.medium"]
        var architecture = "x86_64"
        for type in types {
            guard let found = InstanceTypes.find(type) else {
                throw EKSError.invalidParameter("The following supplied instance types do not exist: [\(type)]", cluster: clusterName)
            }
            architecture = found.arch
        }
        spec.scalingConfig = try scalingConfig(input["scalingConfig"], over: View([:]) ?? View())
        spec.instanceTypes = types
        spec.amiType = input["amiType"].string ?? (architecture == "arm64" ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD")
        spec.nodeRole = try nodeRole(input["nodeRole"].string ?? "")
        spec.subnets = try input["subnets"].items.compactMap(\.string).map { id in
            let found = try subnet(id)
            guard found.spec.vpcId == cluster.spec.resourcesVpcConfig.vpcId else {
                throw EKSError.invalidParameter(
                    "Subnets are not in the same VPC as the cluster: [\(id)]", cluster: clusterName)
            }
            return id
        }
        guard spec.subnets?.isEmpty == false else { throw EKSError.invalidParameter("Subnets cannot be empty", cluster: clusterName) }
        let version = input["version"].string ?? cluster.spec.version ?? EKSVersion.standard.name
        guard let known = EKSVersion.named(version), known.name <= (cluster.spec.version ?? "") else {
            throw EKSError.invalidParameter(
                "Nodegroup version \(version) cannot be newer than the cluster's version \(cluster.spec.version ?? "")",
                cluster: clusterName)
        }
        spec.version = version
        spec.releaseVersion = input["releaseVersion"].string ?? "\(known.patch)-20260601"
        spec.diskSize = input["diskSize"].int ?? 20
        spec.capacityType = input["capacityType"].string ?? "ON_DEMAND"
        spec.labels = input["labels"].strings
        if !input["taints"].isNull { spec.value["taints"] = input["taints"] }
        spec.updateConfig = input["updateConfig"].isNull ? ["maxUnavailable": 1] : input["updateConfig"]
        spec.tags = try tags(input["tags"].strings)
        spec.clientRequestToken = input["clientRequestToken"].string
        if !input["nodeRepairConfig"].isNull { spec.nodeRepairConfig = input["nodeRepairConfig"] }
        if !input["remoteAccess"].isNull { spec.remoteAccess = try remoteAccess(input["remoteAccess"], clusterName) }
        return spec
    }

    /// Source: EKS API reference, NodegroupScalingConfig. What the input leaves out stays as it stands, or is 2, 2 and 1.
    func scalingConfig(_ input: Value, over standing: View<ScalingConfigFields>) throws -> View<ScalingConfigFields> {
        var scaling = View<ScalingConfigFields>()
        scaling.minSize = input["minSize"].int ?? standing.minSize ?? 1
        scaling.maxSize = input["maxSize"].int ?? standing.maxSize ?? max(2, input["desiredSize"].int ?? 2)
        scaling.desiredSize = input["desiredSize"].int ?? standing.desiredSize ?? 2
        let (low, wanted, high) = (scaling.minSize ?? 0, scaling.desiredSize ?? 0, scaling.maxSize ?? 0)
        guard low <= high else { throw EKSError.invalidParameter("Minimum capacity \(low) can't be greater than maximum size \(high)") }
        guard wanted <= high else { throw EKSError.invalidParameter("desired capacity \(wanted) can't be greater than max size \(high)") }
        guard wanted >= low else { throw EKSError.invalidParameter("Minimum capacity \(low) can't be greater than desired size \(wanted)") }
        guard high <= InstanceLimits.perNodegroup else {
            throw EKSError.invalidParameter("Maximum size \(high) can't be greater than \(InstanceLimits.perNodegroup) nodes per nodegroup")
        }
        return scaling
    }
    private func nodeRole(_ arn: String) throws -> String {
        guard arn.hasPrefix("arn:aws:iam::"), arn.contains(":role/"), roleExists(arn) else {
            throw EKSError.invalidParameter("The role with name \(arn.split(separator: "/").last ?? "") cannot be found.")
        }
        return arn
    }
    private func remoteAccess(_ input: Value, _ cluster: String?) throws -> Value {
        guard let key = input["ec2SshKey"].string else {
            throw EKSError.invalidParameter("Remote access configuration must name an EC2 SSH key", cluster: cluster)
        }
        guard records.get(KeyPair.self, key) != nil else {
            throw EKSError.invalidParameter("The key pair '\(key)' does not exist", cluster: cluster)
        }
        return input
    }
}
