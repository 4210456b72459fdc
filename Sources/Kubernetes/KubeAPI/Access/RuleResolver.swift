/// An authority that can also list what a user may do, for reviews and for the check against escalation.
package protocol RuleResolver: Sendable {
    /// The rules that hold for the user in the namespace (empty: at cluster scope only).
    func rules(for user: UserInfo, namespace: String) -> ResolvedRules
}

/// What a user may do, as far as an authority can list it.
package struct ResolvedRules: Sendable, Hashable {
    package var rules: [AccessRule]
    /// Why the list may be incomplete.
    package var errors: [String]
    package init(_ rules: [AccessRule] = [], errors: [String] = []) { (self.rules, self.errors) = (rules, errors) }
}

/// Asks authorities in turn; the first that allows or denies decides.
package struct AuthorizerChain: Authorizer, RuleResolver {
    package let authorizers: [any Authorizer]
    /// Authorities in the order in which they are asked.
    package init(_ authorizers: [any Authorizer]) { self.authorizers = authorizers }

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        var reasons: [String] = []
        for authorizer in authorizers {
            switch authorizer.authorize(attributes) {
            case .noOpinion(let reason): if !reason.isEmpty { reasons.append(reason) }
            case let decision: return decision
            }
        }
        return .noOpinion(reason: reasons.joined(separator: "\n"))
    }

    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        var result = ResolvedRules()
        for case let resolver as any RuleResolver in authorizers {
            let found = resolver.rules(for: user, namespace: namespace)
            result.rules += found.rules
            result.errors += found.errors
        }
        return result
    }

    /// Whether the request is allowed.
    package func allows(_ attributes: RequestAttributes) -> Bool {
        if case .allow = authorize(attributes) { true } else { false }
    }
}

/// Members of `system:masters` may do everything, whatever the stored roles say. Source: upstream's privileged groups.
package struct SuperuserAuthorizer: Authorizer, RuleResolver {
    static let group = "system:masters"
    package init() {}

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        attributes.user.groups.contains(Self.group) ? .allow(reason: "") : .noOpinion(reason: "")
    }
    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        ResolvedRules(user.groups.contains(Self.group) ? AccessRule.everything : [])
    }
}

/// What a user was granted apart from RBAC, as EKS access policies are.
package struct AccessPolicyGrant: Sendable, Hashable {
    package let rules: [AccessRule]
    /// The namespaces it holds in, a closing `*` taking every continuation; nil for the whole cluster.
    package let namespaces: [String]?
    package init(rules: [AccessRule], namespaces: [String]?) { (self.rules, self.namespaces) = (rules, namespaces) }

    func holds(in namespace: String) -> Bool {
        guard let namespaces else { return true }
        guard !namespace.isEmpty else { return false }
        return namespaces.contains { $0 == namespace || $0.last == "*" && namespace.hasPrefix($0.dropLast()) }
    }
}

/// Allows what access policies grant. Source: EKS user guide, "Associate access policies with access entries".
package struct AccessPolicyAuthorizer: Authorizer, RuleResolver {
    private let grants: @Sendable (UserInfo) -> [AccessPolicyGrant]
    /// `grants` is asked at every request and tells the present grants of a user.
    package init(grants: @escaping @Sendable (UserInfo) -> [AccessPolicyGrant]) { self.grants = grants }

    package func authorize(_ attributes: RequestAttributes) -> Decision {
        for grant in grants(attributes.user) where grant.holds(in: attributes.namespace) {
            if grant.rules.contains(where: { $0.allows(attributes) }) {
                return .allow(reason: "EKS Access Policy: allowed by access policy")
            }
        }
        return .noOpinion(reason: "")
    }
    package func rules(for user: UserInfo, namespace: String) -> ResolvedRules {
        ResolvedRules(grants(user).filter { $0.holds(in: namespace) }.flatMap(\.rules))
    }
}
