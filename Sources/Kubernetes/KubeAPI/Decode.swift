import Documents
import KubeModel
import Network

/// The formats that bodies come in.
enum MediaType: String, Sendable, CaseIterable {
    case json = "application/json"
    case yaml = "application/yaml"
    case protobuf = "application/vnd.kubernetes.protobuf"
    case jsonPatch = "application/json-patch+json"
    case mergePatch = "application/merge-patch+json"
    case strategicMergePatch = "application/strategic-merge-patch+json"
    case applyPatch = "application/apply-patch+yaml"

    static let documents: [MediaType] = [.json, .yaml, .protobuf]
    /// Lists of custom kinds have no merge keys of strategic patches.
    static let customPatches: [MediaType] = [.jsonPatch, .mergePatch, .applyPatch]
    static let patches: [MediaType] = [.jsonPatch, .mergePatch, .strategicMergePatch, .applyPatch]

    /// Whether a PATCH is a server-side apply.
    static func isApply(_ request: HTTPRequest) -> Bool {
        let header = request.headers["content-type"] ?? ""
        if let type = MediaType(rawValue: header) { return type == .applyPatch }
        return header.prefix { $0 != ";" }.trimmed.lowercased() == applyPatch.rawValue
    }

    /// The format that a header names; JSON when there is none.
    /// - Throws: `KubeStatus` UnsupportedMediaType when it is not among those accepted.
    init(_ header: String?, among accepted: [MediaType], default fallback: MediaType? = .json) throws(KubeStatus) {
        // What most clients send, as it stands.
        if let type = header.flatMap(MediaType.init(rawValue:)), accepted.contains(type) {
            self = type
            return
        }
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
    /// The request's body as a tree; null for an empty one. A member that is there twice counts once, and its path is told.
    /// - Throws: `KubeStatus` BadRequest for a text that cannot be read, UnsupportedMediaType; `HTTPError` for what the network did.
    func decodeBody(_ context: RequestContext) async throws -> (value: Value, duplicates: [String]) {
        if let document = context.document { return (document.root.value, []) }
        let bytes = try await context.request.body.collect(limit: configuration.maximumBodyBytes)
        guard !bytes.isEmpty else { return (.null, []) }
        let type = try MediaType(context.request.headers["content-type"], among: MediaType.documents)
        do {
            switch type {
            case .protobuf: return (try ProtobufDecoder.kubernetes.decode(bytes), [])
            case .yaml: return (try YAML.parse(bytes).first ?? .null, [])
            default:
                var limits = DocumentLimits()
                limits.allowsDuplicates = true
                let document = try Document(bytes, limits: limits)
                return (document.root.value, document.duplicates)
            }
        } catch {
            let format = type == .protobuf ? "protobuf" : type == .json ? "json" : "yaml"
            throw KubeStatus.badRequest("couldn't get version/kind; \(format) parse error: \(error)")
        }
    }

    /// The document that a request sends, of the right kind and in the shape of its type, not defaulted.
    /// - Throws: as `decodeBody`, and `KubeStatus` BadRequest for another kind, wrong types and, when strict, unknown fields.
    func decodeDocument(
        _ context: RequestContext, _ options: WriteOptions, apiVersion: String, kind: String, typeName: String, custom: KindInfo? = nil
    ) async throws -> Value {
        var (value, duplicates) = try await decodeBody(context)
        guard case .object = value else {
            throw KubeStatus.badRequest(value.isNull ? "EOF" : "couldn't get version/kind; json parse error: the body is not an object")
        }
        let sent = (apiVersion: value["apiVersion"].string ?? "", kind: value["kind"].string ?? "")
        guard sent.apiVersion.isEmpty || sent.apiVersion == apiVersion, sent.kind.isEmpty || sent.kind == kind else {
            throw KubeStatus.badRequest(
                "\(sent.kind) in version \(sent.apiVersion.lastVersion.quoted) cannot be handled as a \(kind): "
                    + "the API version in the data (\(sent.apiVersion)) does not match the expected API version (\(apiVersion))")
        }
        value["apiVersion"] = .string(apiVersion)
        value["kind"] = .string(kind)
        if let info = custom, let custom = info.custom {
            let checked = try custom.check(value, as: info, mode: options.fieldValidation, duplicates: duplicates)
            for text in checked.warnings { context.warnings.add(text) }
            return checked.value
        }
        guard schema.type(typeName) != nil else { return value }
        let checked = try schema.check(
            value, typeName: typeName, kind: kind, version: apiVersion.lastVersion, mode: options.fieldValidation, duplicates: duplicates)
        for text in checked.warnings { context.warnings.add(text) }
        return checked.value
    }

    /// The document of a subresource, as a Scale or a Binding.
    func decodePart(_ context: RequestContext, _ options: WriteOptions, _ part: Subresource) async throws -> Value {
        let apiVersion = part.group.isEmpty ? part.version : "\(part.group)/\(part.version)"
        return try await decodeDocument(context, options, apiVersion: apiVersion, kind: part.kind, typeName: part.typeName)
    }
    /// A document of a kind, defaulted.
    func decodeDocument(_ context: RequestContext, _ options: WriteOptions, _ info: KindInfo) async throws -> Value {
        var document = try await decodeDocument(
            context, options, apiVersion: info.apiVersion, kind: info.kind, typeName: info.typeName, custom: info)
        applyDefaults(&document, info)
        return document
    }

    /// The options of a deletion: the body's, else the query's. Source: upstream's delete handlers.
    func decodeDeletion(_ context: RequestContext) async throws -> DeleteOptions {
        let body = try await decodeBody(context).value
        return try body.isNull ? DeleteOptions(context.query) : DeleteOptions(body, context.query)
    }
}

extension String {
    /// The version of an `apiVersion`.
    var lastVersion: String { split(separator: "/").last.map(String.init) ?? "" }
}
