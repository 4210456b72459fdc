import Control
import Documents

/// `create cluster`: from a configuration file, or from flags alone.
enum CreateCluster {
    static let command = Command("cluster", help: "Create a cluster", flags: flags, action: run)

    private static let flags =
        [
            Flag("config-file", short: "f", "load configuration from a file (or stdin if set to '-')"),
            Flag("name", short: "n", "EKS cluster name (generated if unspecified, e.g. \"amazing-painting-1790000000\")"),
            Flag("version", "Kubernetes version (the newest that EKS offers if unspecified)"), Flag("region", short: "r", "AWS region"),
            Flag("tags", .list, "Used to tag the AWS resources (e.g. \"Owner=John Doe,Team=Some Team\")"),
            Flag("zones", .list, "(auto-select if unspecified)"), Flag("vpc-cidr", "CIDR to use for the VPC", standard: "192.168.0.0/16"),
            Flag("nodegroup-name", "name of the nodegroup (generated if unspecified, e.g. \"ng-1a2b3c4d\")"),
            Flag("without-nodegroup", .toggle, "if set, initial nodegroup will not be created"),
        ] + NodegroupFlags.all + KubeconfigTarget.flags + [
            Flag("write-kubeconfig", .toggle, "toggle writing of kubeconfig", standard: "true")
        ]
    /// Flags that make no sense beside a configuration file.
    private static let exclusive = [
        "name", "version", "region", "tags", "zones", "vpc-cidr", "nodegroup-name", "managed", "node-type", "nodes", "nodes-min",
        "nodes-max",
        "node-labels", "ssh-public-key",
    ]

    private static func run(_ arguments: Arguments, _ session: Session) async throws {
        var config: ClusterConfig
        if let file = arguments["config-file"] {
            for name in exclusive where arguments.has(name) { throw UsageError("cannot use --\(name) when --config-file/-f is set") }
            if !arguments.positional.isEmpty {
                throw UsageError("cannot use name argument \"\(arguments.positional[0])\" when --config-file/-f is set")
            }
            config = try ClusterConfig(file: file)
            if arguments.isOn("without-nodegroup") { config.nodegroups = [] }
        } else {
            config = try fromFlags(arguments, session)
        }
        try await ClusterBuilder(config, session: session, kubeconfig: .ofNewCluster(arguments)).create()
    }

    private static func fromFlags(_ arguments: Arguments, _ session: Session) throws -> ClusterConfig {
        let name = try oneName(arguments) ?? Names.cluster(session.random, session.clock)
        var config = ClusterConfig(name: name, region: arguments["region"] ?? session.region)
        config.version = arguments["version"]
        config.tags = try arguments.pairs("tags")
        config.availabilityZones = arguments.list("zones")
        if let cidr = arguments["vpc-cidr"] { config.vpcCIDR = cidr }
        guard !arguments.isOn("without-nodegroup") else { return config }
        let group = try NodegroupFlags.nodegroup(arguments, name: arguments["nodegroup-name"], session)
        config.nodegroups = [group]
        return config
    }
    /// The cluster's name, by flag or as the argument.
    static func oneName(_ arguments: Arguments) throws(UsageError) -> String? {
        if let argument = arguments.positional.first {
            if let name = arguments["name"], name != argument {
                throw UsageError("--name=\(name) and argument \(argument) cannot be used at the same time")
            }
            return argument
        }
        return arguments["name"]
    }
}

/// Generated names.
enum Names {
    private static let adjectives = [
        "amazing", "attractive", "beautiful", "bright", "calm", "ferocious", "floral", "hilarious", "wonderful", "unique",
    ]
    private static let nouns = [
        "badger", "creature", "dinosaur", "gopher", "mongoose", "mountain", "painting", "party", "pond", "sculpture",
    ]
    /// A name as eksctl makes them: an adjective, a noun and the time in seconds.
    static func cluster(_ random: RandomSource, _ clock: any WallClock) -> String {
        "\(adjectives[random.int(in: 0..<adjectives.count)])-\(nouns[random.int(in: 0..<nouns.count)])-\(clock.now.seconds)"
    }
}
