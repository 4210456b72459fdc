package import AWSProtocol
import Control
import Documents
import Network
import Reconcile

/// What the handlers of ECR work with. Source: Amazon ECR API reference.
package struct ECRService: Sendable {
    let region: String
    let account: String
    let records: Records
    let access: RoleAccess
    let registry: (any RegistryHost)?

    /// ECR over the region's documents; `global` are IAM's. Without a registry images can be neither pushed nor pulled.
    package init(region: String, account: String, records: Records, global: Records, registry: (any RegistryHost)?) {
        (self.region, self.account, self.records, self.registry) = (region, account, records, registry)
        access = RoleAccess(records: global)
    }
    var tokens: ECRTokens { ECRTokens(records: records) }
    /// `111122223333.dkr.ecr.us-west-1.amazonaws.com`
    var host: String { "\(account).dkr.ecr.\(region).amazonaws.com" }

    /// The operations that have a handler.
    package var table: ServiceTable {
        ServiceTable(
            "ecr",
            [
                "CreateRepository": createRepository, "DescribeRepositories": describeRepositories, "DeleteRepository": deleteRepository,
                "GetAuthorizationToken": getAuthorizationToken, "DescribeImages": describeImages, "ListImages": listImages,
                "BatchGetImage": batchGetImage, "BatchDeleteImage": batchDeleteImage, "PutImage": putImage,
                "PutImageTagMutability": putImageTagMutability, "PutImageScanningConfiguration": putImageScanningConfiguration,
                "PutLifecyclePolicy": putLifecyclePolicy, "GetLifecyclePolicy": getLifecyclePolicy,
                "DeleteLifecyclePolicy": deleteLifecyclePolicy, "SetRepositoryPolicy": setRepositoryPolicy,
                "GetRepositoryPolicy": getRepositoryPolicy, "DeleteRepositoryPolicy": deleteRepositoryPolicy,
                "TagResource": tagResource, "UntagResource": untagResource, "ListTagsForResource": listTagsForResource,
                "DescribeRegistry": { _, _ in
                    ["registryId": .string(account), "replicationConfiguration": ["rules": []]]
                },
            ])
    }

    func repository(_ name: String) throws -> Repository {
        guard let found = records.get(Repository.self, Repository.key(name)) else {
            throw AWSError(
                "RepositoryNotFoundException",
                "The repository with name '\(name)' does not exist in the registry with id '\(account)'")
        }
        return found
    }
    func repository(_ input: Value) throws -> Repository {
        if let other = input["registryId"].string, other != account {
            throw AWSError(
                "RepositoryNotFoundException",
                "The repository with name '\(input["repositoryName"].string ?? "")' does not exist in the registry with id '\(other)'")
        }
        return try repository(input["repositoryName"].string ?? "")
    }
    func arn(_ name: String) -> String { "arn:aws:ecr:\(region):\(account):repository/\(name)" }
    func change(_ name: String, _ change: (inout Repository) throws -> Void) async throws {
        guard try await records.update(Repository.self, Repository.key(name), change) != nil else {
            _ = try repository(name)
            return
        }
    }
    static func invalid(_ message: String) -> AWSError { AWSError("InvalidParameterException", message) }

    /// One page of ECR's `maxResults` and `nextToken`; the token is the position to go on at.
    static func page(_ all: [Value], _ input: Value, _ member: String) throws -> Value {
        let start = input["nextToken"].string.map { Int($0) } ?? 0
        guard let start, start >= 0 else { throw invalid("Invalid parameter at 'nextToken' failed to satisfy constraint") }
        let window = Window(all, from: start, size: min(input["maxResults"].int ?? 100, 1000))
        var output: Value = [:]
        output[member] = .array(window.items)
        if let next = window.next { output["nextToken"] = .string("\(next)") }
        return output
    }

    private func getAuthorizationToken(_ input: Value, _ context: OperationContext) async throws -> Value {
        let caller = context.principal
        guard access.allows(caller.entryARN, "ecr:GetAuthorizationToken") else {
            throw AWSError(
                "AccessDeniedException",
                "User: \(caller.arn) is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based "
                    + "policy allows the ecr:GetAuthorizationToken action")
        }
        let expires = Timestamp(seconds: (context.now + ECRTokens.life).seconds)
        let bearer = ECRTokens.Bearer(region: region, arn: caller.arn, entryARN: caller.entryARN, expires: expires)
        let password = try await tokens.password(bearer)
        let data: Value = [
            "authorizationToken": .string(Base64Text.encode("AWS:\(password)")), "expiresAt": .string(expires.text),
            "proxyEndpoint": .string("https://\(host)"),
        ]
        return ["authorizationData": [data]]
    }
}
