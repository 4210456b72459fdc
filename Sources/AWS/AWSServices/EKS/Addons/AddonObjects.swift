import Documents

/// The Kubernetes objects of an add-on, as they are to be in a cluster.
struct AddonObjects {
    let addon: String
    let version: AddonOffer.Version
    let region: String
    let cluster: EKSCluster
    /// What the user configured; null for nothing.
    var configuration = Value.null
    /// The IAM role of the add-on's service account.
    var roleARN: String?

    /// The objects in the order in which they are made.
    /// - Throws: `DocumentError` never, for the texts are tested.
    func all() throws -> [Value] {
        let template: StaticString =
            switch addon {
            case "vpc-cni": VPCCNIManifest.text
            case "kube-proxy": KubeProxyManifest.text
            case "coredns": CoreDNSManifest.text
            case "aws-ebs-csi-driver": EBSDriverManifest.text
            default: MetricsServerManifest.text
            }
        var text = "\(template)"
        for (name, filling) in fillings { text = text.replacing("%{\(name)}", with: filling) }
        return try YAML.parse(text).filter { !$0.isNull }.compactMap(configured)
    }
    private var fillings: [String: String] {
        let cidr = cluster.spec.kubernetesNetworkConfig?["serviceIpv4Cidr"].string ?? "10.100.0.0/16"
        return [
            "registry": SystemImages.registry(region), "version": version.name, "release": version.release, "region": region,
            "image": SystemImages.kubeProxyTag(version), "cluster": cluster.metadata.name ?? "",
            "vpc": cluster.spec.resourcesVpcConfig.vpcId ?? "", "endpoint": NodeConfigText.endpoint(of: cluster),
            "dns": IPv4Network(cidr).map { IPv4Network.text($0[10]) } ?? "10.100.0.10",
            "registrar": "v2.14.0-eksbuild.4", "mode": configuration["mode"].string ?? "iptables",
            "networkPolicy": configuration["enableNetworkPolicy"].string ?? configuration["enableNetworkPolicy"].bool.map { "\($0)" }
                ?? "false",
        ]
    }

    /// An object with the user's configuration in it; nil when that leaves it out.
    private func configured(_ object: Value) -> Value? {
        var object = object
        switch object["kind"].string ?? "" {
        case "ServiceAccount":
            if let roleARN {
                var annotations: Value = [:]
                annotations["eks.amazonaws.com/role-arn"] = .string(roleARN)
                object["metadata"]["annotations"] = annotations
            }
        case "ConfigMap":
            if let corefile = configuration["corefile"].string, !object["data"]["Corefile"].isNull {
                object["data"]["Corefile"] = .string(corefile)
            }
        case "PodDisruptionBudget":
            let wish = configuration["podDisruptionBudget"]
            if wish["enabled"].bool == false { return nil }
            for member in ["minAvailable", "maxUnavailable"] where !wish[member].isNull {
                object["spec"]["maxUnavailable"] = .null
                object["spec"][member] = wish[member]
            }
        case "Deployment", "DaemonSet": configure(&object)
        default: break
        }
        return object
    }
    private func configure(_ workload: inout Value) {
        if addon == "aws-ebs-csi-driver" { return configureDriver(&workload) }
        let replicas = configuration["replicaCount"].isNull ? configuration["replicas"] : configuration["replicaCount"]
        if !replicas.isNull { workload["spec"]["replicas"] = replicas }
        var template = workload["spec"]["template"]
        for (member, target) in [("podLabels", "labels"), ("podAnnotations", "annotations")] {
            for pair in configuration[member].object ?? [:] { template["metadata"][target][pair.key] = pair.value }
        }
        for member in ["nodeSelector", "tolerations", "affinity", "topologySpreadConstraints"] where !configuration[member].isNull {
            template["spec"][member] = configuration[member]
        }
        var container = template["spec"]["containers"][0]
        if !configuration["resources"].isNull { container["resources"] = configuration["resources"] }
        let wished = configuration["env"].object ?? [:]
        if !wished.isEmpty {
            let kept = container["env"].items.filter { item in !wished.contains { $0.key == item["name"].string } }
            container["env"] = .array(kept + wished.map { ["name": .string($0.key), "value": .string(Self.text($0.value))] })
        }
        if let arguments = configuration["args"].array { container["args"] = .array(container["args"].items + arguments) }
        template["spec"]["containers"] = .array([container] + template["spec"]["containers"].items.dropFirst())
        workload["spec"]["template"] = template
    }
    /// The driver's two workloads have settings of their own. Source: aws-ebs-csi-driver, values.yaml.
    private func configureDriver(_ workload: inout Value) {
        let isController = workload["kind"] == "Deployment"
        let wish = configuration[isController ? "controller" : "node"]
        if isController, !wish["replicaCount"].isNull { workload["spec"]["replicas"] = wish["replicaCount"] }
        var template = workload["spec"]["template"]["spec"]
        for member in ["nodeSelector", "tolerations", "affinity", "topologySpreadConstraints"] where !wish[member].isNull {
            template[member] = wish[member]
        }
        for (member, target) in [("podLabels", "labels"), ("podAnnotations", "annotations")] {
            for pair in wish[member].object ?? [:] { workload["spec"]["template"]["metadata"][target][pair.key] = pair.value }
        }
        var container = template["containers"][0]
        if !wish["resources"].isNull { container["resources"] = wish["resources"] }
        template["containers"] = .array([container] + template["containers"].items.dropFirst())
        workload["spec"]["template"]["spec"] = template
    }
    private static func text(_ value: Value) -> String {
        value.string ?? value.bool.map { "\($0)" } ?? value.int.map { "\($0)" } ?? JSON.text(value)
    }

    /// The objects whose readiness is the add-on's: kinds and names.
    static func workloads(of addon: String) -> [(kind: String, name: String)] {
        switch addon {
        case "vpc-cni": [("DaemonSet", "aws-node")]
        case "kube-proxy": [("DaemonSet", "kube-proxy")]
        case "aws-ebs-csi-driver": [("Deployment", "ebs-csi-controller"), ("DaemonSet", "ebs-csi-node")]
        default: [("Deployment", addon)]
        }
    }
}
