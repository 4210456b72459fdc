package import Documents

/// The names by which a pod knows itself. Source: kubelet_pods.go, GeneratePodHostNameAndDomain.
package struct PodHostname: Sendable, Hashable {
    /// The short name; at most 63 characters.
    package let name: String
    /// As in `sub.default.svc.cluster.local`; empty without a subdomain.
    package let domain: String
    /// What `hostname` answers in the pod.
    package let kernelName: String

    /// - Throws: `PodHostError.failed` when the full name is wanted and longer than 64 characters.
    package init(_ pod: Value, settings: PodHostSettings) throws(PodHostError) {
        let text = PodText(pod)
        if let override = text.spec["hostnameOverride"].string, !override.isEmpty {
            (name, domain, kernelName) = (override, "", override)
            return
        }
        let given = text.spec["hostname"].string ?? ""
        var short = String((given.isEmpty ? text.name : given).prefix(63))
        while let last = short.last, last == "-" || last == "." { short.removeLast() }
        let subdomain = text.spec["subdomain"].string ?? ""
        name = short
        domain = subdomain.isEmpty ? "" : "\(subdomain).\(text.namespace).svc.\(settings.clusterDomain)"
        guard text.spec["setHostnameAsFQDN"].bool ?? false, !domain.isEmpty else {
            kernelName = short
            return
        }
        kernelName = "\(short).\(domain)"
        guard kernelName.utf8.count <= 64 else {
            throw .failed(
                "failed to construct FQDN from pod hostname and cluster domain, FQDN \(kernelName) is too long "
                    + "(64 is the max, \(kernelName.utf8.count) characters requested)")
        }
    }
}

/// The hosts file of a pod. Source: kubelet_pods.go, ensureHostsFile.
package enum HostsFile {
    /// - Parameter node: the node's own file, for pods on its network.
    package static func text(_ pod: Value, hostname: PodHostname, addresses: [String], node: String) -> String {
        let isHostNetwork = PodText(pod).isHostNetwork
        var text: String
        if isHostNetwork {
            text = "# Kubernetes-managed hosts file (host network).\n" + node
        } else {
            text = "# Kubernetes-managed hosts file.\n" + local
            let names = hostname.domain.isEmpty ? hostname.name : "\(hostname.name).\(hostname.domain)\t\(hostname.name)"
            for address in addresses { text += "\(address)\t\(names)\n" }
        }
        let aliases = pod["spec"]["hostAliases"].items
        guard !aliases.isEmpty else { return text }
        text += "\n# Entries added by HostAliases.\n"
        for alias in aliases {
            text += ([alias["ip"].string ?? ""] + alias["hostnames"].items.compactMap(\.string)).joined(separator: "\t") + "\n"
        }
        return text
    }

    private static let local = """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        fe00::0\tip6-mcastprefix
        fe00::1\tip6-allnodes
        fe00::2\tip6-allrouters

        """
}
