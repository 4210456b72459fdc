import AWSProtocol
import Control
import Cryptography
import Documents
import Glibc
import Network
import Synchronization

/// Very many clusters in one server: created through the EKS API, then each asked over TLS, with a token, whether it is ready and for a list.
struct RegionBench {
    private let count: Int
    private let concurrency: Int
    private let region: String
    private let aws: AWSClient
    private let credential: SigningCredential
    private let server: ServerProcess
    private let clock = SystemClock()
    private let loops = EventLoopGroup()

    init(_ options: Options) throws {
        guard let directory = options.text("data-dir") else { throw BenchError("clusters needs --data-dir DIR, that of a running server") }
        count = try options.number("count", 1000)
        concurrency = try options.number("concurrency", 16)
        let state = try JSON.parse(Array(try readText("\(directory)/server.json").utf8))
        guard let endpoint = state["endpoint"].string, let process = state["process"].int else {
            throw BenchError("\(directory)/server.json names no server")
        }
        server = ServerProcess(id: process)
        region = state["regions"][0].string ?? "us-west-2"
        credential = try Self.credential("\(directory)/aws/credentials")
        aws = AWSClient(
            transport: try HTTPClient(endpoint: endpoint, loops: loops), credential: credential, region: region, clock: clock,
            host: endpoint.split(separator: "/").dropFirst().first.map(String.init) ?? "localhost")
    }
    private static func credential(_ path: String) throws -> SigningCredential {
        var values: [Substring: String] = [:]
        for line in try readText(path).split(separator: "\n") {
            let halves = line.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { values[halves[0].filter { $0 != " " }[...]] = halves[1].filter { $0 != " " } }
        }
        guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw BenchError("\(path) has no access key")
        }
        return SigningCredential(accessKey: key, secret: secret)
    }

    func run() async throws {
        guard let before = server.usage() else { throw BenchError("the server of the data directory is not running") }
        let start = seconds()
        let (subnets, role) = try await place()
        let made = try await crowd(count, concurrency: concurrency) { number in
            _ = try await aws.call(
                "eks", "CreateCluster",
                [
                    "name": .string(name(number)), "roleArn": .string(role),
                    "resourcesVpcConfig": ["subnetIds": .array(subnets.map(Value.string))], "bootstrapSelfManagedAddons": false,
                ])
        }
        let asked = seconds() - start
        let clusters = Clusters()
        _ = try await crowd(count, concurrency: concurrency) { number in clusters.put(number, try await active(name(number))) }
        let (time, after) = (seconds() - start, server.usage() ?? before)
        let cpu = after.processorSeconds - before.processorSeconds
        say(
            "\(count) clusters ACTIVE            \(fixed(time, 1)) s (all asked for after \(fixed(asked, 1)) s, p99 of a call"
                + " \(fixed(made.percentiles([0.99])[0], 0)) ms), CPU \(fixed(cpu / Double(count) * 1e3, 1)) ms each")
        tellMemory(before.residentBytes)
        try await ask(clusters, "/readyz")
        try await ask(clusters, "/api/v1/namespaces")
        try await ask(clusters, "/apis/rbac.authorization.k8s.io/v1/clusterroles")
        tellMemory(before.residentBytes)
        try await idle()
    }

    private func name(_ number: Int) -> String { "crowd-\(number)" }

    /// A network and a role for all of them.
    private func place() async throws -> (subnets: [String], role: String) {
        let vpc = try await aws.call("ec2", "CreateVpc", ["CidrBlock": "10.0.0.0/16"])["Vpc"]["VpcId"]
        var subnets: [String] = []
        for (zone, block) in [("a", "10.0.0.0/17"), ("b", "10.0.128.0/17")] {
            let subnet = try await aws.call(
                "ec2", "CreateSubnet", ["VpcId": vpc, "CidrBlock": .string(block), "AvailabilityZone": .string(region + zone)])
            subnets.append(subnet["Subnet"]["SubnetId"].string ?? "")
        }
        let trust =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
        let role = try await aws.call(
            "iam", "CreateRole", ["RoleName": .string("crowd-\(Int(seconds()))"), "AssumeRolePolicyDocument": .string(trust)])
        return (subnets, role["Role"]["Arn"].string ?? "")
    }

    /// Asks until the cluster is ACTIVE, and returns what DescribeCluster tells of it.
    private func active(_ name: String) async throws -> Value {
        while true {
            let cluster = try await aws.call("eks", "DescribeCluster", ["name": .string(name)])["cluster"]
            switch cluster["status"].string {
            case "ACTIVE": return cluster
            case "CREATING": try await clock.sleep(for: .milliseconds(200))
            default: throw BenchError("cluster \(name) is \(cluster["status"].string ?? "without a status")")
            }
        }
    }

    /// Asks every cluster the same, each over a connection of its own, and counts as an answer nothing but a success.
    private func ask(_ clusters: Clusters, _ target: String) async throws {
        let (start, cpu) = (seconds(), server.usage()?.processorSeconds ?? 0)
        let latencies = try await crowd(count, concurrency: concurrency) { number in
            let cluster = clusters.get(number)
            guard let endpoint = cluster["endpoint"].string,
                let authority = cluster["certificateAuthority"]["data"].string.flatMap({ Base64.decode($0) })
            else { throw BenchError("cluster \(number) has no endpoint") }
            let token = ClusterToken.make(
                cluster: cluster["name"].string ?? "", stsBase: "https://sts.\(region).amazonaws.com", credential: credential,
                region: region, now: clock.now)
            let client = try HTTPClient(endpoint: endpoint, trust: .caPEM(String(decoding: authority, as: UTF8.self)), loops: loops)
            defer { client.close() }
            let answer = try await Cluster([client], headers: ["authorization": "Bearer \(token)"]).call("GET", target)
            guard !answer.isEmpty else { throw BenchError("\(endpoint)\(target) answered nothing") }
        }
        let used = (server.usage()?.processorSeconds ?? 0) - cpu
        report("GET \(target.suffix(26))", latencies, seconds: seconds() - start, processorSeconds: used)
    }

    private func tellMemory(_ before: Int) {
        guard let usage = server.usage() else { return }
        say(
            "memory of the server             \(usage.residentBytes >> 20) MiB, \(((usage.residentBytes - before) / count) >> 10) KiB more for"
                + " each cluster")
    }
    private func idle() async throws {
        try await clock.sleep(for: .seconds(5))
        let before = server.usage()?.processorSeconds ?? 0
        try await clock.sleep(for: .seconds(10))
        let used = (server.usage()?.processorSeconds ?? 0) - before
        say("processor when nobody asks        \(fixed(used / 10 * 100, 1)) % of a core")
    }
}

/// What DescribeCluster told of each cluster.
private final class Clusters: Sendable {
    private let clusters = Mutex<[Int: Value]>([:])
    func put(_ number: Int, _ cluster: Value) { clusters.withLock { $0[number] = cluster } }
    func get(_ number: Int) -> Value { clusters.withLock { $0[number] ?? .null } }
}
