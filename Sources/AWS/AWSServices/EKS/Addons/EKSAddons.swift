import AWSProtocol
import Control
import Documents
import Reconcile

/// Add-ons. Source: EKS API reference, CreateAddon and its kin.
extension EKSService {
    var addonOperations: [String: OperationHandler] {
        [
            "CreateAddon": createAddon, "DeleteAddon": deleteAddon, "DescribeAddon": describeAddon, "ListAddons": listAddons,
            "UpdateAddon": updateAddon, "DescribeAddonVersions": describeAddonVersions,
            "DescribeAddonConfiguration": describeAddonConfiguration,
        ]
    }
    func addon(_ name: String, of cluster: String) throws -> Addon {
        guard let addon = records.get(Addon.self, name, in: cluster) else {
            throw EKSError.notFound("No addon: \(name) found in cluster: \(cluster)", cluster: cluster)
        }
        return addon
    }
    /// The cluster, when it stands.
    private func standing(_ name: String, for operation: String) throws -> EKSCluster {
        let cluster = try cluster(name)
        guard ["ACTIVE", "UPDATING"].contains(cluster.metadata.state(cluster.status.status) ?? "") else {
            return try activeCluster(name, for: operation)
        }
        return cluster
    }

    func createAddon(_ input: Value, _ context: OperationContext) async throws -> Value {
        let (clusterName, name) = (input["clusterName"].string ?? "", input["addonName"].string ?? "")
        let cluster = try standing(clusterName, for: "create addon")
        if let existing = records.get(Addon.self, name, in: clusterName) {
            guard let token = input["clientRequestToken"].string, token == existing.spec.clientRequestToken else {
                throw EKSError.inUse("Addon already exists.", cluster: clusterName)
            }
            return ["addon": describe(existing)]
        }
        var addon = Addon()
        (addon.metadata.namespace, addon.metadata.name) = (clusterName, name)
        addon.metadata.finalizers = [AddonController.finalizer]
        addon.spec.version = try version(input["addonVersion"].string, of: name, cluster)
        addon.spec.roleArn = try input["serviceAccountRoleArn"].string.map { try role($0) }
        addon.spec.configuration = try configuration(input["configurationValues"].string, of: name)
        addon.spec.resolveConflicts = input["resolveConflicts"].string ?? "NONE"
        if addon.spec.resolveConflicts == "PRESERVE" {
            throw EKSError.invalidParameter("resolveConflicts PRESERVE is not valid for create addon operation", cluster: clusterName)
        }
        addon.spec.podIdentities = try podIdentities(input["podIdentityAssociations"], clusterName)
        addon.spec.tags = try tags(input["tags"].strings)
        addon.spec.clientRequestToken = input["clientRequestToken"].string
        (addon.status.status, addon.status.modifiedAt) = ("CREATING", context.now.text)
        do { return ["addon": describe(try await records.create(addon))] } catch ChangeError.alreadyExists {
            throw EKSError.inUse("Addon already exists.", cluster: clusterName)
        }
    }
    private func version(_ asked: String?, of name: String, _ cluster: EKSCluster) throws -> String {
        let clusterName = cluster.metadata.name
        guard let offer = AddonTable.named(name) else {
            throw EKSError.invalidParameter("Addon specified is not supported", cluster: clusterName)
        }
        let kubernetes = cluster.spec.version ?? ""
        let found = asked.map { offer.version($0, for: kubernetes) } ?? offer.standard(for: kubernetes)
        guard let found else { throw EKSError.invalidParameter("Addon version specified is not supported", cluster: clusterName) }
        return found.name
    }
    private func configuration(_ text: String?, of name: String) throws -> String? {
        guard let text else { return nil }
        guard let document = AddonConfiguration.document(text), document.isNull || document.object != nil else {
            throw EKSError.invalidParameter("ConfigurationValue is not in the correct format: it must be a JSON or YAML object")
        }
        let faults = document.isNull ? [] : JSONSchema.faults(document, AddonConfiguration.schema(of: name))
        guard faults.isEmpty else {
            throw EKSError.invalidParameter(
                "ConfigurationValue provided in request is not supported: Json schema validation failed with error: "
                    + "[\(faults.joined(separator: ", "))]")
        }
        return text
    }
    private func podIdentities(_ input: Value, _ cluster: String) throws -> [Value] {
        try input.items.map { item in
            [
                "serviceAccount": item["serviceAccount"], "roleArn": .string(try role(item["roleArn"].string ?? "")),
                "arn": .string(arn("podidentityassociation/\(cluster)/a-\(records.random.suffix(17))")),
            ]
        }
    }

    func describeAddon(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = input["clusterName"].string ?? ""
        _ = try self.cluster(cluster)
        return ["addon": describe(try addon(input["addonName"].string ?? "", of: cluster))]
    }
    func listAddons(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = input["clusterName"].string ?? ""
        _ = try self.cluster(cluster)
        return try Page(records.list(Addon.self, in: cluster).compactMap { $0.metadata.name.map(Value.string) }, input: input)
            .output("addons")
    }
    func deleteAddon(_ input: Value, _ context: OperationContext) async throws -> Value {
        let (cluster, name) = (input["clusterName"].string ?? "", input["addonName"].string ?? "")
        _ = try self.cluster(cluster)
        _ = try addon(name, of: cluster)
        let preserves = input["preserve"].bool ?? false
        _ = try await records.update(Addon.self, name, in: cluster) { addon in
            addon.spec.preserves = preserves
        }
        var answer = try addon(name, of: cluster)
        answer.status.status = "DELETING"
        try await records.delete(Addon.self, name, in: cluster)
        return ["addon": describe(answer)]
    }

    func updateAddon(_ input: Value, _ context: OperationContext) async throws -> Value {
        let (clusterName, name) = (input["clusterName"].string ?? "", input["addonName"].string ?? "")
        let cluster = try standing(clusterName, for: "update addon")
        let found = try addon(name, of: clusterName)
        let state = found.metadata.state(found.status.status) ?? ""
        guard ["ACTIVE", "DEGRADED", "CREATE_FAILED", "UPDATE_FAILED"].contains(state) else {
            throw EKSError.inUse("Addon cannot be updated as it is currently in \(state) state", cluster: clusterName)
        }
        var patch: Value = ["resolveConflicts": .string(input["resolveConflicts"].string ?? "NONE")]
        var params: [(String, Value)] = []
        if let asked = input["addonVersion"].string {
            patch["addonVersion"] = .string(try version(asked, of: name, cluster))
            params.append(("AddonVersion", .string(asked)))
        }
        if let arn = input["serviceAccountRoleArn"].string {
            patch["serviceAccountRoleArn"] = .string(try role(arn))
            params.append(("ServiceAccountRoleArn", .string(arn)))
        }
        if !input["resolveConflicts"].isNull { params.append(("ResolveConflicts", input["resolveConflicts"])) }
        if let text = try configuration(input["configurationValues"].string, of: name) {
            patch["configurationValues"] = .string(text)
            params.append(("ConfigurationValues", .string(text)))
        }
        if !input["podIdentityAssociations"].isNull {
            let identities = try podIdentities(input["podIdentityAssociations"], clusterName)
            patch["podIdentityAssociations"] = .array(identities)
            params.append(("PodIdentityAssociations", input["podIdentityAssociations"]))
        }
        return try await start("AddonUpdate", cluster: clusterName, addon: name, params: params, patch: patch)
    }

    /// The `Addon` shape.
    func describe(_ addon: Addon) -> Value {
        let (cluster, name) = (addon.metadata.namespace ?? "", addon.metadata.name ?? "")
        let offer = AddonTable.named(name)
        var value: Value = [
            "addonName": .string(name), "clusterName": .string(cluster),
            "status": .string(addon.metadata.state(addon.status.status) ?? "CREATING"),
            "addonVersion": addon.spec.value["addonVersion"], "health": ["issues": .array(addon.status.issues ?? [])],
            "addonArn": .string(arn("addon/\(cluster)/\(name)/\(addon.metadata.uid ?? "")")),
            "createdAt": addon.metadata.value["creationTimestamp"], "modifiedAt": addon.status.value["modifiedAt"],
            "tags": Value(addon.spec.tags ?? [:]), "publisher": "eks", "owner": .string(offer?.owner ?? "aws"),
            "namespaceConfig": ["namespace": "kube-system"],
        ]
        for member in ["serviceAccountRoleArn", "configurationValues"] where !addon.spec.value[member].isNull {
            value[member] = addon.spec.value[member]
        }
        let identities = (addon.spec.podIdentities ?? []).map { $0["arn"] }
        if !identities.isEmpty { value["podIdentityAssociations"] = .array(identities) }
        return value
    }
}
