import AWSProtocol
import Control
import Documents
package import Network

/// The registry's own protocol under `/v2/`, with ECR's names and permissions, before a registry that knows none.
/// Source: OCI distribution specification 1.1; Amazon ECR user guide, private registry authentication.
package struct ECRRegistry: HTTPHandler {
    private let next: any HTTPHandler
    private let region: @Sendable (String) async throws -> ECRService?
    private static let largestManifest = 4 << 20

    /// - Parameters:
    ///   - next: who answers everything else.
    ///   - region: ECR of a region that is served.
    package init(before next: any HTTPHandler, region: @escaping @Sendable (String) async throws -> ECRService?) {
        (self.next, self.region) = (next, region)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = String(request.target.prefix { $0 != "?" })
        guard path == "/v2" || path.hasPrefix("/v2/") else { return await next.respond(to: request) }
        do { return try await answer(request, path) } catch let error as AWSError {
            return Self.refusal(error.code == "ImageTagAlreadyExistsException" ? 400 : error.status, Self.code(error), error.message)
        } catch { return Self.refusal(500, "UNKNOWN", "\(error)") }
    }
    private static func code(_ error: AWSError) -> String {
        switch error.code {
        case "RepositoryNotFoundException": "NAME_UNKNOWN"
        case "ImageTagAlreadyExistsException": "TAG_INVALID"
        default: "UNKNOWN"
        }
    }

    private func answer(_ request: HTTPRequest, _ path: String) async throws -> HTTPResponse {
        guard let password = Self.password(request) else { return Self.challenge(request) }
        guard let name = ECRTokens.region(of: password), let service = try await region(name),
            let bearer = try await service.tokens.bearer(of: password)
        else { return Self.challenge(request) }
        guard bearer.expires > service.records.clock.now else {
            return Self.refusal(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
        }
        if path == "/v2" || path == "/v2/" { return Self.json(200, [:]) }
        guard let place = Place(path) else { return Self.refusal(404, "NOT_FOUND", "404 page not found") }
        let writes = !["GET", "HEAD"].contains(request.method)
        let action = writes ? "ecr:PutImage" : "ecr:BatchGetImage"
        guard service.access.allows(bearer.entryARN, action) else {
            return Self.refusal(
                403, "DENIED",
                "User: \(bearer.arn) is not authorized to perform: \(action) on resource: \(service.arn(place.name)) because no "
                    + "identity-based policy allows the \(action) action")
        }
        guard let repository = service.records.get(Repository.self, Repository.key(place.name)) else {
            let text = "The repository with name '\(place.name)' does not exist in the registry with id '\(service.account)'"
            return Self.refusal(404, "NAME_UNKNOWN", text)
        }
        if request.method == "DELETE", place.kind != "blobs" {
            return Self.refusal(405, "UNSUPPORTED", "The operation is unsupported.")
        }
        if place.kind == "tags" {
            let tags = service.records.list(RegistryImage.self, in: repository.metadata.name).flatMap { $0.spec.tags ?? [] }.sorted()
            return Self.json(200, ["name": .string(place.name), "tags": .array(tags.map(Value.string))])
        }
        if place.kind == "manifests" { return try await manifest(request, place, repository, service) }
        return try await forward(request, place, place.rest, service)
    }

    /// Manifests are kept by digest behind; which tag is which image ECR's own documents say.
    private func manifest(
        _ request: HTTPRequest, _ place: Place, _ repository: Repository, _ service: ECRService
    ) async throws -> HTTPResponse {
        let reference = String(place.rest.dropFirst("manifests/".count))
        guard request.method == "PUT" else {
            let id: Value = reference.hasPrefix("sha256:") ? ["imageDigest": .string(reference)] : ["imageTag": .string(reference)]
            guard let image = service.image(id, of: repository) else {
                return Self.refusal(404, "MANIFEST_UNKNOWN", "Requested image not found")
            }
            _ = try await service.records.update(RegistryImage.self, image.digest, in: repository.metadata.name) {
                $0.spec.pulledAt = service.records.clock.now.text
            }
            return try await forward(request, place, "manifests/\(image.digest)", service)
        }
        let bytes = try await request.body.collect(limit: Self.largestManifest)
        try service.refuseMoved(reference, of: repository, bytes)
        var whole = request
        whole.body = .bytes(bytes)
        let response = try await forward(whole, place, place.rest, service)
        if response.status == 201 {
            let type = request.headers["content-type"] ?? ECRService.dockerManifest
            try await service.note(bytes, type, reference: reference, of: repository)
        }
        return response
    }

    private func forward(_ request: HTTPRequest, _ place: Place, _ rest: String, _ service: ECRService) async throws -> HTTPResponse {
        guard let registry = service.registry else {
            return Self.refusal(503, "UNAVAILABLE", "This server has no registry for images")
        }
        var inner = request
        let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first.map(Self.withoutForeign) ?? ""
        inner.target = "/v2/\(service.region)/\(place.name)/\(rest)" + (query.isEmpty ? "" : "?\(query)")
        for name in ["authorization", "host", "connection", "transfer-encoding", "expect"] { inner.headers[name] = nil }
        var response = try await registry.transport().send(inner)
        if let location = response.headers["location"] {
            let path = location.firstRange(of: "/v2/").map { String(location[$0.lowerBound...]) } ?? location
            response.headers["location"] = path.replacing("/v2/\(service.region)/", with: "/v2/", maxReplacements: 1)
        }
        for name in ["connection", "transfer-encoding", "date"] { response.headers[name] = nil }
        return response
    }
    /// Without what only mirrors say (`ns`), and without mounts from repositories whose place behind is another.
    private static func withoutForeign(_ query: Substring) -> String {
        query.split(separator: "&").filter { item in !["ns=", "mount=", "from="].contains { item.hasPrefix($0) } }.joined(separator: "&")
    }

    private static func password(_ request: HTTPRequest) -> String? {
        guard let header = request.headers["authorization"], header.lowercased().hasPrefix("basic "),
            let both = Base64Text.decode(String(header.dropFirst(6))), let colon = both.firstIndex(of: ":")
        else { return nil }
        return String(both[both.index(after: colon)...])
    }
    private static func challenge(_ request: HTTPRequest) -> HTTPResponse {
        var response = refusal(401, "UNAUTHORIZED", "Not Authorized")
        response.headers["www-authenticate"] = "Basic realm=\"http://\(request.headers["host"] ?? "ecr")/\",service=\"ecr.amazonaws.com\""
        return response
    }
    private static func refusal(_ status: Int, _ code: String, _ message: String) -> HTTPResponse {
        json(status, ["errors": [["code": .string(code), "message": .string(message)]]])
    }
    private static func json(_ status: Int, _ document: Value) -> HTTPResponse {
        let headers: HTTPFields = ["content-type": "application/json", "docker-distribution-api-version": "registry/2.0"]
        return HTTPResponse(status, headers: headers, body: .bytes(JSON.encode(document)))
    }
}

/// A path of the protocol taken apart: the repository's name may have slashes.
private struct Place {
    let name: String
    /// `manifests`, `blobs`, `tags` or `referrers`.
    let kind: String
    /// From the kind on.
    let rest: String

    init?(_ path: String) {
        let parts = path.split(separator: "/").dropFirst().map(String.init)
        guard let index = parts.lastIndex(where: { ["manifests", "blobs", "tags", "referrers"].contains($0) }), index > 0,
            index + 1 < parts.count
        else { return nil }
        name = parts[..<index].joined(separator: "/")
        kind = parts[index]
        rest = parts[index...].joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
    }
}
