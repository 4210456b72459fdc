import Documents
import KubeModel

/// Nobody may grant by a role or binding what they do not hold themselves, unless they may `escalate` or `bind`.
/// Source: Kubernetes documentation, "Privilege escalation prevention and bootstrapping".
package struct EscalationCheck: AdmissionPlugin {
    private let rbac: RBACAuthorizer
    private let authorizer: any Authorizer
    /// `rbac` knows what users hold; `authorizer` decides on `escalate` and `bind`.
    package init(rbac: RBACAuthorizer, authorizer: any Authorizer) { (self.rbac, self.authorizer) = (rbac, authorizer) }

    /// Roles and bindings that somebody else than a superuser writes.
    package func concerns(_ request: AdmissionRequest) -> Bool {
        request.kind.group == ClusterRoleFields.kind.group && (request.operation == .create || request.operation == .update)
            && !request.user.groups.contains(SuperuserAuthorizer.group)
    }

    /// What users hold is asked each time.
    package func ground(of request: AdmissionRequest) -> [AdmissionGround]? { nil }

    package func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        switch request.kind.name {
        case "Role", "ClusterRole": try checkRole(request)
        case "RoleBinding", "ClusterRoleBinding": try checkBinding(request)
        default: return
        }
    }

    private func checkRole(_ request: AdmissionRequest) throws {
        let unchanged =
            request.old["rules"] == request.object["rules"] && request.old["aggregationRule"] == request.object["aggregationRule"]
        guard request.operation == .create || !unchanged, !may("escalate", request, resource: request.resource, name: request.name) else {
            return
        }
        try requireHeld(request.object["rules"].items.map(AccessRule.init), request)
        if !request.object["aggregationRule"].isNull {
            let message = "must have cluster-admin privileges to use the aggregationRule"
            let held = rbac.rules(for: request.user, namespace: "").rules
            guard AccessRule.missing(AccessRule.everything, from: held).isEmpty else { throw refusal(request, message) }
        }
    }

    private func checkBinding(_ request: AdmissionRequest) throws {
        let unchanged = request.old["subjects"] == request.object["subjects"] && request.old["roleRef"] == request.object["roleRef"]
        guard request.operation == .create || !unchanged else { return }
        let (kind, name) = (request.object["roleRef"]["kind"].string ?? "", request.object["roleRef"]["name"].string ?? "")
        let resource = kind == "Role" ? "roles" : "clusterroles"
        guard !may("bind", request, resource: resource, name: name) else { return }
        guard let rules = rbac.rules(ofRole: kind, name, namespace: request.namespace) else {
            let details = KubeStatus.Details(name: name, group: request.kind.group, kind: resource)
            throw KubeStatus(404, .notFound, "\(resource).\(request.kind.group) \(name.quoted) not found", details: details)
        }
        try requireHeld(rules, request)
    }

    private func requireHeld(_ rules: [AccessRule], _ request: AdmissionRequest) throws {
        let held = rbac.rules(for: request.user, namespace: request.namespace)
        let missing = AccessRule.missing(rules, from: held.rules)
        guard !missing.isEmpty else { return }
        let list = missing.map(\.compactText).sorted().joined(separator: "\n")
        var text = "user \(request.user.name.quoted) (groups=\(AccessRule.quoted(request.user.groups)))"
        text += " is attempting to grant RBAC permissions not currently held:\n\(list)"
        if !held.errors.isEmpty { text += "; resolution errors: [\(held.errors.joined(separator: ", "))]" }
        throw refusal(request, text)
    }

    private func may(_ verb: String, _ request: AdmissionRequest, resource: String, name: String) -> Bool {
        var attributes = RequestAttributes(user: request.user, verb: verb)
        (attributes.group, attributes.version) = (request.kind.group, request.kind.version)
        (attributes.resource, attributes.namespace, attributes.name) = (resource, request.namespace, name)
        if case .allow = authorizer.authorize(attributes) { return true }
        return false
    }

    private func refusal(_ request: AdmissionRequest, _ text: String) -> KubeStatus {
        .forbidden(group: request.kind.group, resource: request.resource, name: request.name, text)
    }
}
