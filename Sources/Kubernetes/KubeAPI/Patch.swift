import Documents
import KubeModel
import Network

/// A change that a client describes rather than the outcome of it.
enum DocumentPatch: Sendable {
    case json(JSONPatch)
    case merge(Value)
    case strategic(Value)

    /// Source: upstream's limit of operations in a JSON patch.
    static let operationLimit = 10_000

    /// - Throws: `KubeStatus` BadRequest for a text that is no patch, RequestEntityTooLarge for too many operations.
    init(_ bytes: [UInt8], as type: MediaType) throws(KubeStatus) {
        let value: Value
        do { value = try JSON.parse(bytes) } catch { throw .badRequest("error decoding patch: \(error)") }
        switch type {
        case .jsonPatch:
            let patch: JSONPatch
            do { patch = try JSONPatch(value) } catch { throw .badRequest("error decoding patch: \(error)") }
            guard patch.count <= Self.operationLimit else {
                throw KubeStatus(
                    413, .requestEntityTooLarge,
                    "The allowed maximum operations in a JSON patch is \(Self.operationLimit), got \(patch.count)")
            }
            self = .json(patch)
        case .strategicMergePatch:
            guard value.object != nil else { throw .badRequest("error decoding patch: the patch is not an object") }
            self = .strategic(value)
        default:
            guard value.object != nil else { throw .badRequest("error decoding patch: the patch is not an object") }
            self = .merge(value)
        }
    }

    /// Whether the patch may look at `metadata.managedFields` or change it.
    var looksAtOwners: Bool {
        switch self {
        case .json: true
        case .merge(let patch), .strategic(let patch):
            patch["metadata"].object?.contains { $0.key == "managedFields" || $0.key.hasPrefix("$") } ?? !patch["metadata"].isNull
        }
    }

    /// The document as the patch makes it.
    /// - Throws: `KubeStatus` Invalid when it does not fit the document.
    func apply(to document: Value, info: KindInfo, schema: Schema) throws(KubeStatus) -> Value {
        switch self {
        case .json(let patch):
            do { return try patch.apply(to: document) } catch {
                throw KubeStatus(
                    422, .invalid, "the server rejected our request due to an error in our request", details: .init())
            }
        case .merge(let patch): return MergePatch.apply(patch, to: document)
        case .strategic(let patch):
            guard let type = schema.type(of: info) else { return MergePatch.apply(patch, to: document) }
            return try StrategicMerge.apply(patch, to: document, type: type, schema: schema)
        }
    }
}

extension APIServer {
    /// Answers PATCH of a document or of its status.
    func patch(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        if MediaType.isApply(context.request) { return try await apply(context, target) }
        let options = try WriteOptions(context)
        guard context.query["force"] == nil else { throw Self.forceForbidden }
        let patch = try await decodePatch(context, target)
        let written = try await self.patch(target, patch, options, context.warnings)
        return present(context, 200, written, target.info)
    }

    /// - Throws: `KubeStatus` UnsupportedMediaType, BadRequest.
    func decodePatch(_ context: RequestContext, _ target: Target) async throws -> DocumentPatch {
        let accepted = target.info.custom == nil ? MediaType.patches : MediaType.customPatches
        let type = try MediaType(context.request.headers["content-type"], among: accepted, default: nil)
        return try DocumentPatch(try await context.request.body.collect(limit: configuration.maximumBodyBytes), as: type)
    }

    /// Patches the newest document; tried again when somebody else was quicker, unless the patch names a resource version.
    func patch(_ target: Target, _ patch: DocumentPatch, _ options: WriteOptions, _ warnings: Warnings) async throws -> Written {
        if let written = try await patchStatus(target, patch, options, warnings) { return written }
        return try await update(target, options, warnings, retries: Self.updateAttempts, whole: patch.looksAtOwners) { [self] old in
            var new = try patch.apply(to: old, info: target.info, schema: schema)
            guard new != old else { return old }
            for field in ["apiVersion", "kind"] where new[field] != old[field] {
                throw KubeStatus.badRequest(
                    "the \(field) in the data (\(new[field].string ?? "")) does not match the expected one (\(old[field].string ?? ""))")
            }
            try Self.checkIdentity(new["metadata"], target)
            try shape(&new, target.info, options, warnings)
            return new
        }
    }
}
