import AWSProtocol
import Control
import Documents

/// The AWS side of a trial: a nodegroup that is scaled, another that comes and goes, and a second cluster that does.
struct RegionPlay: Sendable {
    private let installation: Installation
    private let cluster: String
    private let scene: Scene
    /// The requests that make what comes and goes.
    private let (second, extra): (Value, Value)
    private let standing: Value
    private static let patience = Duration.seconds(1800)

    init(scene: Scene, stage: Stage, installation: Installation) async throws {
        (self.scene, self.installation, cluster) = (scene, installation, stage.cluster)
        standing = stage.key("ng")
        let facts = try await scene.cluster(stage.cluster)
        var second: Value = ["name": .string(scene.name("second")), "roleArn": facts["roleArn"]]
        second["resourcesVpcConfig"] = ["subnetIds": facts["resourcesVpcConfig"]["subnetIds"]]
        var extra = stage.key("extra")
        let group = try await stage.nodegroup("ng")
        (extra["nodeRole"], extra["subnets"]) = (group["nodeRole"], group["subnets"])
        (extra["instanceTypes"], extra["scalingConfig"]) = (["m5.large"], ["minSize": 0, "maxSize": 2, "desiredSize": 1])
        (self.second, self.extra) = (second, extra)
    }

    /// Does one thing, and tells which and how that went.
    func act(_ random: RandomSource) async throws -> String {
        switch random.int(in: 0..<6) {
        case 0, 1:
            let size = random.int(in: 2..<5)
            var input = standing
            input["scalingConfig"] = ["minSize": 0, "maxSize": 6, "desiredSize": .int(Int64(size))]
            return try await call("UpdateNodegroupConfig", input) + " to \(size)"
        case 2: return try await call("CreateCluster", second)
        case 3: return try await call("DeleteCluster", ["name": second["name"]])
        case 4: return try await call("CreateNodegroup", extra)
        default: return try await call("DeleteNodegroup", key(extra))
        }
    }
    private func key(_ group: Value) -> Value { ["clusterName": group["clusterName"], "nodegroupName": group["nodegroupName"]] }
    private func call(_ operation: String, _ input: Value) async throws -> String {
        do {
            _ = try await installation.aws().call("eks", operation, input)
            return "\(operation): done"
        } catch let error as AWSError { return "\(operation): \(error.code)" }
    }

    /// Deletes what comes and goes, and waits until it is gone, with all its instances, and the rest is at rest.
    /// - Throws: `Violation` when that does not come about.
    func settle() async throws {
        try await wait("the second nodegroup goes") { try await isGone("DeleteNodegroup", "DescribeNodegroup", key(extra)) }
        try await wait("the second cluster goes") { try await isGone("DeleteCluster", "DescribeCluster", ["name": second["name"]]) }
        try await wait("the nodegroup has the instances that it asks for") { try await unrest() }
    }
    /// Nil once it is gone; asks again for as long as that is refused.
    private func isGone(_ delete: String, _ describe: String, _ key: Value) async throws -> String? {
        if try await scene.isGone(describe, key) { return nil }
        return try await call(delete, key)
    }
    private func unrest() async throws -> String? {
        let group = try await scene.aws("eks", "DescribeNodegroup", standing)["nodegroup"]
        guard group["status"].string == "ACTIVE" else { return "it is \(group["status"].string ?? "")" }
        let filters: Value = [
            ["Name": "tag:eks:cluster-name", "Values": [.string(cluster)]],
            ["Name": "instance-state-name", "Values": ["pending", "running", "shutting-down", "stopping"]],
        ]
        let found = try await scene.aws("ec2", "DescribeInstances", ["Filters": filters])["Reservations"].items
        let instances = found.flatMap { $0["Instances"].items }
        let wanted = group["scalingConfig"]["desiredSize"].int ?? 0
        return instances.count == wanted ? nil : "there are \(instances.count) instances of \(wanted)"
    }
    private func wait(_ what: String, _ reason: () async throws -> String?) async throws {
        let end = installation.clock.now + Self.patience
        while let reason = try await reason() {
            guard installation.clock.now < end else { throw Violation("not after \(Self.patience) without faults: \(what): \(reason)") }
            try await installation.clock.sleep(for: .seconds(5))
        }
    }
}
