import Documents
import KubeModel
import Storage

/// A new node takes no pods before it has said that it is ready. Source: upstream's TaintNodesByCondition.
struct TaintNodesByCondition: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "nodes", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { [] }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        let (key, effect): (Value, Value) = ("node.kubernetes.io/not-ready", "NoSchedule")
        let taints = request.object["spec"]["taints"].items
        guard !taints.contains(where: { $0["key"] == key && $0["effect"] == effect }) else { return }
        request.object["spec"].append(["key": key, "effect": effect], to: "taints")
    }
}

/// A pod outlives the silence of its node by five minutes unless it says otherwise. Source: upstream's DefaultTolerationSeconds.
struct DefaultTolerationSeconds: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "pods", .create, .update) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { [] }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let tolerated = request.object["spec"]["tolerations"].items.contains { toleration in
                [nil, "", key].contains(toleration["key"].string) && [nil, "", "NoExecute"].contains(toleration["effect"].string)
            }
            guard !tolerated else { continue }
            let toleration: Value = ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
            request.object["spec"].append(toleration, to: "tolerations")
        }
    }
}

/// A node writes only its own Node and the pods bound to it. Source: upstream's NodeRestriction.
struct NodeRestriction: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.user.groups.contains(WellKnownGroup.nodes) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { nil }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        guard let node = NodeAuthorizer.node(of: request.user) else {
            throw request.forbidden("could not determine node from user \(request.user.name.quoted)")
        }
        switch (request.kind.group, request.resource) {
        case ("", "nodes"): try checkNode(request, node)
        case ("", "pods"): try checkPod(request, node)
        default: return
        }
    }

    private func checkNode(_ request: AdmissionRequest, _ node: String) throws {
        guard request.name == node else {
            throw request.forbidden("node \(node.quoted) is not allowed to modify node \(request.name.quoted)")
        }
        guard request.operation == .create || request.operation == .update else { return }
        let labels = Self.changedLabels(request).filter(Self.isReserved).sorted()
        guard labels.isEmpty else {
            let list = labels.joined(separator: ", ")
            throw request.forbidden("is not allowed to \(request.operation == .create ? "set" : "modify") the following labels: \(list)")
        }
        if request.operation == .update, request.object["spec"]["taints"] != request.old["spec"]["taints"] {
            throw request.forbidden("node \(node.quoted) is not allowed to modify taints")
        }
        if request.operation == .update, request.object["metadata"]["ownerReferences"] != request.old["metadata"]["ownerReferences"] {
            throw request.forbidden("node \(node.quoted) is not allowed to modify ownerReferences")
        }
    }

    private static func changedLabels(_ request: AdmissionRequest) -> [String] {
        let (new, old) = (request.object["metadata"]["labels"].strings, request.old["metadata"]["labels"].strings)
        return Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }
    }
    /// Labels in Kubernetes' own domains that a node may not give itself.
    private static func isReserved(_ label: String) -> Bool {
        guard let slash = label.firstIndex(of: "/") else { return false }
        let domain = String(label[..<slash])
        func within(_ parent: String) -> Bool { domain == parent || domain.hasSuffix(".\(parent)") }
        if within("node-restriction.kubernetes.io") { return true }
        guard within("kubernetes.io") || within("k8s.io") else { return false }
        return !allowed.contains(label) && !within("kubelet.kubernetes.io") && !within("node.kubernetes.io")
    }
    private static let allowed: Set<String> = [
        "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/instance-type", "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch", "node.kubernetes.io/instance-type", "failure-domain.beta.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/region", "topology.kubernetes.io/zone",
    ]

    private func checkPod(_ request: AdmissionRequest, _ node: String) throws {
        let bound = (request.operation == .create ? request.object : request.old)["spec"]["nodeName"].string ?? ""
        switch (request.operation, request.subresource) {
        case (.create, ""):
            if request.object["metadata"]["annotations"]["kubernetes.io/config.mirror"].isNull {
                throw request.forbidden(
                    "pod does not have \"kubernetes.io/config.mirror\" annotation, node \(node.quoted) can only create mirror pods")
            }
            if bound != node { throw request.forbidden("node \(node.quoted) can only create pods with spec.nodeName set to itself") }
        case (.delete, ""):
            if bound != node { throw request.forbidden("node \(node.quoted) can only delete pods with spec.nodeName set to itself") }
        case (.update, "status"):
            if bound != node {
                throw request.forbidden("node \(node.quoted) can only update pod status for pods with spec.nodeName set to itself")
            }
            if request.object["metadata"]["labels"] != request.old["metadata"]["labels"] {
                throw request.forbidden("node \(node.quoted) cannot update labels through pod status")
            }
        case (.create, "eviction"):
            let pod = request.snapshot.get(PodFields.kind.key(request.namespace, request.name))?.value
            if pod?["spec"]["nodeName"].string != node {
                throw request.forbidden("node \(node.quoted) can only evict pods with spec.nodeName set to itself")
            }
        default: throw request.forbidden("unexpected operation \(request.operation.rawValue.quoted)")
        }
    }
}
