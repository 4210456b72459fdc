import AWSProtocol
import Documents
import Network
import Testing

@testable import AWSServices

@Suite struct MetadataTests {
    /// A managed node of a cluster, and its view of the metadata service.
    private func node(_ bed: RegionBed) async throws -> (id: String, ask: @Sendable (String, String, String?) async -> (Int, String)) {
        try await bed.makeCluster("one")
        let role = try await bed.makeRole("node")
        let group: Value = [
            "clusterName": "one", "nodegroupName": "ng", "nodeRole": .string(role), "diskSize": 33,
            "subnets": .array(bed.defaultSubnets.prefix(1).map(Value.string)), "labels": ["team": "a"],
            "taints": [["key": "k", "value": "v", "effect": "NO_SCHEDULE"]],
            "scalingConfig": ["minSize": 1, "maxSize": 1, "desiredSize": 1],
        ]
        _ = try await bed.call(bed.eks.table, "CreateNodegroup", group)
        try await bed.eventually("a node is launched") { bed.cloud.launched.count == 1 }
        let spec = bed.cloud.launched[0]
        #expect(spec.diskGiB == 33 && !spec.vpcID.isEmpty)
        let service = MetadataService(region: "us-west-2", account: "111122223333", records: bed.records, global: bed.global)
        let handler = InstanceMetadata(vpcID: spec.vpcID, service: service)
        return (
            spec.instanceID,
            { method, path, token in
                var request = HTTPRequest(method, path, peer: Peer(address: "\(spec.privateAddress):40000"))
                request.headers["x-aws-ec2-metadata-token"] = token
                if method == "PUT" { request.headers["x-aws-ec2-metadata-token-ttl-seconds"] = "60" }
                let response = await handler.respond(to: request)
                guard case .bytes(let bytes) = response.body else { return (response.status, "") }
                return (response.status, String(decoding: bytes, as: UTF8.self))
            }
        )
    }

    @Test func aNodeLearnsWhoItIsWithATokenOnly() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let (id, ask) = try await node(bed)
            #expect(await ask("GET", "/latest/meta-data/instance-id", nil).0 == 401)
            let (status, token) = await ask("PUT", "/latest/api/token", nil)
            #expect(status == 200)
            #expect(await ask("GET", "/latest/meta-data/instance-id", token).1 == id)
            #expect(await ask("GET", "/latest/meta-data/spot/instance-action", token).0 == 404)
            let mac = await ask("GET", "/latest/meta-data/mac", token).1
            #expect(await ask("GET", "/latest/meta-data/network/interfaces/macs/", token).1 == mac + "/")
            #expect(await ask("GET", "/latest/meta-data/network/interfaces/macs/\(mac)/device-number", token).1 == "0")
            #expect(await ask("GET", "/latest/meta-data/network/interfaces/macs/\(mac)/vpc-ipv4-cidr-blocks", token).1 == "172.31.0.0/16")
            #expect(await ask("GET", "/latest/meta-data/placement/region", token).1 == "us-west-2")
            let document = try JSON.parse(await ask("GET", "/latest/dynamic/instance-identity/document", token).1)
            #expect(document["instanceId"].string == id && document["region"] == "us-west-2")
        }
    }

    @Test func userDataTellsANodeHowToJoin() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let (_, ask) = try await node(bed)
            let token = await ask("PUT", "/latest/api/token", nil).1
            let config = try #require(try YAML.parse(await ask("GET", "/latest/user-data", token).1).first)
            let endpoint = bed.records.get(EKSCluster.self, "one")?.status.privateEndpoints?.first ?? ""
            #expect(config["spec"]["cluster"]["apiServerEndpoint"].string == "https://\(endpoint)")
            #expect(config["spec"]["kubelet"]["config"]["clusterDNS"][0] == "10.100.0.10")
            let flags = config["spec"]["kubelet"]["flags"].items.compactMap(\.string)
            #expect(flags.contains("--register-with-taints=k=v:NoSchedule"))
            #expect(flags.first?.contains("team=a") == true && flags.first?.contains("eks.amazonaws.com/nodegroup=ng") == true)
        }
    }

    @Test func theRolesKeysAreGoodAndAreTheNodes() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let (id, ask) = try await node(bed)
            let token = await ask("PUT", "/latest/api/token", nil).1
            #expect(await ask("GET", "/latest/meta-data/iam/security-credentials/", token).1 == "node")
            let keys = try JSON.parse(await ask("GET", "/latest/meta-data/iam/security-credentials/node", token).1)
            let again = try JSON.parse(await ask("GET", "/latest/meta-data/iam/security-credentials/node", token).1)
            #expect(keys["AccessKeyId"] == again["AccessKeyId"])
            let credentials = IAMCredentials(records: bed.global, account: "111122223333")
            let credential = try #require(credentials.credential(accessKey: keys["AccessKeyId"].string ?? ""))
            #expect(credential.secret == keys["SecretAccessKey"].string && credential.sessionToken == keys["Token"].string)
            #expect(credential.principal.arn == "arn:aws:sts::111122223333:assumed-role/node/\(id)")
            let identity = AccessResolver(records: bed.records).resolve(credential.principal, cluster: "one", awsAuth: .null)
            let address = bed.cloud.launched[0].privateDNSName
            #expect(identity?.username == "system:node:\(address)" && identity?.groups == ["system:nodes"])
            #expect(await ask("GET", "/latest/meta-data/iam/security-credentials/other", token).0 == 404)
        }
    }
}
