import AWSProtocol
import Control
import Documents

/// What belongs to a cluster in the region: the tags that mark it, and waiting for it.
struct ClusterResources: Sendable {
    let cluster: String
    let aws: AWSClient
    let session: Session

    static let clusterTag = "alpha.eksctl.io/cluster-name"
    static let nodegroupTag = "alpha.eksctl.io/nodegroup-name"
    static let nodegroupTypeTag = "alpha.eksctl.io/nodegroup-type"
    /// The tags of everything that is made for the cluster.
    var tags: [String: String] {
        [
            Self.clusterTag: cluster, "alpha.eksctl.io/eksctl-version": session.version,
            "eksctl.cluster.k8s.io/v1alpha1/cluster-name": cluster,
        ]
    }
    /// The EC2 filter that finds what is marked as the cluster's.
    var filter: Value { [["Name": .string("tag:\(Self.clusterTag)"), "Values": [.string(cluster)]]] }

    /// Asks again and again until the resource shows the status, and returns it.
    /// - Throws: `UsageError` when it fails on the way, or after 25 minutes.
    func wait(for what: String, _ status: String, describe: () async throws -> Value) async throws -> Value {
        let deadline = session.clock.now + .seconds(25 * 60)
        var pause = Duration.milliseconds(20)
        while session.clock.now < deadline {
            let resource = try await describe()
            if resource["status"].string == status { return resource }
            if ["FAILED", "CREATE_FAILED", "DELETE_FAILED"].contains(resource["status"].string ?? "") {
                throw UsageError("\(what) is in state \(resource["status"].string ?? ""): \(JSON.text(resource["health"]["issues"]))")
            }
            try await session.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
        throw UsageError("timed out waiting for \(what) to become \(status)")
    }
    /// Waits until asking for the resource answers that there is none.
    func waitUntilGone(_ what: String, describe: () async throws -> Value) async throws {
        let deadline = session.clock.now + .seconds(25 * 60)
        var pause = Duration.milliseconds(20)
        while session.clock.now < deadline {
            do { if try await describe() == .null { return } } catch let error as AWSError where error.code.contains("NotFound") { return }
            try await session.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
        throw UsageError("timed out waiting for the deletion of \(what)")
    }

    /// Makes the EC2 key pair when the account has none of that name, and saves its private key for the user.
    func ensureKeyPair(_ name: String) async throws {
        do {
            _ = try await aws.call("ec2", "DescribeKeyPairs", ["KeyNames": [.string(name)]])
            session.info("using EC2 key pair \"\(name)\"")
        } catch let error as AWSError where error.code == "InvalidKeyPair.NotFound" {
            let pair = try await aws.call("ec2", "CreateKeyPair", ["KeyName": .string(name)])
            let path = "\(session.keyDirectory)/\(name).pem"
            try TextFile.write(pair["KeyMaterial"].string ?? "", to: path, mode: 0o600)
            session.info("created EC2 key pair \"\(name)\", as there was none; its private key is in \(path)")
        }
    }
}
