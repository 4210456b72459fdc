import Documents

/// The fields of eksctl's ClusterConfig v1alpha5, and which of them Eyrie carries out.
///
/// A field that is not in the table is misspelt; one that is there without support is refused by name. Neither is ever ignored.
/// Source: eksctl's schema reference.
enum ConfigSchema {
    /// A line per object type: `+name:type` is supported, `name` is known only. Types: text, number, flag, texts, strings (a map), any,
    /// an object type by name, or a list of objects by name with `[]`.
    private static let table: StaticString = """
        ClusterConfig +apiVersion:text +kind:text +metadata:Metadata +kubernetesNetworkConfig:NetworkConfig autoModeConfig \
        remoteNetworkConfig upgradePolicy zonalShiftConfig iam iamIdentityMappings identityProviders +accessConfig:AccessConfig +vpc:VPC \
        +addons:Addon[] +addonsConfig:AddonsConfig privateCluster +nodeGroups:NodeGroup[] +managedNodeGroups:ManagedNodeGroup[] fargateProfiles \
        +availabilityZones:texts localZones +cloudWatch:CloudWatch secretsEncryption gitops git karpenter outpost
        Metadata +name:text +region:text +version:text forceUpdateVersion +tags:strings +annotations:strings accountID
        NetworkConfig ipFamily +serviceIPv4CIDR:text
        AccessConfig +authenticationMode:text +bootstrapClusterCreatorAdminPermissions:flag +accessEntries:AccessEntry[]
        AccessEntry +principalARN:text +type:text +kubernetesUsername:text +kubernetesGroups:texts +accessPolicies:AccessPolicy[] +tags:strings
        AccessPolicy +policyARN:text +accessScope:AccessScope
        AccessScope +type:text +namespaces:texts
        VPC id +cidr:text ipv6Cidr ipv6Pool securityGroup subnets localZoneSubnets extraCIDRs extraIPv6CIDRs sharedNodeSecurityGroup \
        manageSharedNodeSecurityGroupRules autoAllocateIPv6 +nat:NAT +clusterEndpoints:Endpoints +publicAccessCIDRs:texts \
        controlPlaneSubnetIDs controlPlaneSecurityGroupIDs hostnameType
        Addon +name:text +version:text +serviceAccountRoleARN:text attachPolicyARNs attachPolicy permissionsBoundary wellKnownPolicies +tags:strings \
        +resolveConflicts:text podIdentityAssociations useDefaultPodIdentityAssociations +configurationValues:any publishers types owners
        AddonsConfig autoApplyPodIdentityAssociations +disableDefaultAddons:flag
        NAT +gateway:text
        Endpoints +publicAccess:flag +privateAccess:flag
        CloudWatch +clusterLogging:ClusterLogging
        ClusterLogging +enableTypes:texts logRetentionInDays
        NodeGroupBase +name:text amiFamily +instanceType:text +availabilityZones:texts subnets instancePrefix instanceName +desiredCapacity:number \
        +minSize:number +maxSize:number +volumeSize:number +ssh:SSH +labels:strings +privateNetworking:flag +tags:strings iam ami securityGroups \
        maxPodsPerNode asgSuspendProcesses ebsOptimized volumeType volumeName volumeEncrypted volumeKmsKeyID volumeIOPS volumeThroughput \
        additionalVolumes preBootstrapCommands overrideBootstrapCommand propagateASGTags disableASGTagPropagation disableIMDSv1 \
        disablePodIMDS placement efaEnabled instanceSelector bottlerocket enableDetailedMonitoring capacityReservation outpostARN \
        +taints:any updateConfig localZones instanceMarketOptions
        NodeGroup instancesDistribution asgMetricsCollection cpuCredits classicLoadBalancerNames targetGroupARNs clusterDNS \
        kubeletExtraConfig containerRuntime maxInstanceLifetime enclaveEnabled localZones
        ManagedNodeGroup +instanceTypes:texts +spot:flag launchTemplate releaseVersion nodeRepairConfig enableNodeRepair
        SSH +allow:flag publicKeyPath publicKey +publicKeyName:text sourceSecurityGroupIds enableSsm
        """

    /// A field's type; nil when the field is known but not supported yet.
    private static let types: [String: [String: String?]] = {
        var types: [String: [String: String?]] = [:]
        for line in "\(table)".split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            var fields: [String: String?] = [:]
            for word in words.dropFirst() {
                let halves = word.drop { $0 == "+" }.split(separator: ":").map(String.init)
                fields[halves[0]] = .some(word.hasPrefix("+") ? halves[1] : nil)
            }
            types[words[0]] = fields
        }
        let base = types["NodeGroupBase"] ?? [:]
        for name in ["NodeGroup", "ManagedNodeGroup"] { types[name]?.merge(base) { $1 } }
        return types
    }()

    /// Checks a whole configuration.
    /// - Throws: `UsageError` with the path of the first field that is wrong.
    static func check(_ document: Value) throws(UsageError) { try check(document, "ClusterConfig", "") }

    private static func check(_ value: Value, _ type: String, _ path: String) throws(UsageError) {
        guard let fields = types[type] else { return try checkScalar(value, type, path) }
        guard let object = value.object else { throw wrongType(value, "an object", path) }
        for member in object where !member.value.isNull {
            let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
            guard let known = fields[member.key] else {
                throw UsageError("loading config file: unknown field \"\(inner)\"\(suggestion(member.key, fields.keys.sorted()))")
            }
            guard let fieldType = known else { throw UsageError("loading config file: field \"\(inner)\" is not supported yet") }
            if fieldType.hasSuffix("[]") {
                guard let items = member.value.array else { throw wrongType(member.value, "a list", inner) }
                for (index, item) in items.enumerated() { try check(item, String(fieldType.dropLast(2)), "\(inner)[\(index)]") }
            } else {
                try check(member.value, fieldType, inner)
            }
        }
    }
    private static func checkScalar(_ value: Value, _ type: String, _ path: String) throws(UsageError) {
        switch type {
        case "text": if value.string == nil { throw wrongType(value, "a string", path) }
        case "number": if value.int == nil { throw wrongType(value, "an integer", path) }
        case "flag": if value.bool == nil { throw wrongType(value, "true or false", path) }
        case "texts": if value.array?.allSatisfy({ $0.string != nil }) != true { throw wrongType(value, "a list of strings", path) }
        case "strings": if value.object?.allSatisfy({ $0.value.string != nil }) != true { throw wrongType(value, "a map of strings", path) }
        default: break
        }
    }
    private static func wrongType(_ value: Value, _ wanted: String, _ path: String) -> UsageError {
        UsageError("loading config file: field \"\(path)\" must be \(wanted), not \(JSON.text(value))")
    }
    /// The known field that differs in no more than two letters, for the error text.
    private static func suggestion(_ name: String, _ known: [String]) -> String {
        let near = known.map { ($0, distance($0.lowercased(), name.lowercased())) }.min { $0.1 < $1.1 }
        guard let near, near.1 <= 2 else { return "" }
        return "; did you mean \"\(near.0)\"?"
    }
    /// Levenshtein's distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let cost = min(diagonal + (letter == right[j] ? 0 : 1), row[j] + 1, row[j + 1] + 1)
                (diagonal, row[j + 1]) = (row[j + 1], cost)
            }
        }
        return row[right.count]
    }
}
