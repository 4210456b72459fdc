import AWSProtocol
import Control
import Cryptography
import Documents
import Network
import Synchronization
import Testing

@testable import AWSServices

/// A registry that takes whatever it is given.
private final class FakeRegistry: RegistryHost, HTTPHandler {
    private let seen = Mutex<[String]>([])
    var requests: [String] { seen.withLock { $0 } }
    func transport() async throws -> any HTTPTransport { LocalTransport(handler: self, peer: Peer()) }
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        seen.withLock { $0.append("\(request.method) \(request.target)") }
        if request.method == "POST" { return HTTPResponse(202, headers: ["location": "/v2/us-west-2/team/app/blobs/uploads/1?_state=x"]) }
        return HTTPResponse(request.method == "PUT" ? 201 : 200, body: .bytes(Array("{}".utf8)))
    }
}

@Suite struct ECRTests {
    private struct Nothing: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse { HTTPResponse(418) }
    }
    private struct Bench {
        let bed: RegionBed
        let ecr: ECRService
        let registry: FakeRegistry
        let door: ECRRegistry
        func call(_ operation: String, _ input: Value) async throws -> Value { try await bed.call(ecr.table, operation, input) }
        func send(_ method: String, _ target: String, _ token: String?, _ body: String = "", type: String? = nil) async throws -> (
            Int, Value, HTTPFields
        ) {
            var request = HTTPRequest(method, target, body: .bytes(Array(body.utf8)))
            if let token { request.headers["authorization"] = "Basic \(token)" }
            request.headers["content-type"] = type
            let response = await door.respond(to: request)
            let bytes = try await response.body.collect(limit: 1 << 20)
            return (response.status, (try? JSON.parse(bytes)) ?? .null, response.headers)
        }
        var token: String {
            get async throws {
                try await call("GetAuthorizationToken", [:])["authorizationData"][0]["authorizationToken"].string ?? ""
            }
        }
    }
    private func bench() async throws -> Bench {
        let bed = try await RegionBed()
        let registry = FakeRegistry()
        let ecr = ECRService(
            region: "us-west-2", account: "111122223333", records: bed.records, global: bed.global, registry: registry)
        return Bench(bed: bed, ecr: ecr, registry: registry, door: ECRRegistry(before: Nothing()) { $0 == "us-west-2" ? ecr : nil })
    }
    private func manifest(_ size: Int) -> String { "{\"config\":{\"size\":10,\"mediaType\":\"c\"},\"layers\":[{\"size\":\(size)}]}" }
    private func digest(_ text: String) -> String { "sha256:" + Hex.encode(SHA256.hash(text)) }

    @Test func onlyTheBearerOfATokenComesInAndOnlyToRepositoriesThatAreThere() async throws {
        let bench = try await bench()
        #expect(try await bench.send("GET", "/other", nil).0 == 418)
        let (status, _, headers) = try await bench.send("GET", "/v2/", nil)
        #expect(status == 401 && headers["www-authenticate"]?.hasPrefix("Basic realm=") == true)
        #expect(try await bench.send("GET", "/v2/", Base64Text.encode("AWS:nonsense.x")).0 == 401)
        let token = try await bench.token
        #expect(try await bench.send("GET", "/v2/", token).0 == 200)
        let missing = try await bench.send("GET", "/v2/team/app/tags/list", token)
        #expect(missing.0 == 404 && missing.1["errors"][0]["code"] == "NAME_UNKNOWN")
        _ = try await bench.call("CreateRepository", ["repositoryName": "team/app"])
        let upload = try await bench.send("POST", "/v2/team/app/blobs/uploads/?mount=sha256:1&from=other&ns=a", token)
        #expect(upload.0 == 202 && upload.2["location"] == "/v2/team/app/blobs/uploads/1?_state=x")
        #expect(bench.registry.requests == ["POST /v2/us-west-2/team/app/blobs/uploads/"])
    }

    @Test func aTagMovesToTheImageThatWasPushedLast() async throws {
        let bench = try await bench()
        _ = try await bench.call("CreateRepository", ["repositoryName": "app"])
        let token = try await bench.token
        let (one, two) = (manifest(1), manifest(2))
        for text in [one, two] { #expect(try await bench.send("PUT", "/v2/app/manifests/v1", token, text, type: "m").0 == 201) }
        let details = try await bench.call("DescribeImages", ["repositoryName": "app"])["imageDetails"].items
        #expect(details.count == 2)
        let tagged = try await bench.call("ListImages", ["repositoryName": "app", "filter": ["tagStatus": "TAGGED"]])["imageIds"]
        #expect(tagged == [["imageDigest": .string(digest(two)), "imageTag": "v1"]])
        #expect(details.first { $0["imageDigest"].string == digest(two) }?["imageSizeInBytes"] == 12)
        #expect(try await bench.send("GET", "/v2/app/manifests/v1", token).0 == 200)
        #expect(bench.registry.requests.last == "GET /v2/us-west-2/app/manifests/\(digest(two))")
        #expect(try await bench.send("GET", "/v2/app/tags/list", token).1 == ["name": "app", "tags": ["v1"]])
        let gone = try await bench.call("BatchDeleteImage", ["repositoryName": "app", "imageIds": [["imageTag": "v1"]]])
        #expect(gone["imageIds"].items.count == 1 && gone["failures"] == [])
        await #expect { try await bench.call("DeleteRepository", ["repositoryName": "app"]) } throws: {
            ($0 as? AWSError)?.code == "RepositoryNotEmptyException"
        }
        _ = try await bench.call("DeleteRepository", ["repositoryName": "app", "force": true])
        #expect(bench.bed.records.list(RegistryImage.self).isEmpty)
    }

    @Test func anImmutableTagStays() async throws {
        let bench = try await bench()
        _ = try await bench.call("CreateRepository", ["repositoryName": "app", "imageTagMutability": "IMMUTABLE"])
        let token = try await bench.token
        #expect(try await bench.send("PUT", "/v2/app/manifests/v1", token, manifest(1)).0 == 201)
        #expect(try await bench.send("PUT", "/v2/app/manifests/v1", token, manifest(1)).0 == 201)
        let refused = try await bench.send("PUT", "/v2/app/manifests/v1", token, manifest(2))
        #expect(refused.0 == 400 && refused.1["errors"][0]["code"] == "TAG_INVALID")
    }

    @Test func aRolePullsAsFarAsItsPoliciesGo() async throws {
        let bench = try await bench()
        let role = try await bench.bed.makeRole("node")
        #expect(!bench.ecr.access.allows(role, "ecr:GetAuthorizationToken"))
        let input: Value = ["RoleName": "node", "PolicyArn": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"]
        _ = try await bench.bed.call(IAMService(account: "111122223333", records: bench.bed.global).table, "AttachRolePolicy", input)
        #expect(bench.ecr.access.allows(role, "ecr:GetAuthorizationToken") && bench.ecr.access.allows(role, "ecr:BatchGetImage"))
        #expect(!bench.ecr.access.allows(role, "ecr:PutImage"))
        #expect(bench.ecr.access.allows("arn:aws:iam::111122223333:user/ann", "ecr:PutImage"))
    }

    @Test func lifecyclePoliciesAreKeptAndMissed() async throws {
        let bench = try await bench()
        let name: Value = ["repositoryName": "app"]
        _ = try await bench.call("CreateRepository", name)
        await #expect { try await bench.call("GetLifecyclePolicy", name) } throws: {
            ($0 as? AWSError)?.code == "LifecyclePolicyNotFoundException"
        }
        let text = #"{"rules":[{"rulePriority":1}]}"#
        _ = try await bench.call("PutLifecyclePolicy", name.merged(["lifecyclePolicyText": .string(text)]))
        #expect(try await bench.call("GetLifecyclePolicy", name)["lifecyclePolicyText"].string == text)
        await #expect(throws: AWSError.self) { try await bench.call("PutLifecyclePolicy", name.merged(["lifecyclePolicyText": "x"])) }
    }
}
