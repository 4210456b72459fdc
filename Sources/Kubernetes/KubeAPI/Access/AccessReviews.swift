import Documents
import KubeModel

/// Answers what a user may do. Source: authorization.k8s.io/v1.
package struct AccessReviews: Sendable {
    private let authorizer: AuthorizerChain
    private static let group = "authorization.k8s.io"
    package init(authorizer: AuthorizerChain) { self.authorizer = authorizer }

    /// The four reviews of the group.
    package var resources: [CreateOnlyResource] {
        let authorizer = authorizer
        return [
            CreateOnlyResource(group: Self.group, resource: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview") { request in
                try Self.answer(request, for: request.user, kind: "SelfSubjectAccessReview", authorizer)
            },
            CreateOnlyResource(group: Self.group, resource: "subjectaccessreviews", kind: "SubjectAccessReview") { request in
                let user = try Self.subject(request, kind: "SubjectAccessReview")
                return try Self.answer(request, for: user, kind: "SubjectAccessReview", authorizer)
            },
            CreateOnlyResource(group: Self.group, resource: "localsubjectaccessreviews", kind: "LocalSubjectAccessReview") { request in
                let user = try Self.subject(request, kind: "LocalSubjectAccessReview")
                guard request.object["spec"]["resourceAttributes"]["namespace"].string ?? "" == request.namespace else {
                    let text = "must match metadata.namespace"
                    let value = request.object["spec"]["resourceAttributes"]["namespace"]
                    throw Self.invalid(
                        "LocalSubjectAccessReview", .invalid(FieldPath("spec", "resourceAttributes", "namespace"), value, text))
                }
                return try Self.answer(request, for: user, kind: "LocalSubjectAccessReview", authorizer)
            },
            CreateOnlyResource(group: Self.group, resource: "selfsubjectrulesreviews", kind: "SelfSubjectRulesReview") { request in
                let namespace = request.object["spec"]["namespace"].string ?? ""
                guard !namespace.isEmpty else { throw KubeStatus.badRequest("no namespace on request") }
                return Self.rules(request.object, authorizer.rules(for: request.user, namespace: namespace))
            },
        ]
    }

    private static func subject(_ request: CreateOnlyRequest, kind: String) throws -> UserInfo {
        let spec = request.object["spec"]
        let groups = spec["groups"].items.compactMap(\.string)
        let name = spec["user"].string ?? ""
        guard !name.isEmpty || !groups.isEmpty else {
            throw invalid(kind, .invalid(FieldPath("spec", "user"), .string(name), "at least one of user or group must be specified"))
        }
        return UserInfo(name, uid: spec["uid"].string ?? "", groups: groups, extra: [String: [String]](spec["extra"]) ?? [:])
    }

    private static func answer(_ request: CreateOnlyRequest, for user: UserInfo, kind: String, _ authorizer: AuthorizerChain) throws
        -> Value
    {
        let spec = request.object["spec"]
        let (resource, path) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        guard resource.isNull != path.isNull else {
            let field = FieldPath("spec", resource.isNull ? "resourceAttributes" : "nonResourceAttributes")
            throw invalid(kind, .invalid(field, resource.isNull ? .null : path, both(resource, path)))
        }
        var attributes = RequestAttributes(user: user, verb: (resource.isNull ? path : resource)["verb"].string ?? "")
        if resource.isNull {
            attributes.path = path["path"].string ?? ""
        } else {
            attributes.group = resource["group"].string ?? ""
            attributes.version = resource["version"].string ?? ""
            attributes.resource = resource["resource"].string ?? ""
            attributes.subresource = resource["subresource"].string ?? ""
            attributes.namespace = resource["namespace"].string ?? ""
            attributes.name = resource["name"].string ?? ""
        }
        var answer = request.object
        switch authorizer.authorize(attributes) {
        case .allow(let reason): answer["status"] = status(allowed: true, reason)
        case .deny(let reason):
            answer["status"] = status(allowed: false, reason)
            answer["status"]["denied"] = true
        case .noOpinion(let reason): answer["status"] = status(allowed: false, reason)
        }
        return answer
    }

    private static func both(_ resource: Value, _ path: Value) -> String {
        resource.isNull && path.isNull
            ? "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            : "cannot be specified in combination with resourceAttributes"
    }
    private static func status(allowed: Bool, _ reason: String) -> Value {
        var status: Value = ["allowed": .bool(allowed)]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        return status
    }
    private static func invalid(_ kind: String, _ error: FieldError) -> KubeStatus {
        .invalid(group: group, kind: kind, name: "", [error])
    }

    private static func rules(_ object: Value, _ resolved: ResolvedRules) -> Value {
        var answer = object
        let resources = resolved.rules.filter { $0.paths.isEmpty }.map(\.value)
        let paths = resolved.rules.filter { !$0.paths.isEmpty }.map(\.value)
        answer["status"] = [
            "resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": .bool(!resolved.errors.isEmpty),
        ]
        if !resolved.errors.isEmpty { answer["status"]["evaluationError"] = .string(resolved.errors.joined(separator: ", ")) }
        return answer
    }
}
