import AWSProtocol
import Control
import Documents

/// `create`, `get`, `update` and `delete addon`.
enum AddonCommands {
    private static let cluster = Flag("cluster", "EKS cluster name"), name = Flag("name", "Add-on name")
    private static let change = [
        cluster, name, GetCommands.region, Flag("version", "Add-on version (\"latest\", or the beginning of one)"),
        Flag("service-account-role-arn", "Add-on serviceAccountRoleARN"),
        Flag("force", .toggle, "Force migrates an existing self-managed add-on to an EKS managed add-on, or overwrites changes"),
        Flag("wait", short: "w", .toggle, "Wait for the addon creation to complete"),
    ]

    static let create = Command("addon", help: "Create an Addon", flags: change) { arguments, session in
        let place = try Place(arguments, session)
        let name = try place.addon()
        var input = try await place.input(arguments, name)
        if arguments.isOn("force") { input["resolveConflicts"] = "OVERWRITE" }
        session.info("creating addon: \(name)")
        _ = try await place.aws.call("eks", "CreateAddon", input)
        if arguments.isOn("wait") { try await place.wait(for: name) }
        session.info("successfully created addon: \(name)")
    }
    static let update = Command("addon", help: "Upgrade an addon", flags: change) { arguments, session in
        let place = try Place(arguments, session)
        let name = try place.addon()
        var input = try await place.input(arguments, name)
        input["resolveConflicts"] = arguments.isOn("force") ? "OVERWRITE" : .null
        session.info("updating addon: \(name)")
        _ = try await place.aws.call("eks", "UpdateAddon", input)
        if arguments.isOn("wait") { try await place.wait(for: name) }
        session.info("updated addon \"\(name)\"")
    }
    static let delete = Command(
        "addon", help: "Delete an Addon",
        flags: [
            cluster, name, GetCommands.region,
            Flag("preserve", .toggle, "Delete the addon from the API but preserve its Kubernetes resources"),
        ]
    ) { arguments, session in
        let place = try Place(arguments, session)
        let name = try place.addon()
        session.info("deleting addon: \(name)")
        _ = try await place.aws.call(
            "eks", "DeleteAddon",
            ["clusterName": .string(place.cluster), "addonName": .string(name), "preserve": .bool(arguments.isOn("preserve"))])
        session.info("deleted addon: \(name)")
    }

    static let get = Command(
        "addon", aliases: ["addons"], help: "Get an Addon", flags: [cluster, name, GetCommands.region, GetCommands.output]
    ) { arguments, session in
        let place = try Place(arguments, session)
        let known = try await place.aws.all("eks", "ListAddons", "addons", ["clusterName": .string(place.cluster)]).compactMap(\.string)
        let names = place.name.map { [$0] } ?? known
        let version = try await place.kubernetes()
        var rows: [(addon: Value, newer: [String])] = []
        for name in names {
            let addon = try await place.aws.call(
                "eks", "DescribeAddon", ["clusterName": .string(place.cluster), "addonName": .string(name)])["addon"]
            let offered = try await place.versions(of: name, version)
            rows.append((addon, Array(offered.prefix { $0 != addon["addonVersion"].string })))
        }
        try GetCommands.show(arguments, session, .array(rows.map(\.addon))) {
            if rows.isEmpty { return "No addons found" }
            var table = TabTable([
                "NAME", "VERSION", "STATUS", "ISSUES", "IAMROLE", "UPDATE AVAILABLE", "CONFIGURATION VALUES", "NAMESPACE",
            ])
            for row in rows {
                table.add([
                    row.addon["addonName"].string ?? "", row.addon["addonVersion"].string ?? "", row.addon["status"].string ?? "",
                    "\(row.addon["health"]["issues"].items.count)", row.addon["serviceAccountRoleArn"].string ?? "",
                    row.newer.joined(separator: ","), row.addon["configurationValues"].string ?? "",
                    row.addon["namespaceConfig"]["namespace"].string ?? "",
                ])
            }
            return table.text
        }
    }

    /// The cluster and add-on that a command names.
    private struct Place {
        let cluster: String
        let name: String?
        let aws: AWSClient
        let session: Session

        init(_ arguments: Arguments, _ session: Session) throws {
            guard let cluster = arguments["cluster"] else { throw UsageError("--cluster must be set") }
            (self.cluster, self.session, name) = (cluster, session, try CreateCluster.oneName(arguments))
            aws = try session.aws(session.region(of: cluster, asked: arguments["region"]))
        }
        func addon() throws(UsageError) -> String {
            guard let name else { throw UsageError("--name must be set") }
            return name
        }
        func kubernetes() async throws -> String {
            try await aws.call("eks", "DescribeCluster", ["name": .string(cluster)])["cluster"]["version"].string ?? ""
        }
        /// The versions that EKS offers, newest first.
        func versions(of name: String, _ kubernetes: String) async throws -> [String] {
            let input: Value = ["addonName": .string(name), "kubernetesVersion": .string(kubernetes)]
            let offered = try await aws.call("eks", "DescribeAddonVersions", input)["addons"][0]["addonVersions"].items
            return offered.compactMap { $0["addonVersion"].string }
        }
        func input(_ arguments: Arguments, _ name: String) async throws -> Value {
            var input: Value = ["clusterName": .string(cluster), "addonName": .string(name)]
            if let wanted = arguments["version"] {
                let known = try await versions(of: name, try await kubernetes())
                input["addonVersion"] = .string(try AddonBuilder.match(wanted, among: known, of: name))
            }
            if let arn = arguments["service-account-role-arn"] { input["serviceAccountRoleArn"] = .string(arn) }
            return input
        }
        func wait(for name: String) async throws {
            _ = try await ClusterResources(cluster: cluster, aws: aws, session: session).wait(for: "addon \"\(name)\"", "ACTIVE") {
                try await aws.call("eks", "DescribeAddon", ["clusterName": .string(cluster), "addonName": .string(name)])["addon"]
            }
        }
    }
}
