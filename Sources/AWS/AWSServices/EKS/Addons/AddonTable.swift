import Documents

/// An add-on that EKS offers, with its versions.
struct AddonOffer: Sendable {
    /// One version for one version of Kubernetes.
    struct Version: Sendable, Hashable {
        /// `v1.13.2-eksbuild.4`
        let name: String
        /// Kubernetes minor version, `1.36`.
        let cluster: String
        let isDefault: Bool
        /// `v1.13.2`
        var release: String { String(name.prefix { $0 != "-" }) }
    }
    let name: String
    /// `networking`, `observability` or `storage`.
    let type: String
    /// `aws` or `community`.
    let owner: String
    /// Newest first.
    let versions: [Version]
    /// Service accounts with the managed policies that they need.
    let permissions: [(account: String, policy: String)]

    /// The default version for a cluster's version; nil when the add-on does not fit it.
    func standard(for cluster: String) -> Version? {
        versions.first { $0.cluster == cluster && $0.isDefault }
    }
    func version(_ name: String, for cluster: String) -> Version? { versions.first { $0.cluster == cluster && $0.name == name } }
}

/// The add-ons and their versions. Source: EKS user guide, version tables of the add-ons' pages.
enum AddonTable {
    /// Add-on, Kubernetes version, add-on versions, the default first.
    private static let text: StaticString = """
        vpc-cni 1.36 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.35 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.34 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.33 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.32 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.31 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        vpc-cni 1.30 v1.21.1-eksbuild.1 v1.20.4-eksbuild.2
        kube-proxy 1.36 v1.36.0-eksbuild.14 v1.36.0-eksbuild.2
        kube-proxy 1.35 v1.35.3-eksbuild.13 v1.35.3-eksbuild.2
        kube-proxy 1.34 v1.34.6-eksbuild.13 v1.34.6-eksbuild.2
        kube-proxy 1.33 v1.33.10-eksbuild.13 v1.33.10-eksbuild.2
        kube-proxy 1.32 v1.32.13-eksbuild.16 v1.32.13-eksbuild.5
        kube-proxy 1.31 v1.31.14-eksbuild.20 v1.31.14-eksbuild.9
        kube-proxy 1.30 v1.30.14-eksbuild.28 v1.30.14-eksbuild.8
        coredns 1.36 v1.14.3-eksbuild.1 v1.13.2-eksbuild.4
        coredns 1.35 v1.13.2-eksbuild.4 v1.12.4-eksbuild.1
        coredns 1.34 v1.13.2-eksbuild.4 v1.12.4-eksbuild.1
        coredns 1.33 v1.13.2-eksbuild.4 v1.12.4-eksbuild.1
        coredns 1.32 v1.11.4-eksbuild.33 v1.11.4-eksbuild.24
        coredns 1.31 v1.11.4-eksbuild.33 v1.11.4-eksbuild.24
        coredns 1.30 v1.11.4-eksbuild.33 v1.11.4-eksbuild.24
        metrics-server 1.36 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.35 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.34 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.33 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.32 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.31 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        metrics-server 1.30 v0.8.0-eksbuild.3 v0.7.2-eksbuild.4
        aws-ebs-csi-driver 1.36 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.35 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.34 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.33 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.32 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.31 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        aws-ebs-csi-driver 1.30 v1.48.0-eksbuild.2 v1.46.0-eksbuild.1
        """
    private static let rows: [(addon: String, version: AddonOffer.Version)] = "\(text)".split(separator: "\n").flatMap { line in
        let words = line.split(separator: " ").map(String.init)
        return words.dropFirst(2).enumerated().map { index, name in
            (words[0], AddonOffer.Version(name: name, cluster: words[1], isDefault: index == 0))
        }
    }
    /// Every add-on.
    static let all: [AddonOffer] = [
        offer("vpc-cni", "networking", "aws", [("aws-node", "AmazonEKS_CNI_Policy")]), offer("kube-proxy", "networking", "aws"),
        offer("coredns", "networking", "aws"), offer("metrics-server", "observability", "community"),
        offer("aws-ebs-csi-driver", "storage", "aws", [("ebs-csi-controller-sa", "AmazonEBSCSIDriverPolicy")]),
    ]
    private static func offer(
        _ name: String, _ type: String, _ owner: String, _ permissions: [(account: String, policy: String)] = []
    ) -> AddonOffer {
        AddonOffer(
            name: name, type: type, owner: owner, versions: rows.filter { $0.addon == name }.map(\.version), permissions: permissions)
    }
    static func named(_ name: String) -> AddonOffer? { all.first { $0.name == name } }
    /// What a cluster has from the start, unless its creator declined.
    static let selfManaged = ["vpc-cni", "kube-proxy", "coredns"]
}

/// The images that the add-ons' manifests name, all of which are the one system image but those of the EBS driver: it has no program.
package enum SystemImages {
    /// The names that nodes of a cluster of that Kubernetes version (`1.36`) may be asked for.
    package static func names(region: String, version: String) -> [String] {
        AddonTable.all.filter { $0.type != "storage" }.flatMap { offer in
            offer.versions.filter { $0.cluster == version }.map { image(of: offer.name, $0, region: region) }
        }
    }
    static func image(of addon: String, _ version: AddonOffer.Version, region: String) -> String {
        switch addon {
        case "vpc-cni": "\(registry(region))/amazon-k8s-cni:\(version.name)"
        case "kube-proxy": "\(registry(region))/eks/kube-proxy:\(kubeProxyTag(version))"
        default: "\(registry(region))/eks/\(addon):\(version.name)"
        }
    }
    /// Up to Kubernetes 1.33 the image's tag says that it is minimal.
    static func kubeProxyTag(_ version: AddonOffer.Version) -> String {
        let isMinimal = (Int(version.cluster.split(separator: ".").last ?? "") ?? 0) < 34
        return isMinimal ? version.name.replacing("-eksbuild", with: "-minimal-eksbuild") : version.name
    }
    /// Source: EKS user guide, "View Amazon container image registries for Amazon EKS add-ons".
    static func registry(_ region: String) -> String {
        let accounts = [
            "af-south-1": "877085696533", "ap-east-1": "800184023465", "eu-south-1": "590381155156", "me-south-1": "558608220178",
        ]
        return "\(accounts[region] ?? "602401143452").dkr.ecr.\(region).amazonaws.com"
    }
}
