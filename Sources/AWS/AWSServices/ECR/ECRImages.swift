import AWSProtocol
import Control
import Cryptography
import Documents
import Network
import Reconcile

/// Images: what was pushed, as the API tells it and takes it away.
extension ECRService {
    private func images(_ repository: Repository) -> [RegistryImage] { records.list(RegistryImage.self, in: repository.metadata.name) }
    /// The image that a tag or digest names.
    func image(_ id: Value, of repository: Repository) -> RegistryImage? {
        let found =
            id["imageDigest"].string.map { records.get(RegistryImage.self, $0, in: repository.metadata.name) }
            ?? images(repository).first { $0.spec.tags?.contains(id["imageTag"].string ?? "") == true }
        guard let found, let tag = id["imageTag"].string else { return found ?? nil }
        return found.spec.tags?.contains(tag) == true ? found : nil
    }
    private func missing(_ id: Value, _ repository: Repository) -> AWSError {
        AWSError(
            "ImageNotFoundException",
            "The image with imageId {imageDigest:'\(id["imageDigest"].string ?? "null")', imageTag:'\(id["imageTag"].string ?? "null")'} "
                + "does not exist within the repository with name '\(repository.spec.name ?? "")' in the registry with id '\(account)'")
    }

    func describeImages(_ input: Value, _ context: OperationContext) async throws -> Value {
        let repository = try repository(input)
        let wanted = input["imageIds"].items
        var found = wanted.isEmpty ? images(repository) : []
        for id in wanted {
            guard let image = image(id, of: repository) else { throw missing(id, repository) }
            found.append(image)
        }
        let shapes = found.filter { Self.matches($0, input["filter"]) }.map { image -> Value in
            var shape = image.spec.value
            shape["registryId"] = .string(account)
            shape["repositoryName"] = .string(repository.spec.name ?? "")
            shape["imageDigest"] = .string(image.digest)
            if image.spec.tags?.isEmpty != false { shape["imageTags"] = .null }
            return shape
        }
        return try Self.page(shapes, input, "imageDetails")
    }
    private static func matches(_ image: RegistryImage, _ filter: Value) -> Bool {
        switch filter["tagStatus"].string {
        case "TAGGED": image.spec.tags?.isEmpty == false
        case "UNTAGGED": image.spec.tags?.isEmpty != false
        default: true
        }
    }
    func listImages(_ input: Value, _ context: OperationContext) async throws -> Value {
        let repository = try repository(input)
        let ids = images(repository).filter { Self.matches($0, input["filter"]) }.flatMap { image -> [Value] in
            let tags = image.spec.tags ?? []
            let digest = Value.string(image.digest)
            return tags.isEmpty ? [["imageDigest": digest]] : tags.map { ["imageDigest": digest, "imageTag": .string($0)] }
        }
        return try Self.page(ids, input, "imageIds")
    }

    func batchGetImage(_ input: Value, _ context: OperationContext) async throws -> Value {
        let repository = try repository(input)
        var (shapes, failures): ([Value], [Value]) = ([], [])
        for id in input["imageIds"].items {
            guard let image = image(id, of: repository) else {
                failures.append(["imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"])
                continue
            }
            let response = try await ask("GET", path(repository, "manifests/\(image.digest)"), ["accept": image.spec.mediaType ?? "*/*"])
            let text = String(decoding: try await response.body.collect(limit: 4 << 20), as: UTF8.self)
            var answered: Value = ["imageDigest": .string(image.digest)]
            answered["imageTag"] = id["imageTag"]
            shapes.append([
                "registryId": .string(account), "repositoryName": .string(repository.spec.name ?? ""), "imageId": answered,
                "imageManifest": .string(text), "imageManifestMediaType": .string(image.spec.mediaType ?? ""),
            ])
        }
        return ["images": .array(shapes), "failures": .array(failures)]
    }
    func batchDeleteImage(_ input: Value, _ context: OperationContext) async throws -> Value {
        let repository = try repository(input)
        var (gone, failures): ([Value], [Value]) = ([], [])
        for id in input["imageIds"].items {
            guard let image = image(id, of: repository) else {
                failures.append(["imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"])
                continue
            }
            let tags = image.spec.tags ?? []
            if let tag = id["imageTag"].string, tags.count > 1 {
                _ = try await records.update(RegistryImage.self, image.digest, in: repository.metadata.name) {
                    $0.spec.tags = $0.spec.tags?.filter { $0 != tag }
                }
                gone.append(["imageDigest": .string(image.digest), "imageTag": .string(tag)])
                continue
            }
            try await remove(image, of: repository.spec.name ?? "")
            gone +=
                tags.isEmpty
                ? [["imageDigest": .string(image.digest)]]
                : tags.map { ["imageDigest": .string(image.digest), "imageTag": .string($0)] }
        }
        return ["imageIds": .array(gone), "failures": .array(failures)]
    }
    func putImage(_ input: Value, _ context: OperationContext) async throws -> Value {
        let repository = try repository(input)
        let manifest = Array((input["imageManifest"].string ?? "").utf8)
        guard let document = try? JSON.parse(manifest) else { throw Self.invalid("Invalid parameter at 'imageManifest'") }
        let type = input["imageManifestMediaType"].string ?? document["mediaType"].string ?? Self.dockerManifest
        let reference = input["imageTag"].string ?? "sha256:" + Hex.encode(SHA256.hash(manifest))
        try refuseMoved(reference, of: repository, manifest)
        let response = try await ask("PUT", path(repository, "manifests/\(reference)"), ["content-type": type], manifest)
        guard response.status == 201 else {
            throw AWSError("LayersNotFoundException", "The layers of the image are not in the repository, or the manifest is invalid")
        }
        try await note(manifest, type, reference: reference, of: repository)
        return [
            "image": [
                "registryId": .string(account), "repositoryName": .string(repository.spec.name ?? ""),
                "imageId": ["imageDigest": .string("sha256:" + Hex.encode(SHA256.hash(manifest))), "imageTag": input["imageTag"]],
                "imageManifest": input["imageManifest"], "imageManifestMediaType": .string(type),
            ]
        ]
    }

    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

    /// Refuses a tag that another image of an immutable repository has.
    func refuseMoved(_ reference: String, of repository: Repository, _ manifest: [UInt8]) throws {
        guard repository.spec.mutability == "IMMUTABLE", !reference.hasPrefix("sha256:"),
            let standing = image(["imageTag": .string(reference)], of: repository),
            standing.digest != "sha256:" + Hex.encode(SHA256.hash(manifest))
        else { return }
        throw AWSError(
            "ImageTagAlreadyExistsException",
            "The image tag '\(reference)' already exists in the '\(repository.spec.name ?? "")' repository and cannot be overwritten "
                + "because the repository is immutable.")
    }
    /// Takes note of an image that the registry has got; a tag moves to it from where it was.
    func note(_ manifest: [UInt8], _ type: String, reference: String, of repository: Repository) async throws {
        let digest = "sha256:" + Hex.encode(SHA256.hash(manifest))
        let key = repository.metadata.name
        let tag = reference.hasPrefix("sha256:") ? nil : reference
        let document = (try? JSON.parse(manifest)) ?? .null
        var image = RegistryImage()
        (image.metadata.name, image.metadata.namespace) = (digest, key)
        (image.spec.mediaType, image.spec.artifactType) = (type, document["config"]["mediaType"].string)
        image.spec.size = (document["layers"].items + [document["config"]]).reduce(0) { $0 + ($1["size"].int ?? 0) }
        image.spec.pushedAt = records.clock.now.text
        image.spec.tags = tag.map { [$0] } ?? []
        do { _ = try await records.create(image) } catch ChangeError.alreadyExists {
            _ = try await records.update(RegistryImage.self, digest, in: key) { standing in
                guard let tag, standing.spec.tags?.contains(tag) != true else { return }
                standing.spec.tags = (standing.spec.tags ?? []) + [tag]
            }
        }
        guard let tag else { return }
        for other in images(repository) where other.digest != digest && other.spec.tags?.contains(tag) == true {
            _ = try await records.update(RegistryImage.self, other.digest, in: key) { $0.spec.tags = $0.spec.tags?.filter { $0 != tag } }
        }
    }
    /// Takes an image out of the registry and forgets it.
    func remove(_ image: RegistryImage, of name: String) async throws {
        let repository = try repository(name)
        _ = try await ask("DELETE", path(repository, "manifests/\(image.digest)"), [:])
        try await records.delete(RegistryImage.self, image.digest, in: repository.metadata.name)
    }

    /// Where a repository is in the registry behind: each region's are apart.
    func path(_ repository: Repository, _ rest: String) -> String { "/v2/\(region)/\(repository.spec.name ?? "")/\(rest)" }
    /// Asks the registry behind.
    /// - Throws: `ServerException` when there is none.
    func ask(_ method: String, _ target: String, _ headers: HTTPFields, _ body: [UInt8] = []) async throws -> HTTPResponse {
        guard let registry else { throw AWSError("ServerException", "This server has no registry for images", status: 500) }
        do {
            return try await registry.transport().send(HTTPRequest(method, target, headers: headers, body: .bytes(body)))
        } catch { throw AWSError("ServerException", "The registry does not answer: \(error)", status: 500) }
    }
}
