import AWSProtocol
import Control
import Documents

/// What CreateCluster's input becomes: checked, and filled in with EKS's defaults.
extension EKSService {
    static let logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    /// Members of CreateCluster that ask for more than this region can do; refused by name rather than ignored.
    private static let unsupported = [
        "outpostConfig", "remoteNetworkConfig", "computeConfig", "storageConfig", "encryptionConfig", "controlPlaneScalingConfig",
    ]

    func clusterSpec(_ input: Value, _ context: OperationContext) throws -> View<EKSClusterSpecFields> {
        for member in Self.unsupported where !(input[member].isNull || input[member] == [] || input[member]["enabled"] == false) {
            throw EKSError.invalidParameter("\(member) is not supported yet")
        }
        var spec = View<EKSClusterSpecFields>()
        spec.version = try version(input["version"].string, context)
        spec.roleArn = try role(input["roleArn"].string ?? "")
        spec.resourcesVpcConfig = try vpcConfig(input["resourcesVpcConfig"])
        spec.kubernetesNetworkConfig = try networkConfig(input["kubernetesNetworkConfig"])
        spec.logging = Self.logging(input["logging"], over: [:])
        spec.accessConfig.authenticationMode = input["accessConfig"]["authenticationMode"].string ?? "CONFIG_MAP"
        spec.accessConfig.bootstrapClusterCreatorAdminPermissions =
            input["accessConfig"]["bootstrapClusterCreatorAdminPermissions"].bool ?? true
        spec.upgradePolicy = ["supportType": .string(input["upgradePolicy"]["supportType"].string ?? "EXTENDED")]
        spec.deletionProtection = input["deletionProtection"].bool ?? false
        spec.tags = try tags(input["tags"].strings)
        spec.clientRequestToken = input["clientRequestToken"].string
        spec.bootstrapsAddons = input["bootstrapSelfManagedAddons"].bool ?? true
        spec.creator = context.principal.entryARN
        if !input["zonalShiftConfig"].isNull { spec.zonalShiftConfig = input["zonalShiftConfig"] }
        for member in ControlPlaneComponents.members {
            guard ControlPlaneComponents.exist(in: spec.version ?? "") else {
                guard input[member].isNull else { throw EKSError.invalidParameter("\(member) requires Kubernetes version 1.31 or later") }
                continue
            }
            spec.value[member] = try ControlPlaneComponents.configuration(member, input[member].isNull ? [:] : input[member], over: .null)
        }
        return spec
    }

    private func version(_ asked: String?, _ context: OperationContext) throws -> String {
        guard let asked else { return EKSVersion.standard.name }
        guard let version = EKSVersion.named(asked), version.support(on: String(context.now.text.prefix(10))) != "UNSUPPORTED" else {
            throw EKSError.invalidParameter("unsupported Kubernetes version")
        }
        return version.name
    }
    func role(_ arn: String) throws -> String {
        guard arn.hasPrefix("arn:aws:iam::"), arn.contains(":role/") else {
            throw EKSError.invalidParameter("Invalid Role Arn: \(arn)")
        }
        guard roleExists(arn) else {
            throw EKSError.invalidParameter(
                "Role with arn: \(arn), could not be assumed because it does not exist or the trusted entity is not correct")
        }
        return arn
    }

    /// Source: EKS user guide, network requirements: at least two subnets, in different zones of one VPC.
    private func vpcConfig(_ input: Value) throws -> View<VPCConfigFields> {
        var config = View<VPCConfigFields>()
        let ids = input["subnetIds"].items.compactMap(\.string)
        let subnets = try ids.map(subnet)
        guard Set(subnets.map { $0.spec.availabilityZone ?? "" }).count >= 2 else {
            throw EKSError.invalidParameter("Subnets specified must be in at least two different AZs")
        }
        guard Set(subnets.map { $0.spec.vpcId ?? "" }).count == 1 else {
            throw EKSError.invalidParameter("Subnets specified must belong to the same VPC")
        }
        let groups = input["securityGroupIds"].items.compactMap(\.string)
        for id in groups where records.get(SecurityGroup.self, id) == nil {
            throw EKSError.invalidParameter("The security group '\(id)' does not exist")
        }
        (config.subnetIds, config.securityGroupIds, config.vpcId) = (ids, groups, subnets[0].spec.vpcId)
        config.clusterSecurityGroupId = "sg-" + records.random.hex(17)
        (config.endpointPublicAccess, config.endpointPrivateAccess) = (true, false)
        config.publicAccessCidrs = ["0.0.0.0/0"]
        return try Self.endpointAccess(input, over: config)
    }
    func subnet(_ id: String) throws -> Subnet {
        guard let subnet = records.get(Subnet.self, id) else {
            throw EKSError.invalidParameter("The subnet ID '\(id)' does not exist")
        }
        return subnet
    }

    /// The endpoint-access part of a VPC configuration, the given members over those that stand.
    static func endpointAccess(_ input: Value, over config: View<VPCConfigFields>) throws -> View<VPCConfigFields> {
        var config = config
        if let access = input["endpointPublicAccess"].bool { config.endpointPublicAccess = access }
        if let access = input["endpointPrivateAccess"].bool { config.endpointPrivateAccess = access }
        if let cidrs = input["publicAccessCidrs"].array, !cidrs.isEmpty {
            for cidr in cidrs.compactMap(\.string) where IPv4Network(cidr) == nil {
                throw EKSError.invalidParameter("The following CIDRs are invalid in publicAccessCidrs: [\(cidr)]")
            }
            config.publicAccessCidrs = cidrs.compactMap(\.string)
        }
        guard config.endpointPublicAccess == true || config.endpointPrivateAccess == true else {
            throw EKSError.invalidParameter("Private and public endpoint access cannot be false")
        }
        return config
    }

    private func networkConfig(_ input: Value) throws -> Value {
        if input["ipFamily"].string == "ipv6" { throw EKSError.invalidParameter("ipFamily ipv6 is not supported yet") }
        let cidr = input["serviceIpv4Cidr"].string ?? "10.100.0.0/16"
        let privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].compactMap(IPv4Network.init)
        guard let network = IPv4Network(cidr), (12...24).contains(network.length),
            privateBlocks.contains(where: { $0.contains(network.address) })
        else {
            throw EKSError.invalidParameter(
                "Invalid serviceIpv4Cidr: \(cidr): must be a /12 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
        }
        return ["serviceIpv4Cidr": .string(cidr), "ipFamily": "ipv4", "elasticLoadBalancing": ["enabled": false]]
    }

    /// Which log types are on, as `clusterLogging` lists them; `input` changes what stands.
    static func logging(_ input: Value, over standing: Value) -> Value {
        var enabled = Set(
            standing["clusterLogging"].items.filter { $0["enabled"].bool == true }.flatMap { $0["types"].items.compactMap(\.string) })
        for setup in input["clusterLogging"].items {
            let types = setup["types"].items.compactMap(\.string)
            if setup["enabled"].bool == true { enabled.formUnion(types) } else { enabled.subtract(types) }
        }
        func setup(_ on: Bool) -> Value? {
            let types = logTypes.filter { enabled.contains($0) == on }
            return types.isEmpty ? nil : ["types": .array(types.map(Value.string)), "enabled": .bool(on)]
        }
        return ["clusterLogging": .array([setup(true), setup(false)].compactMap { $0 })]
    }
}
