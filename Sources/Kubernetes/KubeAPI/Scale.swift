import Control
import Documents
import KubeModel
import Network
import Storage

/// The scale subresource: how many replicas a workload has and should have. Source: Kubernetes API reference, Scale.
extension APIServer {
    func answerScale(_ context: RequestContext, _ verb: Verb, _ target: Target, _ part: Subresource) async throws -> HTTPResponse {
        switch verb {
        case .get:
            guard let entry = realm.snapshot().get(target.key) else { throw KubeStatus.notFound(target.info, target.name) }
            return present(context, try Self.scale(of: entry.value, target.info))
        case .update:
            let options = try WriteOptions(context)
            let document = try await decodePart(context, options, part)
            try Self.checkIdentity(document["metadata"], target)
            let guarded = !["", "0"].contains(document["metadata"]["resourceVersion"].string ?? "")
            let written = try await scale(target, options, context.warnings, retries: guarded ? 0 : Self.updateAttempts) { _ in document }
            return present(context, try Self.scale(of: written.value, target.info))
        case .patch where MediaType.isApply(context.request): return try await apply(context, target)
        case .patch:
            let patch = try await decodePatch(context, target)
            let options = try WriteOptions(context)
            let written = try await scale(target, options, context.warnings, retries: Self.updateAttempts) {
                [schema] old throws(KubeStatus) in
                if case .strategic(let value) = patch { return MergePatch.apply(value, to: old) }
                return try patch.apply(to: old, info: target.info, schema: schema)
            }
            return present(context, try Self.scale(of: written.value, target.info))
        default: throw KubeStatus.methodNotAllowed
        }
    }

    /// What tables of Scales need to know.
    private static let scaleKind = KindInfo(
        group: "autoscaling", version: "v1", kind: "Scale", plural: "", singular: "", shortNames: [], categories: [], namespaced: true,
        verbs: [], subresources: [], storage: Kind(group: "autoscaling", version: "v1", "Scale", prefix: "", namespaced: true),
        typeName: "io.k8s.api.autoscaling.v1.Scale")

    /// A Scale in the form that the client takes.
    private func present(_ context: RequestContext, _ scale: Value) -> HTTPResponse {
        guard case .table = context.accepted.form else { return context.respond(200, scale) }
        let table = TableRenderer(Self.scaleKind, include: context.query["includeObject"], now: clock.now)
        let metadata: Value = ["resourceVersion": scale["metadata"]["resourceVersion"]]
        return context.respond(200, table.table([scale], metadata: metadata, columns: true))
    }

    /// Changes the replicas of a workload as a change of its Scale says.
    func scale(
        _ target: Target, _ options: WriteOptions, _ warnings: Warnings, retries: Int,
        _ transform: (Value) throws(KubeStatus) -> Value
    ) async throws -> Written {
        try await update(target, options, warnings, retries: retries) { old in
            let wanted = try transform(Self.scale(of: old, target.info))
            let replicas = wanted["spec"]["replicas"].isNull ? 0 : wanted["spec"]["replicas"].int
            guard let replicas else {
                throw KubeStatus.badRequest("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas is not an integer")
            }
            guard replicas >= 0 else {
                throw KubeStatus.invalid(
                    group: "autoscaling", kind: "Scale", name: target.name,
                    [.invalid(FieldPath("spec", "replicas"), .int(Int64(replicas)), "must be greater than or equal to 0")])
            }
            var new = old
            new["metadata"]["resourceVersion"] = wanted["metadata"]["resourceVersion"]
            new["metadata"]["uid"] = wanted["metadata"]["uid"]
            new[path: target.info.custom?.scale?.specReplicas ?? ["spec", "replicas"]] = .int(Int64(replicas))
            return new
        }
    }

    /// The Scale of a workload.
    /// - Throws: `KubeStatus` InternalError for a custom document without replicas.
    static func scale(of workload: Value, _ info: KindInfo) throws(KubeStatus) -> Value {
        let metadata = workload["metadata"]
        var scale: Value = ["kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": [:]]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] { scale["metadata"][field] = metadata[field] }
        if let paths = info.custom?.scale {
            guard let replicas = workload[path: paths.specReplicas].int else {
                throw .internalError("the spec replicas field \(paths.specReplicasText.quoted) does not exist")
            }
            scale["spec"] = replicas == 0 ? [:] : ["replicas": .int(Int64(replicas))]
            scale["status"] = ["replicas": .int(Int64(workload[path: paths.statusReplicas].int ?? 0))]
            if let text = paths.selector.flatMap({ workload[path: $0].string }), !text.isEmpty {
                scale["status"]["selector"] = .string(text)
            }
            return scale
        }
        let replicas = workload["spec"]["replicas"].int ?? (workload["kind"] == "Scale" ? 0 : 1)
        scale["spec"] = replicas == 0 ? [:] : ["replicas": .int(Int64(replicas))]
        scale["status"] = ["replicas": workload["status"]["replicas"].isNull ? 0 : workload["status"]["replicas"]]
        let selector = workload["spec"]["selector"]
        let text =
            workload["kind"] == "ReplicationController"
            ? LabelSelector(labels: selector.strings).description : LabelSelector(selector).description
        if !text.isEmpty { scale["status"]["selector"] = .string(text) }
        return scale
    }
}
