import Control
import Documents
import KubeModel
import Network
import Storage

/// Server-side apply. Source: Kubernetes documentation, Server-Side Apply; upstream's patch handler.
extension APIServer {
    /// What is applied, by whom.
    struct ApplyRequest: Sendable {
        let configuration: AppliedConfiguration
        let options: WriteOptions
        let forced: Bool
    }

    /// Answers PATCH with an applied configuration; a document that is not there is created.
    func apply(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let request = try await decodeApply(context, target)
        for _ in 0..<Self.updateAttempts {
            do {
                let written = try await update(
                    target, request.options, context.warnings, retries: Self.updateAttempts, whole: true
                ) { [self] old in
                    try applied(request, to: old, target, context.warnings)
                }
                if target.subresource == "scale" { return context.respond(200, try Self.scale(of: written.value, target.info)) }
                return present(context, 200, written, target.info)
            } catch let status as KubeStatus where status.reason == .notFound && target.subresource.isEmpty {
                guard status.details?.kind == target.info.plural, status.details?.name == target.name else { throw status }
            }
            do {
                return try await applyNew(context, request, target)
            } catch let status as KubeStatus where status.reason == .alreadyExists {
                continue
            }
        }
        throw KubeStatus.conflict(target.info, target.name)
    }

    private func applyNew(_ context: RequestContext, _ request: ApplyRequest, _ target: Target) async throws -> HTTPResponse {
        try authorize(attributes(of: target, .create, context.user))
        var document = request.configuration.value
        if let uid = document["metadata"]["uid"].string, !uid.isEmpty {
            throw KubeStatus.conflict(
                target.info, target.name, "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
        }
        applyDefaults(&document, target.info)
        document["metadata"]["managedFields"] = applying(request, target).created
        let written = try await create(target, document, request.options, context.warnings)
        return present(context, 201, written, target.info)
    }

    private func applying(_ request: ApplyRequest, _ target: Target) -> Applying {
        let manager = FieldManager(
            request.options.fieldManager, .apply, apiVersion: target.info.apiVersion, subresource: target.subresource)
        return Applying(request.configuration, by: manager, at: clock.now.text)
    }

    /// The document that an apply makes of a stored one, defaulted.
    /// - Throws: `KubeStatus` Conflict with a cause for every field that somebody else owns.
    private func applied(_ request: ApplyRequest, to old: Value, _ target: Target, _ warnings: Warnings) throws(KubeStatus) -> Value {
        let applying = applying(request, target)
        var outcome = applying.apply(to: old, forced: request.forced)
        let isKubectl = request.options.fieldManager == "kubectl" && !LastApplied.of(old).isNull
        if !outcome.conflicts.isEmpty, isKubectl {
            // What kubectl itself applied from its own side is no conflict for it.
            outcome = applying.apply(to: old, forced: false, yielding: lastApplied(of: old, target))
        }
        guard outcome.conflicts.isEmpty else { throw .applyConflict(outcome.conflicts) }
        var new = outcome.document
        if isKubectl { LastApplied.set(request.configuration.value, in: &new) }
        guard new != old else { return old }
        try shape(&new, target.info, request.options, warnings)
        return new
    }

    private func lastApplied(of document: Value, _ target: Target) -> FieldSet {
        guard let (type, schema) = types(of: target.info),
            let checked = try? check(LastApplied.of(document), as: target.info, mode: .ignore),
            let configuration = try? AppliedConfiguration(checked.value, type: type, schema: schema)
        else { return .empty }
        return configuration.fields
    }

    /// - Throws: `KubeStatus`: Invalid without a field manager, BadRequest for another kind, 500 for what the schema does not know.
    private func decodeApply(_ context: RequestContext, _ target: Target) async throws -> ApplyRequest {
        var options = try WriteOptions(context)
        guard context.query["fieldManager"] != nil else {
            throw KubeStatus.invalid(
                group: "meta.k8s.io", kind: "PatchOptions", name: "",
                [.required(FieldPath("fieldManager"), "is required for apply patch")])
        }
        let bytes = try await context.request.body.collect(limit: configuration.maximumBodyBytes)
        let value: Value
        do { value = try YAML.parse(String(decoding: bytes, as: UTF8.self)).first ?? .null } catch {
            throw KubeStatus.badRequest("error decoding YAML: \(error)")
        }
        guard value.object != nil else { throw KubeStatus.badRequest("error decoding YAML: the patch is not an object") }
        let checked = try checkApplied(target.subresource == "scale" ? try Self.workload(of: value, target) : value, target)
        (options.isApply, options.fieldValidation) = (true, .ignore)
        return ApplyRequest(configuration: checked, options: options, forced: context.query.flag("force"))
    }

    /// An applied Scale as the part of its workload that it stands for.
    /// - Throws: `KubeStatus` BadRequest.
    private static func workload(of scale: Value, _ target: Target) throws(KubeStatus) -> Value {
        guard scale["apiVersion"] == "autoscaling/v1", scale["kind"] == "Scale" else {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: \(scale["apiVersion"].string ?? ""), "
                    + "expected: autoscaling/v1")
        }
        var workload: Value = [
            "apiVersion": .string(target.info.apiVersion), "kind": .string(target.info.kind), "metadata": scale["metadata"],
        ]
        workload[path: target.info.custom?.scale?.specReplicas ?? ["spec", "replicas"]] = scale["spec"]["replicas"]
        return workload
    }

    private func checkApplied(_ value: Value, _ target: Target) throws(KubeStatus) -> AppliedConfiguration {
        let (info, metadata) = (target.info, value["metadata"])
        guard let (type, schema) = types(of: info) else { throw .unsupportedMediaType(accepted: MediaType.patches.map(\.rawValue)) }
        let (version, kind) = (value["apiVersion"].string ?? "", value["kind"].string ?? "")
        guard version == info.apiVersion else {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: \(version), expected: \(info.apiVersion)")
        }
        guard kind == info.kind else {
            throw .badRequest("Incorrect kind specified in apply patch. Specified patch kind: \(kind), expected: \(info.kind)")
        }
        guard metadata["managedFields"].isNull else { throw .badRequest("metadata.managedFields must be nil") }
        try Self.checkIdentity(metadata, target)
        let checked = try check(value, as: info, mode: .warn)
        func failure(_ reason: String) -> KubeStatus {
            let place = "\(target.namespace)/\(target.name); \(info.apiVersion), Kind=\(info.kind)"
            return KubeStatus(500, .unknown, "failed to create typed patch object (\(place)): \(reason)")
        }
        let unknown = checked.warnings.map { text in
            ".\(text.dropFirst("unknown field \"".count).dropLast()): field not declared in schema"
        }
        guard unknown.isEmpty else {
            throw failure(unknown.count == 1 ? unknown[0] : "errors:\n" + unknown.map { "  \($0)\n" }.joined())
        }
        do {
            let shaped = info.custom?.withListKeys(checked.value) ?? checked.value
            var configuration = try AppliedConfiguration(shaped, type: type, schema: schema)
            configuration.ignore(ignored(target, checked.value))
            return configuration
        } catch {
            throw failure(error.message)
        }
    }

    /// The places of a configuration that a path does not write to. Source: upstream's GetResetFields.
    private func ignored(_ target: Target, _ value: Value) -> FieldSet {
        var ignored: Value = [:]
        switch target.subresource {
        case "": if target.info.subresource("status") != nil { ignored["f:status"] = [:] }
        case "status":
            for name in value.object?.keys ?? [] where !["metadata", "status"].contains(name) { ignored["f:\(name)"] = [:] }
            let rules = KindRules.of(target.info)
            if rules.statusKeepsOwnerReferences { ignored["f:metadata"]["f:ownerReferences"] = [:] }
            if rules.statusKeepsLabels { ignored["f:metadata"]["f:labels"] = [:] }
            if rules.statusKeepsMetadata { ignored["f:metadata"] = [:] }
        default: break
        }
        return FieldSet(ignored) ?? .empty
    }

    /// 422 for a patch of another kind that asks to be forced.
    static let forceForbidden = KubeStatus.invalid(
        group: "meta.k8s.io", kind: "PatchOptions", name: "",
        [.forbidden(FieldPath("force"), "may not be specified for non-apply patch")])
}

/// The configuration that `kubectl apply` keeps in an annotation when it merges by itself.
enum LastApplied {
    private static let annotation = "kubectl.kubernetes.io/last-applied-configuration"
    /// The configuration; null when there is none.
    static func of(_ document: Value) -> Value {
        document["metadata"]["annotations"][annotation].string.flatMap { try? JSON.parse($0) } ?? .null
    }
    /// Keeps the annotation true for a later apply from the client's side. Source: upstream's lastappliedupdater.
    static func set(_ configuration: Value, in document: inout Value) {
        document["metadata"]["annotations"][annotation] = .string(JSON.text(configuration) + "\n")
    }
}

extension KubeStatus {
    /// 409 for an apply to fields that others own. Source: upstream's NewConflictError.
    static func applyConflict(_ conflicts: [Applying.Conflict]) -> KubeStatus {
        var details = Details()
        details.causes = conflicts.map { Cause(reason: "FieldManagerConflict", message: "conflict with \($0.manager)", field: $0.path) }
        guard conflicts.count > 1 else {
            let text = conflicts.map { "conflict with \($0.manager): \($0.path)" }.joined()
            return KubeStatus(409, .conflict, "Apply failed with 1 conflict: \(text)", details: details)
        }
        var lines: [String] = []
        for manager in Set(conflicts.map(\.manager)).sorted() {
            lines.append("conflicts with \(manager):")
            lines += conflicts.filter { $0.manager == manager }.map { "- \($0.path)" }
        }
        return KubeStatus(
            409, .conflict, "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))", details: details)
    }
}
