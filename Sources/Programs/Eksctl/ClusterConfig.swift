import Documents

/// A cluster as eksctl's ClusterConfig (eksctl.io/v1alpha5) describes it, as far as Eyrie carries it out.
struct ClusterConfig: Sendable, Equatable {
    var name: String
    var region: String
    var version: String?
    var tags: [String: String] = [:]
    var availabilityZones: [String] = []
    var vpcCIDR = "192.168.0.0/16"
    /// `Single`, `HighlyAvailable` or `Disable`.
    var natGateway = "Single"
    var publicAccess = true
    var privateAccess = false
    var publicAccessCIDRs: [String] = []
    var serviceCIDR: String?
    var authenticationMode = "API_AND_CONFIG_MAP"
    var creatorIsAdmin = true
    var logTypes: [String] = []
    var accessEntries: [Value] = []
    var nodegroups: [NodegroupConfig] = []
    var addons: [AddonConfig] = []
    /// Whether the add-ons that eksctl installs by itself are wanted.
    var hasDefaultAddons = true
    /// Whether the configuration came from a file.
    var fromFile = false
}

/// One nodegroup of a ClusterConfig.
struct NodegroupConfig: Sendable, Equatable {
    var name: String
    var managed: Bool
    /// One type, or for a managed nodegroup several to choose from.
    var instanceTypes = ["m5.large"]
    var desired = 2
    var minimum = 2
    var maximum = 2
    var labels: [String: String] = [:]
    /// Each with `key`, `value` and `effect` (`NoSchedule`, …).
    var taints: [Value] = []
    var tags: [String: String] = [:]
    var sshKey: String?
    var volumeSize: Int?
    var privateNetworking = false
    var spot = false
    var availabilityZones: [String] = []

    /// Fills in what is left out as eksctl does: the sizes follow from each other, two nodes when none is given.
    /// - Throws: `UsageError` when they contradict.
    mutating func setSizes(desired: Int?, minimum: Int?, maximum: Int?) throws(UsageError) {
        let wanted = desired ?? minimum ?? maximum.map { min($0, 2) } ?? 2
        (self.desired, self.minimum, self.maximum) = (
            wanted, minimum ?? min(wanted, maximum ?? wanted), maximum ?? max(wanted, minimum ?? wanted)
        )
        guard self.minimum <= self.maximum else {
            throw UsageError("cannot use --nodes-min=\(self.minimum) and --nodes-max=\(self.maximum) at the same time")
        }
        guard self.desired >= self.minimum else {
            throw UsageError("cannot use --nodes-min=\(self.minimum) and --nodes=\(self.desired) at the same time")
        }
        guard self.desired <= self.maximum else {
            throw UsageError("cannot use --nodes-max=\(self.maximum) and --nodes=\(self.desired) at the same time")
        }
    }
}

extension ClusterConfig {
    /// Reads a configuration from a file, or from standard input for `-`.
    /// - Throws: `UsageError`.
    init(file: String) throws {
        guard let text = TextFile.read(file == "-" ? "/dev/stdin" : file) else {
            throw UsageError("loading config file \"\(file)\": open \(file): no such file or directory")
        }
        try self.init(yaml: text)
    }
    /// Reads the text of a configuration.
    /// - Throws: `UsageError` naming the field that is misspelt, of the wrong type or not supported yet.
    init(yaml text: String) throws {
        let documents: [Value]
        do { documents = try YAML.parse(text) } catch { throw UsageError("loading config file: \(error)") }
        guard let document = documents.first, documents.count == 1 else {
            throw UsageError("loading config file: expected one document, found \(documents.count)")
        }
        guard document["apiVersion"].string == "eksctl.io/v1alpha5", document["kind"].string == "ClusterConfig" else {
            throw UsageError(
                "loading config file: no kind \"\(document["kind"].string ?? "")\" is registered for version \"\(document["apiVersion"].string ?? "")\"; "
                    + "expected apiVersion eksctl.io/v1alpha5 and kind ClusterConfig")
        }
        try ConfigSchema.check(document)
        let metadata = document["metadata"]
        guard let name = metadata["name"].string, !name.isEmpty else { throw UsageError("metadata.name must be set") }
        guard let region = metadata["region"].string, !region.isEmpty else { throw UsageError("metadata.region must be set") }
        self.init(name: name, region: region)
        fromFile = true
        version = metadata["version"].string
        tags = metadata["tags"].strings
        availabilityZones = document["availabilityZones"].items.compactMap(\.string)
        vpcCIDR = document["vpc"]["cidr"].string ?? vpcCIDR
        natGateway = document["vpc"]["nat"]["gateway"].string ?? natGateway
        publicAccess = document["vpc"]["clusterEndpoints"]["publicAccess"].bool ?? true
        privateAccess = document["vpc"]["clusterEndpoints"]["privateAccess"].bool ?? false
        publicAccessCIDRs = document["vpc"]["publicAccessCIDRs"].items.compactMap(\.string)
        serviceCIDR = document["kubernetesNetworkConfig"]["serviceIPv4CIDR"].string
        authenticationMode = document["accessConfig"]["authenticationMode"].string ?? authenticationMode
        creatorIsAdmin = document["accessConfig"]["bootstrapClusterCreatorAdminPermissions"].bool ?? true
        accessEntries = document["accessConfig"]["accessEntries"].items
        logTypes = document["cloudWatch"]["clusterLogging"]["enableTypes"].items.compactMap(\.string)
        if logTypes.contains("*") || logTypes.contains("all") {
            logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
        }
        for item in document["addons"].items { addons.append(try AddonConfig(item)) }
        hasDefaultAddons = document["addonsConfig"]["disableDefaultAddons"].bool != true
        for item in document["nodeGroups"].items { nodegroups.append(try NodegroupConfig(item, managed: false)) }
        for item in document["managedNodeGroups"].items { nodegroups.append(try NodegroupConfig(item, managed: true)) }
        let names = nodegroups.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw UsageError("nodegroup name \"\(twice)\" is not unique")
        }
    }
}

extension NodegroupConfig {
    fileprivate init(_ value: Value, managed: Bool) throws {
        let path = managed ? "managedNodeGroups" : "nodeGroups"
        guard let name = value["name"].string, !name.isEmpty else { throw UsageError("\(path)[*].name must be set") }
        self.init(name: name, managed: managed)
        if let type = value["instanceType"].string { instanceTypes = [type] }
        if let types = value["instanceTypes"].array?.compactMap(\.string), !types.isEmpty {
            guard value["instanceType"].isNull else {
                throw UsageError("\(path)[*]: only one of instanceType or instanceTypes can be specified")
            }
            instanceTypes = types
        }
        labels = value["labels"].strings
        tags = value["tags"].strings
        taints = try Self.taints(value["taints"], path)
        if value["ssh"]["allow"].bool != false { sshKey = value["ssh"]["publicKeyName"].string }
        volumeSize = value["volumeSize"].int
        privateNetworking = value["privateNetworking"].bool ?? false
        spot = value["spot"].bool ?? false
        availabilityZones = value["availabilityZones"].items.compactMap(\.string)
        try setSizes(desired: value["desiredCapacity"].int, minimum: value["minSize"].int, maximum: value["maxSize"].int)
    }
    /// A list of `{key, value, effect}`, or the older map `key: value:Effect`.
    private static func taints(_ value: Value, _ path: String) throws -> [Value] {
        let taints =
            value.array
            ?? (value.object ?? [:]).map { member in
                let halves = (member.value.string ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
                    String.init)
                return ["key": .string(member.key), "value": .string(halves[0]), "effect": .string(halves.count == 2 ? halves[1] : "")]
            }
        for taint in taints where !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(taint["effect"].string ?? "") {
            throw UsageError(
                "\(path)[*].taints: invalid taint effect \"\(taint["effect"].string ?? "")\" for key \"\(taint["key"].string ?? "")\"")
        }
        return taints
    }
}
