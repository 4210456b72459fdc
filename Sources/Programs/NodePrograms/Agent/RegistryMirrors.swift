import Documents
import Linux
import NodeNetwork

/// Tells containerd where a private registry of ECR is: its name is one that only AWS's own resolvers know, and here the region answers
/// for it on its endpoint in the VPC. Source: containerd, docs/hosts.md.
enum RegistryMirrors {
    /// - Parameter endpoint: the region's endpoint as nodes reach it.
    /// - Throws: `LinuxError`, or what the metadata service's client throws.
    static func write(_ metadata: InstanceMetadataClient, region: String, endpoint: String) async throws {
        let identity = try JSON.parse(try await metadata.required("dynamic/instance-identity/document"))
        guard let account = identity["accountId"].string else { return }
        let host = "\(account).dkr.ecr.\(region).amazonaws.com"
        let text = """
            server = "https://\(host)"

            [host."\(endpoint)"]
              capabilities = ["pull", "resolve"]

            """
        try Files.makeFolders("/etc/containerd/certs.d/\(host)")
        try Files.replace("/etc/containerd/certs.d/\(host)/hosts.toml", Array(text.utf8))
    }
}
