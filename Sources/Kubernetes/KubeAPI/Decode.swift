import Documents
import KubeModel
import Network

/// The formats that bodies come in.
enum MediaType: String, Sendable, CaseIterable {
    case json = "application/json"
    case yaml = "application/yaml"
    case jsonPatch = "application/json-patch+json"
    case mergePatch = "application/merge-patch+json"
    case strategicMergePatch = "application/strategic-merge-patch+json"
    case applyPatch = "application/apply-patch+yaml"

    static let documents: [MediaType] = [.json, .yaml]
    static let patches: [MediaType] = [.jsonPatch, .mergePatch, .strategicMergePatch]

    /// The format that a header names; JSON when there is none.
    /// - Throws: `KubeStatus` UnsupportedMediaType when it is not among those accepted.
    init(_ header: String?, among accepted: [MediaType], default fallback: MediaType? = .json) throws(KubeStatus) {
        let name = (header ?? "").prefix { $0 != ";" }.trimmed.lowercased()
        if name.isEmpty, let fallback {
            self = fallback
            return
        }
        guard let type = MediaType(rawValue: name), accepted.contains(type) else {
            throw .unsupportedMediaType(accepted: accepted.map(\.rawValue))
        }
        self = type
    }
}

extension APIServer {
    /// The request's body as a tree; null for an empty one.
    /// - Throws: `KubeStatus` BadRequest for a text that cannot be read, UnsupportedMediaType; `HTTPError` for what the network did.
    func decodeBody(_ context: RequestContext) async throws -> Value {
        let bytes = try await context.request.body.collect(limit: configuration.maximumBodyBytes)
        guard !bytes.isEmpty else { return .null }
        let type = try MediaType(context.request.headers["content-type"], among: MediaType.documents)
        do {
            if type == .json { return try JSON.parse(bytes) }
            return try YAML.parse(bytes).first ?? .null
        } catch {
            throw KubeStatus.badRequest("couldn't get version/kind; \(type == .json ? "json" : "yaml") parse error: \(error)")
        }
    }

    /// The document that a request sends: of the right kind.
    /// - Throws: as `decodeBody`, and `KubeStatus` BadRequest for another kind.
    func decodeDocument(_ context: RequestContext, apiVersion: String, kind: String) async throws -> Value {
        let value = try await decodeBody(context)
        guard case .object = value else {
            throw KubeStatus.badRequest(value.isNull ? "EOF" : "couldn't get version/kind; json parse error: the body is not an object")
        }
        let sent = (apiVersion: value["apiVersion"].string ?? "", kind: value["kind"].string ?? "")
        guard sent.apiVersion.isEmpty || sent.apiVersion == apiVersion, sent.kind.isEmpty || sent.kind == kind else {
            throw KubeStatus.badRequest(
                "\(sent.kind) in version \(sent.apiVersion.lastVersion.quoted) cannot be handled as a \(kind): "
                    + "the API version in the data (\(sent.apiVersion)) does not match the expected API version (\(apiVersion))")
        }
        var document = value
        document["apiVersion"] = .string(apiVersion)
        document["kind"] = .string(kind)
        return document
    }

    /// The options of a deletion: the body's, else the query's. Source: upstream's delete handlers.
    func decodeDeletion(_ context: RequestContext) async throws -> DeleteOptions {
        let body = try await decodeBody(context)
        return try body.isNull ? DeleteOptions(context.query) : DeleteOptions(body, context.query)
    }
}

extension String {
    /// The version of an `apiVersion`.
    var lastVersion: String { split(separator: "/").last.map(String.init) ?? "" }
}
