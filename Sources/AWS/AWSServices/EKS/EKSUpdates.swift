import AWSProtocol
import Control
import Documents

/// Updates: what UpdateClusterConfig and UpdateNodegroupConfig start, and how clients follow it.
extension EKSService {
    /// Records an update in progress; its controller carries `patch` out. The cluster or nodegroup shows UPDATING at once.
    func start(
        _ type: String, cluster: String, nodegroup: String? = nil, addon: String? = nil, params: [(String, Value)], patch: Value
    ) async throws -> Value {
        var update = EKSUpdate()
        update.metadata.namespace = cluster
        update.metadata.name = records.random.uuid()
        update.spec.type = type
        (update.spec.nodegroupName, update.spec.addonName) = (nodegroup, addon)
        update.spec.params = params.map { ["type": .string($0.0), "value": .string($0.1.string ?? JSON.text($0.1))] }
        update.spec.patch = patch
        update.status.status = "InProgress"
        let stored = try await records.create(update)
        if let addon {
            _ = try await records.update(Addon.self, addon, in: cluster) { $0.status.status = "UPDATING" }
        } else if let nodegroup {
            _ = try await records.update(Nodegroup.self, nodegroup, in: cluster) { $0.status.status = "UPDATING" }
        } else {
            _ = try await records.update(EKSCluster.self, cluster) { $0.status.status = "UPDATING" }
        }
        return ["update": describe(stored)]
    }

    /// Source: EKS API reference, UpdateClusterConfig: one kind of change in one call.
    func updateClusterConfig(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["name"].string ?? ""
        let kinds = [
            "resourcesVpcConfig", "logging", "accessConfig", "upgradePolicy", "zonalShiftConfig", "deletionProtection",
        ]
        let components = ControlPlaneComponents.members.filter { !input[$0].isNull }
        let asked = kinds.filter { !input[$0].isNull }
        for member in ["computeConfig", "kubernetesNetworkConfig", "storageConfig", "remoteNetworkConfig", "controlPlaneScalingConfig"]
        where !input[member].isNull { throw EKSError.invalidParameter("\(member) is not supported yet", cluster: name) }
        if asked.isEmpty, !components.isEmpty { return try await updateComponents(components, input, name) }
        guard asked.count == 1, components.isEmpty, let kind = asked.first else {
            throw EKSError.invalidParameter(
                asked.isEmpty ? "At least one configuration to update must be provided" : "Only one type of update can be allowed.",
                cluster: name)
        }
        switch kind {
        case "resourcesVpcConfig": return try await updateVPCConfig(input[kind], name)
        case "logging": return try await updateLogging(input[kind], name)
        case "accessConfig": return try await updateAccessConfig(input[kind], name)
        case "deletionProtection":
            return try await updateMember(kind, "DeletionProtectionUpdate", "DeletionProtection", input[kind], name)
        case "upgradePolicy": return try await updateMember(kind, "UpgradePolicyUpdate", "UpgradePolicy", input[kind], name)
        default: return try await updateMember(kind, "ZonalShiftConfigUpdate", "ZonalShiftConfig", input[kind], name)
        }
    }

    /// Several components may be spoken of in one call.
    private func updateComponents(_ members: [String], _ input: Value, _ name: String) async throws -> Value {
        let type = "ControlPlaneComponentConfigUpdate"
        let cluster = try activeCluster(name, for: type)
        var patch: Value = [:]
        for member in members {
            guard ControlPlaneComponents.exist(in: cluster.spec.version ?? "") else {
                throw EKSError.invalidParameter("\(member) requires Kubernetes version 1.31 or later", cluster: name)
            }
            let standing = cluster.spec.value[member]
            let wanted = try ControlPlaneComponents.configuration(member, input[member], over: standing, cluster: name)
            if wanted != (standing.isNull ? ControlPlaneComponents.standard(member) : standing) { patch[member] = wanted }
        }
        guard patch.object?.isEmpty == false else {
            throw EKSError.invalidParameter("No changes needed for the \(members.joined(separator: ", ")) provided", cluster: name)
        }
        let params = members.map { member in (member.prefix(1).uppercased() + member.dropFirst(), input[member]) }
        return try await start(type, cluster: name, params: params, patch: patch)
    }
    private func updateVPCConfig(_ input: Value, _ name: String) async throws -> Value {
        let endpoint = ["endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs"].contains { !input[$0].isNull }
        let cluster = try activeCluster(name, for: endpoint ? "EndpointAccessUpdate" : "VpcConfigUpdate")
        let standing = cluster.spec.resourcesVpcConfig
        if endpoint {
            let wanted = try Self.endpointAccess(input, over: standing)
            guard wanted != standing else {
                throw EKSError.invalidParameter(
                    "Cluster is already at the desired configuration with endpointPrivateAccess: \(standing.endpointPrivateAccess ?? false) , "
                        + "endpointPublicAccess: \(standing.endpointPublicAccess ?? true), and Public Endpoint Restrictions: "
                        + "[\((standing.publicAccessCidrs ?? []).joined(separator: ", "))]", cluster: name)
            }
            let params: [(String, Value)] = [
                ("EndpointPublicAccess", .string("\(wanted.endpointPublicAccess ?? true)")),
                ("EndpointPrivateAccess", .string("\(wanted.endpointPrivateAccess ?? false)")),
                ("PublicAccessCidrs", .array((wanted.publicAccessCidrs ?? []).map(Value.string))),
            ]
            return try await start(
                "EndpointAccessUpdate", cluster: name, params: params, patch: ["resourcesVpcConfig": wanted.value])
        }
        let subnets = input["subnetIds"].array?.compactMap(\.string) ?? standing.subnetIds ?? []
        guard Set(try subnets.map { try subnet($0).spec.availabilityZone ?? "" }).count >= 2 else {
            throw EKSError.invalidParameter("Subnets specified must be in at least two different AZs", cluster: name)
        }
        let groups = input["securityGroupIds"].array ?? (standing.securityGroupIds ?? []).map(Value.string)
        let patch: Value = ["resourcesVpcConfig": ["subnetIds": .array(subnets.map(Value.string)), "securityGroupIds": .array(groups)]]
        return try await start(
            "VpcConfigUpdate", cluster: name,
            params: [("Subnets", .array(subnets.map(Value.string))), ("SecurityGroups", .array(groups))], patch: patch)
    }

    private func updateLogging(_ input: Value, _ name: String) async throws -> Value {
        let cluster = try activeCluster(name, for: "LoggingUpdate")
        let wanted = Self.logging(input, over: cluster.spec.logging ?? [:])
        guard wanted != cluster.spec.logging else {
            throw EKSError.invalidParameter("No changes needed for the logging config provided", cluster: name)
        }
        return try await start("LoggingUpdate", cluster: name, params: [("ClusterLogging", input)], patch: ["logging": wanted])
    }

    /// Source: EKS user guide, authentication modes: a mode may move towards API, never back.
    private func updateAccessConfig(_ input: Value, _ name: String) async throws -> Value {
        let cluster = try activeCluster(name, for: "AccessConfigUpdate")
        let order = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"]
        let standing = cluster.spec.accessConfig.authenticationMode ?? "CONFIG_MAP"
        guard let wanted = input["authenticationMode"].string, let to = order.firstIndex(of: wanted),
            let from = order.firstIndex(of: standing)
        else {
            throw EKSError.invalidParameter("authenticationMode must be provided", cluster: name)
        }
        guard to > from else {
            throw EKSError.invalidParameter("Unsupported authentication mode update from \(standing) to \(wanted)", cluster: name)
        }
        return try await start(
            "AccessConfigUpdate", cluster: name, params: [("AuthenticationMode", .string(wanted))],
            patch: ["accessConfig": ["authenticationMode": .string(wanted)]])
    }

    private func updateMember(_ member: String, _ type: String, _ param: String, _ wanted: Value, _ name: String) async throws -> Value {
        let cluster = try activeCluster(name, for: type)
        guard wanted != cluster.spec.value[member] else {
            throw EKSError.invalidParameter("No changes needed for the \(member) provided", cluster: name)
        }
        return try await start(
            type, cluster: name, params: [(param, wanted.bool.map { .string("\($0)") } ?? wanted)], patch: [member: wanted])
    }

    func describeUpdate(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["name"].string ?? ""
        _ = try cluster(name)
        let id = input["updateId"].string ?? ""
        if let nodegroup = input["nodegroupName"].string { _ = try self.nodegroup(nodegroup, of: name) }
        if let addon = input["addonName"].string { _ = try self.addon(addon, of: name) }
        guard let update = records.get(EKSUpdate.self, id, in: name), Self.concerns(update, input) else {
            throw EKSError.noUpdate(id)
        }
        return ["update": describe(update)]
    }
    /// Whether an update is of the nodegroup or add-on that the request names, or of the cluster when it names neither.
    private static func concerns(_ update: EKSUpdate, _ input: Value) -> Bool {
        update.spec.nodegroupName == input["nodegroupName"].string && update.spec.addonName == input["addonName"].string
    }
    func listUpdates(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["name"].string ?? ""
        _ = try cluster(name)
        if let nodegroup = input["nodegroupName"].string { _ = try self.nodegroup(nodegroup, of: name) }
        if let addon = input["addonName"].string { _ = try self.addon(addon, of: name) }
        let updates = records.list(EKSUpdate.self, in: name).filter { Self.concerns($0, input) }
            .sorted { ($0.metadata.creationTimestamp ?? "") < ($1.metadata.creationTimestamp ?? "") }
        return try Page(updates.compactMap { $0.metadata.name.map(Value.string) }, input: input).output("updateIds")
    }

    /// The `Update` shape.
    private func describe(_ update: EKSUpdate) -> Value {
        [
            "id": .string(update.metadata.name ?? ""), "status": .string(update.status.status ?? "InProgress"),
            "type": .string(update.spec.type ?? ""), "params": .array(update.spec.params ?? []),
            "createdAt": update.metadata.value["creationTimestamp"], "errors": .array(update.status.errors ?? []),
        ]
    }
}
