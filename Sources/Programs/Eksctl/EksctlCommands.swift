import AWSProtocol
import Control
import Documents

/// The eksctl grammar: every command that this program and its `eksctl` link understand.
package enum EksctlCommands {
    package static let all: [Command] = [
        Command("create", help: "Create resource(s)", subcommands: [CreateCluster.command, CreateNodegroup.command, AddonCommands.create]),
        Command("get", help: "Get resource(s)", subcommands: [GetCommands.cluster, GetCommands.nodegroup, AddonCommands.get]),
        Command("scale", help: "Scale resource(s)", subcommands: [ScaleNodegroup.command]),
        Command("delete", help: "Delete resource(s)", subcommands: [DeleteCluster.command, DeleteNodegroup.command, AddonCommands.delete]),
        Command("update", help: "Update resource(s)", subcommands: [AddonCommands.update]),
        Command("utils", help: "Various utils", subcommands: [writeKubeconfig]), getToken, version,
    ]

    private static let writeKubeconfig = Command(
        "write-kubeconfig", help: "Write kubeconfig file for a given cluster",
        flags: [
            Flag("cluster", short: "c", "EKS cluster name"), Flag("name", short: "n", "EKS cluster name"), GetCommands.region,
        ] + KubeconfigTarget.flags
    ) { arguments, session in
        guard let name = arguments["cluster"] ?? arguments["name"] ?? arguments.positional.first else {
            throw UsageError("--cluster must be set")
        }
        let region = session.region(of: name, asked: arguments["region"])
        let cluster = try await session.aws(region).call("eks", "DescribeCluster", ["name": .string(name)])["cluster"]
        guard cluster["status"].string != "CREATING" else { throw UsageError("cluster \"\(name)\" is still being created") }
        let target = KubeconfigTarget(arguments)
        try Kubeconfig(session: session).save(
            cluster: cluster, region: region, setCurrent: target.setsContext, path: target.path)
    }

    private static let getToken = Command(
        "get-token", help: "Print an ExecCredential with a token for a cluster, as kubectl asks for it",
        flags: [Flag("cluster-name", "EKS cluster name"), GetCommands.region]
    ) { arguments, session in
        guard let name = arguments["cluster-name"] else { throw UsageError("--cluster-name must be set") }
        let token = try session.token(name, arguments["region"] ?? session.region)
        let expiry = (session.clock.now + Duration.seconds(14 * 60)).text
        session.print(
            JSON.text([
                "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "spec": [:],
                "status": ["expirationTimestamp": .string(expiry), "token": .string(token)],
            ]))
    }

    private static let version = Command("version", help: "Output the version", flags: [GetCommands.output]) { arguments, session in
        switch arguments["output"] {
        case "json": session.print(JSON.text(["Version": .string(session.version)]))
        case nil: session.print(session.version)
        case let other?: throw UsageError("unknown output: \(other)")
        }
    }
}
