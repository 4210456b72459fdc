import Documents
import KubeModel

/// Answers who a token or a request belongs to. Source: authentication.k8s.io/v1.
package struct TokenReviews: Sendable {
    private let authenticators: [any TokenAuthenticator]
    private let audiences: [String]
    /// `authenticators` are those of the server itself; `audiences` are meant where a review names none.
    package init(authenticators: [any TokenAuthenticator], audiences: [String]) {
        (self.authenticators, self.audiences) = (authenticators, audiences)
    }

    /// TokenReview and SelfSubjectReview.
    package var resources: [CreateOnlyResource] {
        let reviews = self
        return [
            CreateOnlyResource(group: "authentication.k8s.io", resource: "tokenreviews", kind: "TokenReview") { request in
                try await reviews.review(request.object)
            },
            CreateOnlyResource(group: "authentication.k8s.io", resource: "selfsubjectreviews", kind: "SelfSubjectReview") { request in
                var answer = request.object
                answer["status"] = ["userInfo": request.user.value]
                return answer
            },
        ]
    }

    private func review(_ object: Value) async throws -> Value {
        guard let token = object["spec"]["token"].string, !token.isEmpty else {
            throw KubeStatus.badRequest("token is required for TokenReview in authentication")
        }
        let asked = object["spec"]["audiences"].items.compactMap(\.string)
        let wanted = asked.isEmpty ? audiences : asked
        var answer = object
        var error = "invalid bearer token"
        for authenticator in authenticators {
            do {
                guard let found = try await authenticator.authenticate(token: token, audiences: wanted) else { continue }
                var user = found.user
                if !user.groups.contains(WellKnownGroup.authenticated) { user.groups.append(WellKnownGroup.authenticated) }
                answer["status"] = ["authenticated": true, "user": user.value]
                let audiences = found.audiences.isEmpty && asked.isEmpty ? wanted : found.audiences
                if !audiences.isEmpty { answer["status"]["audiences"] = audiences.value }
                return answer
            } catch let failure as AuthenticationFailure { error = failure.message }
        }
        answer["status"] = ["user": [:], "error": .string(error)]
        return answer
    }
}

extension UserInfo {
    /// The user as reviews write it; empty parts are left out.
    var value: Value {
        var value: Value = ["username": .string(name)]
        if !uid.isEmpty { value["uid"] = .string(uid) }
        if !groups.isEmpty { value["groups"] = groups.value }
        if !extra.isEmpty { value["extra"] = extra.value }
        return value
    }
}
