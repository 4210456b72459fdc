import AWSProtocol
import Documents

/// An add-on of a ClusterConfig.
struct AddonConfig: Sendable, Equatable {
    var name: String
    /// A version, `latest`, or nil for the default one.
    var version: String?
    var roleARN: String?
    /// JSON or YAML.
    var configuration: String?
    /// `none`, `overwrite` or `preserve`.
    var resolveConflicts: String?
    var tags: [String: String] = [:]
    init(name: String) { self.name = name }

    /// - Throws: `UsageError` when the name or a value is none.
    init(_ value: Value) throws(UsageError) {
        guard let name = value["name"].string, !name.isEmpty else { throw UsageError("addons[*].name must be set") }
        self.name = name.lowercased()
        version = value["version"].string
        roleARN = value["serviceAccountRoleARN"].string
        let values = value["configurationValues"]
        configuration = values.string ?? (values.isNull ? nil : JSON.text(values))
        resolveConflicts = value["resolveConflicts"].string
        if let mode = resolveConflicts, !["none", "overwrite", "preserve"].contains(mode.lowercased()) {
            throw UsageError("addons[*].resolveConflicts: \"\(mode)\" is not one of none, overwrite, preserve")
        }
        tags = value["tags"].strings
    }
    /// What eksctl installs unless it is told otherwise.
    static let defaults = ["metrics-server", "vpc-cni", "kube-proxy", "coredns"]
}

/// Creates a new cluster's add-ons. They become active with the nodes, for which nobody waits here.
struct AddonBuilder: Sendable {
    let config: ClusterConfig
    let aws: AWSClient
    let session: Session

    /// - Throws: `AWSError` for an add-on that EKS refuses.
    func create(version kubernetes: String) async throws {
        var addons = config.addons
        if config.hasDefaultAddons {
            let missing = AddonConfig.defaults.filter { name in !addons.contains { $0.name == name } }
            if !missing.isEmpty {
                session.info("default addons \(missing.joined(separator: ", ")) were not specified, will install them as EKS addons")
            }
            addons += missing.map(AddonConfig.init(name:))
        }
        for addon in addons {
            session.info("creating addon: \(addon.name)")
            var input: Value = ["clusterName": .string(config.name), "addonName": .string(addon.name)]
            if let version = addon.version { input["addonVersion"] = .string(try await resolved(version, of: addon, kubernetes)) }
            if let arn = addon.roleARN { input["serviceAccountRoleArn"] = .string(arn) }
            if let values = addon.configuration { input["configurationValues"] = .string(values) }
            if let mode = addon.resolveConflicts { input["resolveConflicts"] = .string(mode.uppercased()) }
            if !addon.tags.isEmpty { input["tags"] = Value(addon.tags) }
            _ = try await aws.call("eks", "CreateAddon", input)
            session.info("successfully created addon: \(addon.name)")
        }
    }
    private func resolved(_ wanted: String, of addon: AddonConfig, _ kubernetes: String) async throws -> String {
        let input: Value = ["addonName": .string(addon.name), "kubernetesVersion": .string(kubernetes)]
        let answer = try await aws.call("eks", "DescribeAddonVersions", input)
        let known = answer["addons"][0]["addonVersions"].items.compactMap { $0["addonVersion"].string }
        return try Self.match(wanted, among: known, of: addon.name)
    }
    /// The version that a user means: the newest for `latest`, else the one of that name, else the newest that begins so.
    static func match(_ wanted: String, among known: [String], of addon: String) throws(UsageError) -> String {
        if wanted == "latest", let newest = known.first { return newest }
        let full = wanted.hasPrefix("v") ? wanted : "v\(wanted)"
        guard let found = known.first(where: { $0 == full }) ?? known.first(where: { $0.hasPrefix(full) }) else {
            throw UsageError("no version(s) found matching \"\(wanted)\" for \"\(addon)\"")
        }
        return found
    }
}
