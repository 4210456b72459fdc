import Control

/// The flags that describe a nodegroup, in `create cluster` and in `create nodegroup`.
enum NodegroupFlags {
    static let all = [
        Flag("managed", .toggle, "Create EKS-managed nodegroup", standard: "true"),
        Flag("node-type", short: "t", "node instance type", standard: "\"m5.large\""),
        Flag("nodes", short: "N", .number, "total number of nodes (for a static ASG)", standard: "2"),
        Flag("nodes-min", short: "m", .number, "minimum nodes in ASG (leave unset for a static nodegroup)"),
        Flag("nodes-max", short: "M", .number, "maximum nodes in ASG (leave unset for a static nodegroup)"),
        Flag(
            "node-labels", .list,
            "extra labels to add when registering the nodes in the nodegroup (e.g. \"partition=backend,nodeclass=hugememory\")"),
        Flag("ssh-public-key", "EC2 key pair for SSH access to the nodes"),
    ]
    /// The nodegroup that the flags describe; its name is made up when there is none.
    /// - Throws: `UsageError` when they contradict.
    static func nodegroup(_ arguments: Arguments, name: String?, _ session: Session) throws -> NodegroupConfig {
        var group = NodegroupConfig(
            name: name ?? "ng-\(session.random.hex(8))", managed: !arguments.has("managed") || arguments.isOn("managed"))
        if let type = arguments["node-type"] { group.instanceTypes = [type] }
        group.labels = try arguments.pairs("node-labels")
        group.sshKey = arguments["ssh-public-key"]
        try group.setSizes(
            desired: arguments.number("nodes"), minimum: arguments.number("nodes-min"), maximum: arguments.number("nodes-max"))
        return group
    }
}
