import AWSProtocol
import Control
import Documents
import Reconcile

/// Repositories with their settings.
extension ECRService {
    func createRepository(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["repositoryName"].string ?? ""
        guard !name.contains("~") else {
            throw Self.invalid("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression'")
        }
        var repository = Repository()
        repository.metadata.name = Repository.key(name)
        repository.spec.name = name
        repository.spec.mutability = try mutability(input["imageTagMutability"].string ?? "MUTABLE")
        repository.spec.scanOnPush = input["imageScanningConfiguration"]["scanOnPush"].bool ?? false
        repository.spec.tags = input["tags"].items
        do { return ["repository": describe(try await records.create(repository))] } catch ChangeError.alreadyExists {
            throw AWSError(
                "RepositoryAlreadyExistsException",
                "The repository with name '\(name)' already exists in the registry with id '\(account)'")
        }
    }
    private func mutability(_ text: String) throws -> String {
        guard ["MUTABLE", "IMMUTABLE"].contains(text) else { throw Self.invalid("imageTagMutability \(text) is not supported yet") }
        return text
    }
    func describeRepositories(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = input["repositoryNames"].items.compactMap(\.string)
        let found = names.isEmpty ? records.list(Repository.self) : try names.map(repository)
        return try Self.page(found.map(describe), input, "repositories")
    }
    func deleteRepository(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try repository(input)
        let (key, name) = (found.metadata.name ?? "", found.spec.name ?? "")
        let images = records.list(RegistryImage.self, in: key)
        guard images.isEmpty || input["force"].bool == true else {
            throw AWSError(
                "RepositoryNotEmptyException",
                "The repository with name '\(name)' in registry with id '\(account)' cannot be deleted because it still contains images")
        }
        for image in images { try await remove(image, of: name) }
        try await records.delete(Repository.self, key)
        return ["repository": describe(found)]
    }
    private func describe(_ repository: Repository) -> Value {
        let name = repository.spec.name ?? ""
        return [
            "repositoryArn": .string(arn(name)), "registryId": .string(account), "repositoryName": .string(name),
            "repositoryUri": .string("\(host)/\(name)"), "createdAt": repository.metadata.value["creationTimestamp"],
            "imageTagMutability": .string(repository.spec.mutability ?? "MUTABLE"),
            "imageScanningConfiguration": ["scanOnPush": .bool(repository.spec.scanOnPush ?? false)],
            "encryptionConfiguration": ["encryptionType": "AES256"],
        ]
    }

    func putImageTagMutability(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try repository(input).spec.name ?? ""
        let wanted = try mutability(input["imageTagMutability"].string ?? "")
        try await change(name) { $0.spec.mutability = wanted }
        return ["registryId": .string(account), "repositoryName": .string(name), "imageTagMutability": .string(wanted)]
    }
    func putImageScanningConfiguration(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try repository(input).spec.name ?? ""
        let scans = input["imageScanningConfiguration"]["scanOnPush"].bool ?? false
        try await change(name) { $0.spec.scanOnPush = scans }
        return [
            "registryId": .string(account), "repositoryName": .string(name), "imageScanningConfiguration": ["scanOnPush": .bool(scans)],
        ]
    }

    func putLifecyclePolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try repository(input).spec.name ?? ""
        let text = input["lifecyclePolicyText"].string ?? ""
        guard let policy = try? JSON.parse(text), policy["rules"].array?.isEmpty == false else {
            throw Self.invalid(
                "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure'")
        }
        try await change(name) { $0.spec.lifecyclePolicy = text }
        return ["registryId": .string(account), "repositoryName": .string(name), "lifecyclePolicyText": .string(text)]
    }
    private func lifecycle(_ repository: Repository) throws -> Value {
        let name = repository.spec.name ?? ""
        guard let text = repository.spec.lifecyclePolicy else {
            throw AWSError(
                "LifecyclePolicyNotFoundException",
                "Lifecycle policy does not exist for the repository with name '\(name)' in the registry with id '\(account)'")
        }
        return ["registryId": .string(account), "repositoryName": .string(name), "lifecyclePolicyText": .string(text)]
    }
    func getLifecyclePolicy(_ input: Value, _ context: OperationContext) async throws -> Value { try lifecycle(try repository(input)) }
    func deleteLifecyclePolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try repository(input)
        let answer = try lifecycle(found)
        try await change(found.spec.name ?? "") { $0.spec.lifecyclePolicy = nil }
        return answer
    }

    func setRepositoryPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = try repository(input).spec.name ?? ""
        let text = input["policyText"].string ?? ""
        guard (try? JSON.parse(text))?["Statement"].isNull == false else {
            throw Self.invalid("Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
        }
        try await change(name) { $0.spec.policy = text }
        return ["registryId": .string(account), "repositoryName": .string(name), "policyText": .string(text)]
    }
    private func policy(_ repository: Repository) throws -> Value {
        let name = repository.spec.name ?? ""
        guard let text = repository.spec.policy else {
            throw AWSError(
                "RepositoryPolicyNotFoundException",
                "Repository policy does not exist for the repository with name '\(name)' in the registry with id '\(account)'")
        }
        return ["registryId": .string(account), "repositoryName": .string(name), "policyText": .string(text)]
    }
    func getRepositoryPolicy(_ input: Value, _ context: OperationContext) async throws -> Value { try policy(try repository(input)) }
    func deleteRepositoryPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try repository(input)
        let answer = try policy(found)
        try await change(found.spec.name ?? "") { $0.spec.policy = nil }
        return answer
    }

    private func tagged(_ input: Value) throws -> String {
        let prefix = arn("")
        let text = input["resourceArn"].string ?? ""
        guard text.hasPrefix(prefix) else { throw Self.invalid("Invalid parameter at 'resourceArn' failed to satisfy constraint") }
        return try repository(String(text.dropFirst(prefix.count))).spec.name ?? ""
    }
    func tagResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        let added = input["tags"].items
        try await change(try tagged(input)) { repository in
            let kept = (repository.spec.tags ?? []).filter { tag in !added.contains { $0["Key"] == tag["Key"] } }
            guard kept.count + added.count <= 50 else { throw AWSError("TooManyTagsException", "The list of tags is too long") }
            repository.spec.tags = kept + added
        }
        return [:]
    }
    func untagResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        let keys = input["tagKeys"].items
        try await change(try tagged(input)) { $0.spec.tags = ($0.spec.tags ?? []).filter { !keys.contains($0["Key"]) } }
        return [:]
    }
    func listTagsForResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        ["tags": .array(try repository(try tagged(input)).spec.tags ?? [])]
    }
}
