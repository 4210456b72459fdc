import Documents
package import KubeModel
import Network

/// The OpenAPI documents of a table of kinds; each is made once, at its first request.
package final class OpenAPIDocuments: Sendable {
    /// Those of Kubernetes itself, shared by all clusters of the process.
    package static let kubernetes = OpenAPIDocuments(schema: .kubernetes, kinds: .kubernetes)
    private let swagger: CachedDocument
    private let swaggerProtobuf: CachedDocument
    /// By their place below `/openapi/v3/`.
    private let versions: [String: CachedDocument]
    private let index: CachedDocument

    /// The documents of these types and kinds; those of versions without custom kinds are taken over from `base`.
    package init(schema: Schema, kinds: KindTable, base: OpenAPIDocuments? = nil) {
        var versions: [String: CachedDocument] = [:]
        for (group, names) in kinds.groups {
            for version in names {
                let place = group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
                let rows = kinds.resources(group: group, version: version)
                if let shared = base?.versions[place], rows.allSatisfy({ $0.custom == nil }) {
                    versions[place] = shared
                    continue
                }
                versions[place] = CachedDocument { Self.document(.v3, schema, kinds, rows) }
            }
        }
        let all = versions
        self.versions = versions
        swagger = CachedDocument { Self.document(.v2, schema, kinds, Array(kinds)) }
        swaggerProtobuf = CachedDocument(bytes: { OpenAPIProtobuf.encode(Self.document(.v2, schema, kinds, Array(kinds))) })
        index = CachedDocument {
            var paths: Value = [:]
            for (place, document) in all.sorted(by: { $0.key < $1.key }) {
                paths[place] = ["serverRelativeURL": .string("/openapi/v3/\(place)?hash=\(document.tag)")]
            }
            return ["paths": paths]
        }
    }

    private static func document(_ edition: OpenAPISchemas.Edition, _ schema: Schema, _ kinds: KindTable, _ rows: [KindInfo]) -> Value {
        let schemas = OpenAPISchemas(schema, kinds, edition)
        let paths = OpenAPIPaths(schemas: schemas)
        let members = rows.flatMap(paths.paths).sorted { $0.key < $1.key }
        let types = schemas.closure(rows.flatMap(paths.types))
        let information: Value = ["title": "Kubernetes", "version": "v1.36.2"]
        if edition == .v2 { return ["swagger": "2.0", "info": information, "paths": .object(Object(members)), "definitions": types] }
        return ["openapi": "3.0.0", "info": information, "paths": .object(Object(members)), "components": ["schemas": types]]
    }

    /// `/openapi/v2`, `/openapi/v3` and the documents below it.
    package var routes: [RawRoute] {
        [
            RawRoute("/openapi/v2") { request in
                let accepted = AcceptedTypes(request.headers["accept"])
                if accepted.openAPIProtobuf { return self.swaggerProtobuf.respond(to: request, type: OpenAPIProtobuf.mediaType) }
                try accepted.requireJSON()
                return self.swagger.respond(to: request)
            },
            RawRoute("/openapi/v3") { request in
                try AcceptedTypes(request.headers["accept"]).requireJSON()
                return self.index.respond(to: request)
            },
            RawRoute("/openapi/v3/") { request in
                try AcceptedTypes(request.headers["accept"]).requireJSON()
                let place = String(request.path.dropFirst("/openapi/v3/".count))
                guard let document = self.versions[place] else { throw KubeStatus.noSuchResource }
                return self.answer(document, request)
            },
        ]
    }

    /// With its hash in the query a document may be kept for good; with an old hash the client is sent to the present one.
    private func answer(_ document: CachedDocument, _ request: RawRequest) -> HTTPResponse {
        guard let hash = request.query["hash"] else { return document.respond(to: request) }
        guard hash == document.tag else {
            return HTTPResponse(301, headers: ["location": "\(request.path)?hash=\(document.tag)", "cache-control": "no-cache"])
        }
        return document.respond(to: request, headers: ["cache-control": "public, immutable"])
    }
}
