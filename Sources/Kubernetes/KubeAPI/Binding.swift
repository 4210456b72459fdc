import Control
import Documents
import KubeModel
import Network
import Storage

/// Assigning pods to nodes. Source: upstream's BindingREST.
extension APIServer {
    func bind(_ context: RequestContext, _ target: Target, _ part: Subresource) async throws -> HTTPResponse {
        let options = try WriteOptions(context)
        let binding = labelled(try await decodePart(context, options, part))
        try await bind(target, binding, options, context.warnings)
        return context.respond(201, Self.success)
    }
    /// A binding with the region and the zone of its node, which the pod gets. Source: upstream's PodTopologyLabels.
    func labelled(_ binding: Value) -> Value {
        guard binding["target"]["kind"] == "Node", let node = binding["target"]["name"].string else { return binding }
        var labelled = binding
        TopologyLabels.give(TopologyLabels.of(realm.get(NodeFields.kind.key(nil, node))?.document?.root), to: &labelled["metadata"])
        return labelled
    }

    /// POST to the collection of bindings, the older way: the binding's own name says which pod. It is another resource, to which
    /// PodTopologyLabels has nothing to say.
    func bindByName(_ context: RequestContext, _ verb: Verb, _ target: Target) async throws -> HTTPResponse {
        guard verb == .create, target.name.isEmpty, let pods = kinds.find(apiVersion: "v1", plural: "pods") else {
            throw KubeStatus.methodNotAllowed
        }
        let options = try WriteOptions(context)
        let binding = try await decodeDocument(context, options, target.info)
        let pod = Target(pods, namespace: target.namespace, name: binding["metadata"]["name"].string ?? "", subresource: "binding")
        try await bind(pod, binding, options, context.warnings)
        return context.respond(201, Self.success)
    }
    static let success: Value = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]

    /// Gives a pod its node, and the binding's annotations and labels.
    /// - Throws: `KubeStatus`: Conflict for a pod that has a node already or is being deleted.
    @discardableResult
    func bind(_ target: Target, _ binding: Value, _ options: WriteOptions, _ warnings: Warnings) async throws -> Written {
        try Self.checkIdentity(binding["metadata"], target)
        let destination = binding["target"]
        var errors: [FieldError] = []
        if !["", "Node"].contains(destination["kind"].string ?? "") {
            errors.append(.notSupported(FieldPath("target", "kind"), destination["kind"], ["Node", "<empty>"]))
        }
        let node = destination["name"].string ?? ""
        if node.isEmpty { errors.append(.required(FieldPath("target", "name"))) }
        guard errors.isEmpty else { throw KubeStatus.invalid(group: "", kind: "Binding", name: target.name, errors) }
        let now = clock.now
        return try await update(target, options, warnings, retries: Self.updateAttempts) { pod in
            func conflict(_ reason: String) -> KubeStatus {
                KubeStatus(
                    409, .conflict, "Operation cannot be fulfilled on pods/binding \(target.name.quoted): \(reason)",
                    details: .init(name: target.name, kind: "pods/binding"))
            }
            if let uid = binding["metadata"]["uid"].string, !uid.isEmpty, uid != pod["metadata"]["uid"].string {
                throw conflict(
                    "Precondition failed: UID in precondition: \(uid), UID in object meta: \(pod["metadata"]["uid"].string ?? "")")
            }
            if !pod["metadata"]["deletionTimestamp"].isNull {
                throw conflict("pod \(target.name) is being deleted, cannot be assigned to a host")
            }
            if let host = pod["spec"]["nodeName"].string, !host.isEmpty {
                throw conflict("pod \(target.name) is already assigned to node \(host.quoted)")
            }
            if !pod["spec"]["schedulingGates"].items.isEmpty {
                throw conflict("pod \(target.name) has non-empty .spec.schedulingGates")
            }
            return Self.bound(pod, to: node, binding["metadata"], at: now)
        }
    }

    private static func bound(_ pod: Value, to node: String, _ metadata: Value, at now: Timestamp) -> Value {
        var pod = pod
        pod["spec"]["nodeName"] = .string(node)
        for field in ["annotations", "labels"] {
            for (key, text) in metadata[field].strings.sorted(by: { $0.key < $1.key }) { pod["metadata"][field][key] = .string(text) }
        }
        var conditions = pod["status"]["conditions"].items.filter { $0["type"] != "PodScheduled" }
        conditions.append([
            "type": "PodScheduled", "observedGeneration": pod["metadata"]["generation"], "status": "True", "lastProbeTime": nil,
            "lastTransitionTime": .string(now.text),
        ])
        pod["status"]["conditions"] = .array(conditions)
        // Source: ClearingNominatedNodeNameAfterBinding.
        pod["status"]["nominatedNodeName"] = .null
        return pod
    }
}
