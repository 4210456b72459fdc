package import KubeModel

extension RequestAttributes {
    /// The refusal of a request that no authority allows. Source: upstream's forbidden response.
    package func forbidden(reason: String = "") -> KubeStatus {
        let suffix = reason.isEmpty ? "" : ": \(reason)"
        guard isResource else {
            return .forbidden(group: "", resource: "", "User \(user.name.quoted) cannot \(verb) path \(path.quoted)\(suffix)")
        }
        let resource = subresource.isEmpty ? self.resource : "\(self.resource)/\(subresource)"
        let scope = namespace.isEmpty ? "at the cluster scope" : "in the namespace \(namespace.quoted)"
        let text = "User \(user.name.quoted) cannot \(verb) resource \(resource.quoted) in API group \(group.quoted) \(scope)\(suffix)"
        return .forbidden(group: group, resource: self.resource, name: name, text)
    }
}

extension Authorizer {
    /// Lets an allowed request pass.
    /// - Throws: `KubeStatus`, the refusal that the client gets.
    package func require(_ attributes: RequestAttributes) throws(KubeStatus) {
        switch authorize(attributes) {
        case .allow: return
        case .deny(let reason), .noOpinion(let reason): throw attributes.forbidden(reason: reason)
        }
    }
}
