import Documents

/// How many instances a region takes, as an account's quotas bound them on AWS: no request and no group can fill the machine.
enum InstanceLimits {
    static let perRegion = 1000
    /// Source: EKS service quotas, "Nodes per managed node group".
    static let perNodegroup = 450

    /// How many of the instances count.
    static func standing(_ instances: [Instance]) -> Int { instances.count { $0.status.state != "terminated" } }
}
