import AWSProtocol
import Control
import Documents
import Reconcile

extension EKSService {
    func nodegroup(_ name: String, of cluster: String) throws -> Nodegroup {
        guard let nodegroup = records.get(Nodegroup.self, name, in: cluster) else { throw EKSError.noNodegroup(name, cluster: cluster) }
        return nodegroup
    }

    /// Source: EKS API reference, CreateNodegroup.
    func createNodegroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let clusterName = input["clusterName"].string ?? ""
        let name = input["nodegroupName"].string ?? ""
        let cluster = try activeCluster(clusterName, for: "create nodegroup")
        if let existing = records.get(Nodegroup.self, name, in: clusterName) {
            guard let token = input["clientRequestToken"].string, token == existing.spec.clientRequestToken else {
                throw alreadyExists(name, clusterName)
            }
            return ["nodegroup": describe(existing)]
        }
        var nodegroup = Nodegroup()
        nodegroup.metadata.namespace = clusterName
        nodegroup.metadata.name = name
        nodegroup.metadata.finalizers = [NodegroupController.finalizer]
        nodegroup.spec = try nodegroupSpec(input, cluster)
        nodegroup.status.status = "CREATING"
        nodegroup.status.modifiedAt = context.now.text
        nodegroup.status.autoScalingGroup = "eks-\(name)-\(records.random.uuid())"
        do { return ["nodegroup": describe(try await records.create(nodegroup))] } catch ChangeError.alreadyExists {
            throw alreadyExists(name, clusterName)
        }
    }
    private func alreadyExists(_ name: String, _ cluster: String) -> AWSError {
        EKSError.inUse("NodeGroup already exists with name \(name) and cluster name \(cluster)", cluster: cluster, nodegroup: name)
    }

    func describeNodegroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = input["clusterName"].string ?? ""
        _ = try self.cluster(cluster)
        return ["nodegroup": describe(try nodegroup(input["nodegroupName"].string ?? "", of: cluster))]
    }
    func listNodegroups(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = input["clusterName"].string ?? ""
        _ = try self.cluster(cluster)
        let names = records.list(Nodegroup.self, in: cluster).compactMap { $0.metadata.name.map(Value.string) }
        return try Page(names, input: input).output("nodegroups")
    }
    func deleteNodegroup(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = input["clusterName"].string ?? ""
        let name = input["nodegroupName"].string ?? ""
        _ = try self.cluster(cluster)
        var answer = try nodegroup(name, of: cluster)
        answer.status.status = "DELETING"
        try await records.delete(Nodegroup.self, name, in: cluster)
        return ["nodegroup": describe(answer)]
    }

    /// Source: EKS API reference, UpdateNodegroupConfig.
    func updateNodegroupConfig(_ input: Value, _ context: OperationContext) async throws -> Value {
        let clusterName = input["clusterName"].string ?? ""
        let name = input["nodegroupName"].string ?? ""
        let cluster = try cluster(clusterName)
        let standing = try nodegroup(name, of: clusterName)
        guard ["ACTIVE", "DEGRADED"].contains(standing.metadata.state(standing.status.status) ?? "") else {
            throw EKSError.inUse(
                "Nodegroup cannot be updated as it is currently not in Active State", cluster: cluster.metadata.name, nodegroup: name)
        }
        var patch: Value = [:]
        var params: [(String, Value)] = []
        if !input["scalingConfig"].isNull {
            let scaling = try scalingConfig(input["scalingConfig"], over: standing.spec.scalingConfig)
            patch["scalingConfig"] = scaling.value
            for (member, type) in [("minSize", "MinSize"), ("maxSize", "MaxSize"), ("desiredSize", "DesiredSize")]
            where !input["scalingConfig"][member].isNull { params.append((type, .string("\(scaling.value[member].int ?? 0)"))) }
        }
        if !input["labels"].isNull { labelChange(input["labels"], &patch, &params) }
        if !input["taints"].isNull { taintChange(input["taints"], standing, &patch, &params) }
        for (member, type) in [("updateConfig", "MaxUnavailable"), ("nodeRepairConfig", "NodeRepairEnabled")] where !input[member].isNull {
            patch[member] = input[member]
            params.append((type, input[member]))
        }
        guard !params.isEmpty else {
            throw EKSError.invalidParameter("No update was provided", cluster: clusterName, nodegroup: name)
        }
        return try await start("ConfigUpdate", cluster: clusterName, nodegroup: name, params: params, patch: patch)
    }
    private func labelChange(_ input: Value, _ patch: inout Value, _ params: inout [(String, Value)]) {
        var labels: [Object.Member] = (input["addOrUpdateLabels"].object ?? [:]).map { $0 }
        labels += input["removeLabels"].items.compactMap { item in item.string.map { Object.Member($0, .null) } }
        patch["labels"] = .object(Object(labels))
        if !input["addOrUpdateLabels"].isNull { params.append(("LabelsToAdd", input["addOrUpdateLabels"])) }
        if !input["removeLabels"].isNull { params.append(("LabelsToRemove", input["removeLabels"])) }
    }
    private func taintChange(_ input: Value, _ standing: Nodegroup, _ patch: inout Value, _ params: inout [(String, Value)]) {
        let added = input["addOrUpdateTaints"].items
        let removed = input["removeTaints"].items
        func same(_ left: Value, _ right: Value) -> Bool { left["key"] == right["key"] && left["effect"] == right["effect"] }
        let kept = standing.spec.value["taints"].items.filter { taint in !(added + removed).contains { same($0, taint) } }
        patch["taints"] = .array(kept + added)
        if !added.isEmpty { params.append(("TaintsToAdd", .array(added))) }
        if !removed.isEmpty { params.append(("TaintsToRemove", .array(removed))) }
    }

    /// The `Nodegroup` shape.
    func describe(_ nodegroup: Nodegroup) -> Value {
        let spec = nodegroup.spec
        let (cluster, name) = (nodegroup.metadata.namespace ?? "", nodegroup.metadata.name ?? "")
        var value: Value = [
            "nodegroupName": .string(name), "nodegroupArn": .string(arn("nodegroup/\(cluster)/\(name)/\(nodegroup.metadata.uid ?? "")")),
            "clusterName": .string(cluster), "createdAt": nodegroup.metadata.value["creationTimestamp"],
            "modifiedAt": nodegroup.status.value["modifiedAt"],
            "status": .string(nodegroup.metadata.state(nodegroup.status.status) ?? "CREATING"),
            "tags": Value(spec.tags ?? [:]), "labels": Value(spec.labels ?? [:]),
            "health": ["issues": .array(nodegroup.status.issues ?? [])],
            "resources": ["autoScalingGroups": [["name": .string(nodegroup.status.autoScalingGroup ?? "")]]],
        ]
        let members = [
            "version", "releaseVersion", "capacityType", "scalingConfig", "instanceTypes", "subnets", "remoteAccess", "amiType", "nodeRole",
            "taints", "diskSize", "updateConfig", "nodeRepairConfig", "launchTemplate",
        ]
        for member in members where !spec.value[member].isNull { value[member] = spec.value[member] }
        return value
    }
}
