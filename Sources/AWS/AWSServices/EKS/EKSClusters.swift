import AWSProtocol
import Documents
import Reconcile

extension EKSService {
    /// Source: EKS API reference, CreateCluster.
    func createCluster(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["name"].string ?? ""
        if let existing = records.get(EKSCluster.self, name) {
            guard let token = input["clientRequestToken"].string, token == existing.spec.clientRequestToken else {
                throw EKSError.inUse("Cluster already exists with name: \(name)", cluster: name)
            }
            return ["cluster": describe(existing)]
        }
        var cluster = EKSCluster()
        cluster.metadata.name = name
        cluster.metadata.finalizers = [ClusterController.finalizer]
        cluster.spec = try clusterSpec(input, context)
        cluster.status.status = "CREATING"
        cluster.status.platformVersion = EKSVersion.named(cluster.spec.version ?? "")?.platform
        do { return ["cluster": describe(try await records.create(cluster))] } catch ChangeError.alreadyExists {
            throw EKSError.inUse("Cluster already exists with name: \(name)", cluster: name)
        }
    }

    func describeCluster(_ input: Value, _ context: OperationContext) async throws -> Value {
        ["cluster": describe(try cluster(input["name"].string ?? ""))]
    }
    func listClusters(_ input: Value, _ context: OperationContext) async throws -> Value {
        try Page(records.list(EKSCluster.self).compactMap { $0.metadata.name.map(Value.string) }, input: input).output("clusters")
    }

    /// Source: EKS API reference, DeleteCluster: nodegroups go first, protected clusters stay.
    func deleteCluster(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["name"].string ?? ""
        let found = try cluster(name)
        if found.spec.deletionProtection == true {
            throw EKSError.invalidRequest("Cannot delete cluster \(name) because deletion protection is enabled", cluster: name)
        }
        if let nodegroup = records.list(Nodegroup.self, in: name).first {
            throw EKSError.inUse("Cluster has nodegroups attached", cluster: name, nodegroup: nodegroup.metadata.name)
        }
        if found.status.status == "UPDATING" { _ = try activeCluster(name, for: "delete") }
        var answer = try cluster(name)
        answer.status.status = "DELETING"
        try await records.delete(EKSCluster.self, name)
        return ["cluster": describe(answer)]
    }

    /// The `Cluster` shape.
    func describe(_ cluster: EKSCluster) -> Value {
        let spec = cluster.spec
        let name = cluster.metadata.name ?? ""
        var value: Value = [
            "name": .string(name), "arn": .string(arn("cluster/\(name)")), "createdAt": cluster.metadata.value["creationTimestamp"],
            "version": spec.value["version"], "roleArn": spec.value["roleArn"], "resourcesVpcConfig": spec.resourcesVpcConfig.value,
            "kubernetesNetworkConfig": spec.value["kubernetesNetworkConfig"], "logging": spec.value["logging"],
            "status": .string(cluster.metadata.state(cluster.status.status) ?? "CREATING"), "certificateAuthority": [:],
            "tags": Value(spec.tags ?? [:]),
            "health": ["issues": .array(cluster.status.issues ?? [])], "accessConfig": spec.accessConfig.value,
            "upgradePolicy": spec.value["upgradePolicy"], "deletionProtection": .bool(spec.deletionProtection ?? false),
        ]
        for member in ["clientRequestToken", "zonalShiftConfig"] where !spec.value[member].isNull { value[member] = spec.value[member] }
        if ControlPlaneComponents.exist(in: spec.version ?? "") {
            for member in ControlPlaneComponents.members {
                value[member] = spec.value[member].isNull ? ControlPlaneComponents.standard(member) : spec.value[member]
            }
        }
        value["platformVersion"] = cluster.status.value["platformVersion"]
        value["identity"] = ["oidc": ["issuer": .string(issuer(of: cluster))]]
        if let stored = cluster.status.endpoint {
            value["endpoint"] = .string(endpoint(stored))
            value["certificateAuthority"] = ["data": .string(cluster.status.certificateAuthority ?? "")]
        }
        return value
    }
    /// The issuer of the cluster's service-account tokens; its id is the cluster's uid in capitals without dashes, as AWS's look.
    private func issuer(of cluster: EKSCluster) -> String {
        let id = (cluster.metadata.uid ?? "").replacing("-", with: "").uppercased()
        return "https://oidc.eks.\(region).amazonaws.com/id/\(id)"
    }
}
