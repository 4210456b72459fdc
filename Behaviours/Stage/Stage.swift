import AWSProtocol
import Documents
import KubeClient
import KubeModel

/// A cluster that a behaviour works with.
struct Stage: Sendable {
    let scene: Scene
    /// Its name.
    let cluster: String
    let kubernetes: KubeClient

    // MARK: Nodegroups

    /// Makes a nodegroup and waits until its nodes are Ready.
    func nodegroup(_ suffix: String, nodes: Int, subnets: [Value]? = nil, _ extra: Value = [:]) async throws {
        let role = try await scene.role("\(suffix)-role", for: "ec2.amazonaws.com")
        let given = try await scene.subnets().prefix(2).map { $0["SubnetId"] }
        var input = key(suffix)
        input["nodeRole"] = .string(role)
        input["subnets"] = .array(subnets ?? given)
        input["scalingConfig"] = ["minSize": 0, "maxSize": .int(Int64(max(nodes * 2, 1))), "desiredSize": .int(Int64(nodes))]
        for member in extra.object ?? [:] { input[member.key] = member.value }
        try await scene.aws("eks", "CreateNodegroup", input)
        let group = key(suffix)
        scene.afterwards { [scene] in
            try await scene.aws("eks", "DeleteNodegroup", group)
            try await scene.eventually("nodegroup \(suffix) is gone", within: .seconds(1200)) {
                try await scene.isGone("DescribeNodegroup", group)
            }
        }
        try await settled(suffix)
        try await scene.eventually("\(nodes) nodes of \(suffix) are Ready") { try await readyNodes(of: suffix).count == nodes }
    }
    func key(_ suffix: String) -> Value { ["clusterName": .string(cluster), "nodegroupName": .string(scene.name(suffix))] }
    func nodegroup(_ suffix: String) async throws -> Value { try await scene.aws("eks", "DescribeNodegroup", key(suffix))["nodegroup"] }
    /// Waits until the nodegroup is ACTIVE.
    func settled(_ suffix: String) async throws {
        try await scene.eventually("nodegroup \(suffix) is ACTIVE", within: .seconds(300)) {
            try await nodegroup(suffix)["status"].string == "ACTIVE"
        }
    }
    /// Updates a nodegroup's configuration and waits for the update's end.
    func update(_ suffix: String, _ change: Value) async throws {
        var input = key(suffix)
        for member in change.object ?? [:] { input[member.key] = member.value }
        let update = try await scene.aws("eks", "UpdateNodegroupConfig", input)["update"]
        try await finished(update, nodegroup: suffix)
    }
    /// Waits until an update has succeeded.
    func finished(_ update: Value, nodegroup suffix: String? = nil) async throws {
        var input: Value = ["name": .string(cluster), "updateId": update["id"]]
        if let suffix { input["nodegroupName"] = .string(scene.name(suffix)) }
        try await scene.eventually("the update is successful", within: .seconds(1200)) {
            try await scene.aws("eks", "DescribeUpdate", input)["update"]["status"].string == "Successful"
        }
    }
    /// Ids of the nodegroup's instances that EC2 calls running.
    func instances(of suffix: String) async throws -> [Value] {
        let filters: Value = [
            ["Name": "tag:eks:nodegroup-name", "Values": [.string(scene.name(suffix))]],
            ["Name": "instance-state-name", "Values": ["running"]],
        ]
        return try await scene.aws("ec2", "DescribeInstances", ["Filters": filters])["Reservations"].items.flatMap { $0["Instances"].items }
    }

    // MARK: Nodes

    func nodes(of suffix: String = "ng") async throws -> [Value] {
        try await list(NodeFields.kind, labels: "eks.amazonaws.com/nodegroup=\(scene.name(suffix))")
    }
    func readyNodes(of suffix: String = "ng") async throws -> [Value] {
        try await nodes(of: suffix).filter { $0.condition("Ready") == "True" }
    }
    func node(_ name: String) async throws -> Value { try await kubernetes.get(NodeFields.kind, name) }

    // MARK: Documents

    func list(_ kind: Kind, in namespace: String? = nil, labels: String = "") async throws -> [Value] {
        try await kubernetes.all(kind, namespace: namespace, ListOptions(labelSelector: labels, limit: 500)).items
    }
    /// The document; nil when there is none.
    func find(_ kind: Kind, _ name: String, in namespace: String = "default") async throws -> Value? {
        do throws(KubeClientError) { return try await kubernetes.get(kind, namespace: namespace, name) } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
    /// Has a document deleted in the end, unless it is gone by then.
    private func afterwards(_ kind: Kind, _ suffix: String, in namespace: String?) {
        scene.afterwards { [self] in
            do throws(KubeClientError) { try await kubernetes.delete(kind, namespace: namespace, scene.name(suffix)) } catch {
                guard error.isNotFound else { throw error }
            }
        }
    }
    /// Creates a document of a kind in a namespace; it goes in the end.
    @discardableResult func create(_ kind: Kind, _ suffix: String, in namespace: String? = "default", _ body: Value) async throws -> Value {
        var document = body
        document["apiVersion"] = .string(kind.apiVersion)
        document["kind"] = .string(kind.name)
        if document["metadata"].isNull { document["metadata"] = [:] }
        document["metadata"]["name"] = .string(scene.name(suffix))
        if kind.namespaced, let namespace { document["metadata"]["namespace"] = .string(namespace) }
        let created = try await kubernetes.create(kind, document, namespace: namespace)
        afterwards(kind, suffix, in: namespace)
        return created
    }
}

extension Value {
    /// The status of a condition, as in `True`.
    func condition(_ type: String) -> String? { self["status"]["conditions"].items.first { $0["type"].string == type }?["status"].string }
    /// The reason of a condition.
    func reason(_ type: String) -> String? { self["status"]["conditions"].items.first { $0["type"].string == type }?["reason"].string }
    var name: String { self["metadata"]["name"].string ?? "" }
    var nodeName: String { self["spec"]["nodeName"].string ?? "" }
    var isReadyPod: Bool { condition("Ready") == "True" && self["metadata"]["deletionTimestamp"].isNull }
    /// The id of a node's instance, from its provider id.
    var instanceID: String { self["spec"]["providerID"].string.flatMap { $0.split(separator: "/").last.map(String.init) } ?? "" }
    var zone: String { self["metadata"]["labels"]["topology.kubernetes.io/zone"].string ?? "" }
}
