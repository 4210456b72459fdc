import AWSProtocol
import Assembly
import Behaviours
import Control
import Documents
import KubeModel
import Network
import Storage
import Synchronization
import Testing

/// Requests to a whole system in this process: whatever comes in is answered, and never as the server's own failure.
@Suite struct RequestFuzzTests {
    /// Runs the body on a system with a cluster.
    private func onSystem(_ body: @escaping @Sendable (SimulatedBed, _ cluster: String) async throws -> Void) throws {
        Log.level = .error
        let simulation = Simulation(seed: 3)
        try simulation.run {
            let bed = try await SimulatedBed.start(
                clock: simulation.clock, store: .memory(clock: simulation.clock), executor: simulation.executor, random: simulation.random)
            let aws = try await bed.aws(nil)
            let trust =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
            let role = try await aws.call("iam", "CreateRole", ["RoleName": "r", "AssumeRolePolicyDocument": .string(trust)])["Role"]["Arn"]
            let subnets = try await aws.call("ec2", "DescribeSubnets")["Subnets"].items.prefix(2).map { $0["SubnetId"] }
            _ = try await aws.call(
                "eks", "CreateCluster", ["name": "fuzz", "roleArn": role, "resourcesVpcConfig": ["subnetIds": .array(subnets)]])
            try await simulation.clock.sleep(for: .seconds(30))
            try await body(bed, "fuzz")
            await bed.stop()
        }
    }

    @Test func `writes and queries of Kubernetes are answered`() throws {
        let fuzzer = Mutex(
            Fuzzer(
                "kubernetes",
                corpus: [
                    "POST /api/v1/namespaces/default/pods?fieldValidation=Strict\n\(DocumentFuzzTests.pod)",
                    "POST /apis/apps/v1/namespaces/default/deployments?dryRun=All&fieldManager=a\n\(DocumentFuzzTests.deployment)",
                    "GET /api/v1/pods?labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&limit=2&continue=x&resourceVersion=1&resourceVersionMatch=Exact\n",
                    "PATCH /api/v1/namespaces/default/configmaps/kube-root-ca.crt application/merge-patch+json\n{\"data\":{\"a\":\"b\"}}",
                    "PATCH /api/v1/namespaces/default application/json-patch+json\n[{\"op\":\"add\",\"path\":\"/metadata/labels/a\",\"value\":\"b\"}]",
                    "PATCH /api/v1/namespaces/default/configmaps/x?fieldManager=m&force=true application/apply-patch+yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n",
                    "PUT /api/v1/namespaces/default/configmaps/x\n{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\"}}",
                    "DELETE /api/v1/namespaces/default/configmaps/x?propagationPolicy=Foreground\n{\"gracePeriodSeconds\":1}",
                    "POST /apis/policy/v1/namespaces/default/poddisruptionbudgets\n{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":\"50%\"}}",
                    "POST /apis/batch/v1/namespaces/default/cronjobs\n{\"metadata\":{\"name\":\"c\"},\"spec\":{\"schedule\":\"* * * * *\",\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"a\",\"image\":\"b\"}]}}}}}}",
                    "POST /api/v1/namespaces/default/services\n{\"metadata\":{\"name\":\"s\"},\"spec\":{\"type\":\"NodePort\",\"ports\":[{\"port\":80,\"targetPort\":\"http\"}],\"ipFamilies\":[\"IPv4\"]}}",
                    "POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers\n{\"metadata\":{\"name\":\"h\"},\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"d\"}}}",
                ],
                dictionary: [
                    "/status", "/scale", "/log", "?watch=1", "&timeoutSeconds=1", "generateName", "ownerReferences", "\"spec\":null",
                ]))
        try onSystem { bed, cluster in
            let id = try #require(bed.system.clusterID(region: SimulatedBed.region, name: cluster))
            let transport = bed.system.kubernetesTransport(cluster: id)
            let token = ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.us-west-2.amazonaws.com", credential: SigningCredential(bed.system.administrator),
                region: SimulatedBed.region, now: bed.clock.now)
            try await Self.play(fuzzer) { input in
                guard var request = Self.request(input) else { return nil }
                request.headers["authorization"] = "Bearer \(token)"
                return try await transport.send(request)
            }
        }
    }

    @Test func `operations of AWS are answered in every protocol`() throws {
        let fuzzer = Mutex(
            Fuzzer(
                "aws",
                corpus: [
                    "eks POST /clusters application/json\n{\"name\":\"a\",\"roleArn\":\"arn:aws:iam::111122223333:role/r\",\"resourcesVpcConfig\":{\"subnetIds\":[\"subnet-1\"]}}",
                    "eks GET /clusters/fuzz/node-groups?maxResults=3\n",
                    "eks POST /clusters/fuzz/addons application/json\n{\"addonName\":\"vpc-cni\"}",
                    "ec2 POST / application/x-www-form-urlencoded\nAction=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Aa&Filter.1.Value.1=b",
                    "ec2 POST / application/x-www-form-urlencoded\nAction=CreateVpc&Version=2016-11-15&CidrBlock=10.9.0.0%2F16",
                    "ec2 POST / application/x-www-form-urlencoded\nAction=RunInstances&Version=2016-11-15&ImageId=ami-1&MinCount=1&MaxCount=1&InstanceType=t3.small",
                    "iam POST / application/x-www-form-urlencoded\nAction=ListRoles&Version=2010-05-08&MaxItems=2&Marker=x",
                    "iam POST / application/x-www-form-urlencoded\nAction=CreateUser&Version=2010-05-08&UserName=u&Tags.member.1.Key=a&Tags.member.1.Value=b",
                    "sts POST / application/x-www-form-urlencoded\nAction=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=s",
                    "autoscaling POST / application/x-www-form-urlencoded\nAction=DescribeAutoScalingGroups&Version=2011-01-01&AutoScalingGroupNames.member.1=a",
                    "ecr POST / application/x-amz-json-1.1 AmazonEC2ContainerRegistry_V20150921.DescribeRepositories\n{\"repositoryNames\":[\"a\"]}",
                ], dictionary: ["Filter.2147483647.Name", "Tags.member.0.Key", "&&", "%zz", "MaxResults=1000", "NextToken="]))
        try onSystem { bed, _ in
            let transport = bed.system.awsTransport
            let credential = SigningCredential(bed.system.administrator)
            let chance = RandomSource(seed: 5)
            try await Self.play(fuzzer) { input in
                let parts = input.split(separator: UInt8(ascii: " "), maxSplits: 1).map { Array($0) }
                guard parts.count == 2, var request = Self.request(parts[1]), case .bytes(let body) = request.body else { return nil }
                request.headers["host"] = "localhost"
                let signer = Signer(credential: credential, region: "us-west-2", service: text(parts[0]))
                signer.sign(&request, body: body, at: bed.clock.now)
                if chance.int(in: 0..<10) == 0, let value = request.headers["authorization"] {
                    request.headers["authorization"] = text(fuzzer.withLock { $0.varied(Array(value.utf8)) })
                }
                return try await transport.send(request)
            }
        }
    }

    /// A request out of a line `METHOD TARGET [CONTENT-TYPE [X-AMZ-TARGET]]` and a body behind it.
    private static func request(_ input: [UInt8]) -> HTTPRequest? {
        let parts = input.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
        let words = text(Array(parts[0])).split(separator: " ").map(String.init)
        guard words.count >= 2, words[1].hasPrefix("/"), words[1].utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        var request = HTTPRequest(words[0], words[1], body: .bytes(parts.count > 1 ? Array(parts[1]) : []))
        request.headers["content-type"] = words.count > 2 ? words[2] : "application/json"
        if words.count > 3 { request.headers["x-amz-target"] = words[3] }
        return request
    }

    /// Sends what the fuzzer makes, and expects an answer that is not the server's failure.
    private static func play(_ fuzzer: borrowing Mutex<Fuzzer>, _ send: ([UInt8]) async throws -> HTTPResponse?) async throws {
        let session = Fuzzer.Session(name: fuzzer.withLock { $0.name })
        while session.goesOn(times: 1500) {
            let input = fuzzer.withLock { $0.next() }
            session.note(input)
            guard let response = try await send(input) else { continue }
            // A watch stays open.
            if case .reader(let reader) = response.body { reader.cancel() }
            if response.status >= 500, response.status != 501 {
                let body = (try? await response.body.collect(limit: 4096)).map(text) ?? ""
                // Upstream answers 500 to a field that is not in the schema, too.
                if body.contains("failed to create typed patch object") { continue }
                throw Fuzzer.Finding("\(response.status) \(body) for \(text(input).debugDescription)")
            }
            if response.status < 300 { fuzzer.withLock { $0.grow(input) } }
        }
    }
}
