import AWSProtocol
import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let access: [Behaviour] = [
        Behaviour("an access entry lets a user in as far as its policy goes, and its removal ends that") { scene in
            let stage = try await scene.cluster()
            let (arn, key) = try await scene.user("ann")
            let ann = try await scene.bed.clients.kubernetes(cluster: stage.cluster, key)
            try await scene.refused(401) { try await ann.get(NamespaceFields.kind, "default") }
            let entry: Value = ["clusterName": .string(stage.cluster), "principalArn": .string(arn)]
            try await scene.aws("eks", "CreateAccessEntry", entry)
            try await scene.refused(403) { try await ann.get(NamespaceFields.kind, "default") }
            var association = entry
            association["policyArn"] = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
            association["accessScope"] = ["type": "namespace", "namespaces": ["default"]]
            try await scene.aws("eks", "AssociateAccessPolicy", association)
            _ = try await ann.list(PodFields.kind, namespace: "default")
            try await scene.refused(403) { .array(try await ann.list(PodFields.kind, namespace: "kube-system").items) }
            let map: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(scene.name("map"))]]
            try await scene.refused(403) { try await ann.create(ConfigMapFields.kind, map) }
            association["policyArn"] = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
            try await scene.aws("eks", "AssociateAccessPolicy", association)
            _ = try await ann.create(ConfigMapFields.kind, map)
            try await scene.aws("eks", "DeleteAccessEntry", entry)
            try await scene.refused(401) { .array(try await ann.list(PodFields.kind, namespace: "default").items) }
        },
        Behaviour("authentication modes move towards access entries and never back, and decide who is let in") { scene in
            let stage = try await scene.cluster(nodes: 1, mode: "CONFIG_MAP")
            let (arn, key) = try await scene.user("bob")
            let bob = try await scene.bed.clients.kubernetes(cluster: stage.cluster, key)
            let entry: Value = ["clusterName": .string(stage.cluster), "principalArn": .string(arn)]
            try await scene.refused("InvalidRequestException") { try await scene.aws("eks", "CreateAccessEntry", entry) }
            let users: Value = [["userarn": .string(arn), "username": "bob", "groups": ["system:masters"]]]
            _ = try await stage.kubernetes.patch(
                ConfigMapFields.kind, namespace: "kube-system", "aws-auth", .merge(["data": ["mapUsers": .string(YAML.text(users))]]))
            _ = try await bob.get(NamespaceFields.kind, "default")
            try await stage.mode("API_AND_CONFIG_MAP")
            _ = try await bob.get(NamespaceFields.kind, "default")
            try await scene.refused("InvalidParameterException") { try await stage.request(mode: "CONFIG_MAP") }
            try await stage.mode("API")
            try await scene.refused(401) { try await bob.get(NamespaceFields.kind, "default") }
            try await scene.aws("eks", "CreateAccessEntry", entry)
            try await scene.refused(403) { try await bob.get(NamespaceFields.kind, "default") }
        },
        Behaviour("an access key that is made inactive opens nothing") { scene in
            let stage = try await scene.cluster()
            let (arn, key) = try await scene.user("eve")
            let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
            let entry: Value = ["clusterName": .string(stage.cluster), "principalArn": .string(arn)]
            try await scene.aws("eks", "CreateAccessEntry", entry)
            var association = entry
            (association["policyArn"], association["accessScope"]) = (.string(policy), ["type": "cluster"])
            try await scene.aws("eks", "AssociateAccessPolicy", association)
            let eve = try await scene.bed.clients.kubernetes(cluster: stage.cluster, key)
            _ = try await eve.get(NamespaceFields.kind, "default")
            let change: Value = ["UserName": .string(scene.name("eve")), "AccessKeyId": .string(key.accessKey), "Status": "Inactive"]
            try await scene.aws("iam", "UpdateAccessKey", change)
            try await scene.refused(401) { try await eve.get(NamespaceFields.kind, "default") }
            try await scene.refused("InvalidClientTokenId") { try await scene.bed.clients.aws(key).call("sts", "GetCallerIdentity") }
        },
    ]
}

extension Stage {
    func request(mode: String) async throws -> Value {
        try await scene.aws(
            "eks", "UpdateClusterConfig", ["name": .string(cluster), "accessConfig": ["authenticationMode": .string(mode)]])["update"]
    }
    /// Moves the cluster to an authentication mode.
    func mode(_ mode: String) async throws { try await finished(request(mode: mode)) }
}
